// SPDX-License-Identifier: Apache-2.0
// Reads JSON values from their text: what simdjson leaves to its caller, and
// what upstream writes other than it says. No function allocates unless it
// returns a string, none looks outside its text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace hssgw {

enum class JsonType : uint8_t {
  kNull,
  kTrue,
  kFalse,
  kNumber,
  kString,
  kArray,
  kObject,
  kNone,  // begins no JSON value
};

// By its first byte alone, which is enough if the text is known to be JSON.
JsonType TypeOf(absl::string_view text);

inline bool IsJsonSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
absl::string_view TrimJsonSpace(absl::string_view text);

// Whether all of `text` is one null, true, false, number, or string (its
// escapes are not looked at).
bool IsScalar(absl::string_view text);
bool IsNumber(absl::string_view text);

struct IntegerText {
  enum class Form : uint8_t {
    kPlain,       // 17
    kOther,       // 1.0, 1.7E12
    kFraction,    // 1.5: a number, but no integer
    kOutOfRange,  // beyond int64
    kNoNumber,
  };
  Form form = Form::kNoNumber;
  int64_t value = 0;
};
// Exactly, never through a double.
IntegerText ReadInteger(absl::string_view text);

// The same for what nearly every number is: digits, few enough for int64.
// False: it is something else.
inline bool ReadDigits(absl::string_view text, int64_t& value) {
  constexpr size_t kSafeDigits = 18;
  const size_t sign = !text.empty() && text[0] == '-' ? 1 : 0;
  const size_t digits = text.size() - sign;
  const bool leading_zero = digits > 1 && text[sign] == '0';
  if (digits == 0 || digits > kSafeDigits || leading_zero) return false;
  uint64_t sum = 0;
  unsigned wrong = 0;
  for (size_t at = sign; at < text.size(); ++at) {
    const unsigned digit = static_cast<unsigned char>(text[at]) - unsigned{'0'};
    wrong |= digit > 9 ? 1U : 0U;
    sum = sum * 10 + digit;
  }
  value = static_cast<int64_t>(sign == 0 ? sum : -sum);
  return wrong == 0;
}

// Appends to `out` what `text`, the inside of a string, stands for. False, with
// `out` as it was: an escape that means nothing, or half of a surrogate pair.
bool Unescape(absl::string_view text, std::string& out);

// The end of the string whose opening quote is at `text[0]`, one past its
// closing quote; nullopt: it is not closed.
std::optional<size_t> EndOfString(absl::string_view text);

// At most `size` bytes of `text`, without half a character at the end.
absl::string_view Utf8Prefix(absl::string_view text, size_t size);

}  // namespace hssgw
