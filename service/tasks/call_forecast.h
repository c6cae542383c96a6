// SPDX-License-Identifier: Apache-2.0
// Port: when upstream calls can start. What a listing tells a caller that
// waits, and how old data may be, are both counted in these.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace hssgw {

// What a caller is told whose call could not start, or was not answered, before
// its deadline: DEADLINE_EXCEEDED, DEADLINE_NEAR.
absl::Status QuotaLeftNoCall();
absl::Status UpstreamIsLate();

// Threads: any.
class CallForecast {
 public:
  virtual ~CallForecast() = default;

  // Calls that wait for their start.
  virtual int32_t CallsWaiting() const = 0;

  // When the `nth` call from now (1: the next) can start, those that wait
  // counted first, if nothing changes. In the past: at once.
  virtual absl::Time StartOf(int32_t nth) const = 0;

  // How long it takes to start so many calls, if `left` starts of every period
  // are left to others; absl::InfiniteDuration(): there are no more. Zero where
  // nothing limits them.
  virtual absl::Duration TimeFor(int32_t calls, int32_t left) const = 0;
};

}  // namespace hssgw
