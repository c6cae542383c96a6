// SPDX-License-Identifier: Apache-2.0
#include "service/hss/throttle_text.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace hssgw {
namespace {

constexpr int64_t kMaxNumber = 1000000;
// Longer text than this is not upstream's wording.
constexpr size_t kMaxText = size_t{64} << 10;

void SkipBlanks(absl::string_view& text) {
  while (absl::ConsumePrefix(&text, " ")) {
  }
}

// Nothing for 0, more than a million, or no digit.
std::optional<int64_t> TakeNumber(absl::string_view& text) {
  SkipBlanks(text);
  const auto size = static_cast<size_t>(
      std::find_if_not(text.begin(), text.end(), absl::ascii_isdigit) -
      text.begin());
  const absl::string_view digits = text.substr(0, size);
  text.remove_prefix(digits.size());
  int64_t number = 0;
  if (!absl::SimpleAtoi(digits, &number)) return std::nullopt;
  if (number == 0 || number > kMaxNumber) return std::nullopt;
  return number;
}

std::optional<absl::Duration> TakeUnit(absl::string_view& text) {
  SkipBlanks(text);
  if (absl::ConsumePrefix(&text, "second")) return absl::Seconds(1);
  if (absl::ConsumePrefix(&text, "minute")) return absl::Minutes(1);
  if (absl::ConsumePrefix(&text, "hour")) return absl::Hours(1);
  if (absl::ConsumePrefix(&text, "day")) return absl::Hours(24);
  return std::nullopt;
}

// `text` follows "limit:".
std::optional<ThrottleRate> ParseRate(absl::string_view text) {
  const std::optional<int64_t> calls = TakeNumber(text);
  if (!calls.has_value()) return std::nullopt;
  SkipBlanks(text);
  if (!absl::ConsumePrefix(&text, ",")) return std::nullopt;
  SkipBlanks(text);
  if (!absl::ConsumePrefix(&text, "time:")) return std::nullopt;
  const std::optional<int64_t> count = TakeNumber(text);
  if (!count.has_value()) return std::nullopt;
  const std::optional<absl::Duration> unit = TakeUnit(text);
  if (!unit.has_value()) return std::nullopt;
  return ThrottleRate{*calls, *count * *unit};
}

}  // namespace

std::optional<ThrottleRate> ParseThrottleText(absl::string_view text) {
  constexpr absl::string_view kName = "limit:";
  const std::string lower = absl::AsciiStrToLower(text.substr(0, kMaxText));
  absl::string_view rest = lower;
  for (size_t at = rest.find(kName); at != absl::string_view::npos;
       at = rest.find(kName)) {
    rest.remove_prefix(at + kName.size());
    if (auto rate = ParseRate(rest); rate.has_value()) return rate;
  }
  return std::nullopt;
}

}  // namespace hssgw
