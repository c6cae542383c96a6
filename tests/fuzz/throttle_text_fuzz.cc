// SPDX-License-Identifier: Apache-2.0
// Any bytes as the text of a 429: no rate, or one that makes sense and is found
// again in upstream's own wording.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/hss/throttle_text.h"

namespace hssgw {
namespace {

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void Run(const std::string& text) {
  const std::optional<ThrottleRate> rate = ParseThrottleText(text);
  if (!rate.has_value()) return;
  Require(rate->calls >= 1 && rate->calls <= 1000000, "calls are bounded");
  Require(rate->period >= absl::Seconds(1) &&
              rate->period <= absl::Hours(24) * 1000000,
          "the period is bounded");
  const int64_t seconds = absl::ToInt64Seconds(rate->period);
  if (seconds > 1000000) return;
  Require(ParseThrottleText(absl::StrCat("limit:", rate->calls,
                                         ",time:", seconds, " second")) == rate,
          "what was read can be written and read again");
}

}  // namespace
}  // namespace hssgw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  hssgw::Run(std::string(input, input + size));
  return 0;
}
