// SPDX-License-Identifier: Apache-2.0
#include "service/config_values.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "service/tasks/proto_time.h"

namespace hssgw {
namespace {

using ::google::protobuf::EnumDescriptor;
using ::google::protobuf::EnumValueDescriptor;

struct Unit {
  absl::string_view name;
  int64_t bytes;
};
// The largest first.
constexpr std::array<Unit, 3> kUnits = {{
    {"GiB", int64_t{1} << 30},
    {"MiB", int64_t{1} << 20},
    {"KiB", int64_t{1} << 10},
}};

bool IsDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// absl reads more than we say: signs, "inf", "0", "us" and "ns".
bool HasOnlyOurUnits(absl::string_view text) {
  if (text.empty() || IsDigits(text)) return false;
  while (!text.empty()) {
    const size_t digits =
        std::min(text.find_first_not_of("0123456789."), text.size());
    if (digits == 0) return false;
    text.remove_prefix(digits);
    if (!absl::ConsumePrefix(&text, "ms") && !absl::ConsumePrefix(&text, "s") &&
        !absl::ConsumePrefix(&text, "m") && !absl::ConsumePrefix(&text, "h")) {
      return false;
    }
  }
  return true;
}

// "TIME_FORMAT_" of TimeFormat: what comes before UNSPECIFIED, which buf wants
// first.
absl::string_view PrefixOf(const EnumDescriptor& type) {
  return absl::StripSuffix(type.value(0)->name(), "UNSPECIFIED");
}

}  // namespace

std::optional<absl::Duration> ParseDurationWord(absl::string_view text) {
  absl::Duration duration;
  if (!HasOnlyOurUnits(text) || !absl::ParseDuration(text, &duration) ||
      duration > absl::Seconds(kMaxProtoSeconds)) {
    return std::nullopt;
  }
  return duration;
}

std::string FormatDurationWord(absl::Duration duration) {
  // absl writes what is smaller than a second in units that files do not have.
  if (duration == absl::ZeroDuration()) return "0s";
  if (duration < absl::Milliseconds(1)) {
    return absl::StrFormat("%.6fms", absl::ToDoubleMilliseconds(duration));
  }
  return absl::FormatDuration(duration);
}

std::optional<int64_t> ParseSizeWord(absl::string_view text) {
  int64_t factor = 1;
  for (const Unit& unit : kUnits) {
    if (absl::ConsumeSuffix(&text, unit.name)) {
      factor = unit.bytes;
      break;
    }
  }
  int64_t number = 0;
  if (!IsDigits(text) || !absl::SimpleAtoi(text, &number) ||
      number > std::numeric_limits<int64_t>::max() / factor) {
    return std::nullopt;
  }
  return number * factor;
}

std::string FormatSizeWord(int64_t bytes) {
  for (const Unit& unit : kUnits) {
    if (bytes != 0 && bytes % unit.bytes == 0) {
      return absl::StrCat(bytes / unit.bytes, unit.name);
    }
  }
  return absl::StrCat(bytes);
}

std::string WordOf(const EnumValueDescriptor& value) {
  if (value.number() == 0) return "";
  return absl::AsciiStrToLower(
      absl::StripPrefix(value.name(), PrefixOf(*value.type())));
}

const EnumValueDescriptor* FindWord(const EnumDescriptor& type,
                                    absl::string_view word) {
  for (int i = 1; i < type.value_count(); ++i) {
    if (WordOf(*type.value(i)) == word) return type.value(i);
  }
  return nullptr;
}

std::string WordsOf(const EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 1; i + 1 < type.value_count(); ++i) {
    words.push_back(WordOf(*type.value(i)));
  }
  return absl::StrCat(absl::StrJoin(words, ", "), " or ",
                      WordOf(*type.value(type.value_count() - 1)));
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) +
         absl::Nanoseconds(duration.nanos());
}

}  // namespace hssgw
