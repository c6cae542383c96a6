// SPDX-License-Identifier: Apache-2.0
#include "client/client_clock.h"

#include "absl/time/clock.h"

namespace hssgw {
namespace {

class RealClock : public ClientClock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  void WaitUntil(absl::Time when,
                 const absl::Notification& cancelled) override {
    cancelled.WaitForNotificationWithDeadline(when);
  }
};

}  // namespace

ClientClock& ClientClock::Real() {
  static RealClock& clock = *new RealClock();
  return clock;
}

}  // namespace hssgw
