// SPDX-License-Identifier: Apache-2.0
#include "service/hss/retry_after.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace hssgw {
namespace {

// The three forms of RFC 9110, 5.6.7; only the first is still written.
constexpr std::array<const char*, 3> kDateForms = {"%a, %d %b %Y %H:%M:%S GMT",
                                                   "%A, %d-%b-%y %H:%M:%S GMT",
                                                   "%a %b %e %H:%M:%S %Y"};

std::optional<absl::Time> ParseHttpDate(absl::string_view text) {
  absl::Time time;
  std::string error;
  for (const char* form : kDateForms) {
    if (absl::ParseTime(form, text, &time, &error)) return time;
  }
  return std::nullopt;
}

}  // namespace

std::optional<absl::Duration> RetryAfterOf(const HttpResponse& response,
                                           absl::Time now) {
  const absl::string_view text =
      absl::StripAsciiWhitespace(HeaderValue(response.headers, "Retry-After"));
  if (text.empty() || text.size() > 64) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), absl::ascii_isdigit)) {
    int64_t seconds = 0;
    if (!absl::SimpleAtoi(text, &seconds)) return kMaxRetryAfter;
    return std::min(absl::Seconds(seconds), kMaxRetryAfter);
  }
  const std::optional<absl::Time> when = ParseHttpDate(text);
  if (!when.has_value()) return std::nullopt;
  const absl::Time from =
      ParseHttpDate(HeaderValue(response.headers, "Date")).value_or(now);
  return std::clamp(*when - from, absl::ZeroDuration(), kMaxRetryAfter);
}

}  // namespace hssgw
