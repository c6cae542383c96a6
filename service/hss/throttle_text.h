// SPDX-License-Identifier: Apache-2.0
// The rate that upstream's gateway names when it throttles:
//
//   "... policy user over ratelimit,limit:200,time:5 minute"
//       ->  {.calls = 200, .period = absl::Minutes(5)}
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace hssgw {

struct ThrottleRate {
  int64_t calls = 0;  // at least 1
  absl::Duration period;

  friend bool operator==(const ThrottleRate&, const ThrottleRate&) = default;
};

// Nothing if the text names none, or one that makes no sense (no calls, no
// time, over a million of either). Any bytes may be given. What is believed is
// the caller's to clamp.
std::optional<ThrottleRate> ParseThrottleText(absl::string_view text);

}  // namespace hssgw
