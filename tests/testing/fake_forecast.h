// SPDX-License-Identifier: Apache-2.0
// A CallForecast for tests: nothing limits calls, or each waits a step.
#pragma once

#include "service/base/clock.h"
#include "service/tasks/call_forecast.h"

namespace hssgw {

class FakeForecast : public CallForecast {
 public:
  FakeForecast() = default;
  // The nth call starts n steps from now.
  FakeForecast(const Clock& clock, absl::Duration step)
      : clock_(&clock), step_(step) {}

  int32_t CallsWaiting() const override { return 0; }
  absl::Time StartOf(int32_t nth) const override {
    return clock_ == nullptr ? absl::InfinitePast()
                             : clock_->Now() + nth * step_;
  }
  absl::Duration TimeFor(int32_t calls, int32_t /*left*/) const override {
    return calls * step_;
  }

 private:
  const Clock* clock_ = nullptr;
  absl::Duration step_ = absl::ZeroDuration();
};

}  // namespace hssgw
