// SPDX-License-Identifier: Apache-2.0
// A ClientClock on which a wait takes no time: it moves the clock instead, and
// is written down.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "client/client_clock.h"

namespace hssgw {

// Threads: one.
class FakeClientClock : public ClientClock {
 public:
  // In a future that gRPC's own deadlines do not reach.
  FakeClientClock() : now_(absl::FromUnixSeconds(4000000000)) {}

  absl::Time Now() const override { return now_; }
  void WaitUntil(absl::Time when,
                 const absl::Notification& /*cancelled*/) override {
    waits_.push_back(when - now_);
    now_ = std::max(now_, when);
    if (on_wait_) on_wait_();
  }

  // Called in the midst of every wait.
  void OnWait(std::function<void()> on_wait) { on_wait_ = std::move(on_wait); }

  const std::vector<absl::Duration>& waits() const { return waits_; }

 private:
  absl::Time now_;
  std::vector<absl::Duration> waits_;
  std::function<void()> on_wait_;
};

}  // namespace hssgw
