// SPDX-License-Identifier: Apache-2.0
// A clock whose time moves when told.
//
// Threads: any; timers run on the thread that advances.
#pragma once

#include <algorithm>

#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"
#include "service/base/timer_queue.h"

namespace hssgw {

class FakeClock : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1790000000))
      : now_(start) {}

  absl::Time Now() const override {
    MutexLock lock(mu_);
    return now_;
  }
  Timer At(absl::Time when, absl::AnyInvocable<void()> callback) override {
    return timers_.Add(when, std::move(callback));
  }

  // Stops at each timer on the way: what it starts sees its own time.
  void AdvanceTo(absl::Time target) {
    while (timers_.Next() <= target) {
      SetNow(std::max(Now(), timers_.Next()));
      timers_.RunDue(Now());
    }
    SetNow(target);
  }
  void Advance(absl::Duration step) { AdvanceTo(Now() + step); }

  // absl::InfiniteFuture(): nobody waits.
  absl::Time NextTimer() const { return timers_.Next(); }

 private:
  void SetNow(absl::Time now) {
    MutexLock lock(mu_);
    now_ = now;
  }

  mutable Mutex mu_;
  absl::Time now_ ABSL_GUARDED_BY(mu_);
  TimerQueue timers_;
};

}  // namespace hssgw
