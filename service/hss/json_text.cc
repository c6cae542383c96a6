// SPDX-License-Identifier: Apache-2.0
#include "service/hss/json_text.h"

#include <algorithm>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace hssgw {
namespace {

using Form = IntegerText::Form;

constexpr absl::string_view kHexDigits = "0123456789abcdef";

unsigned char Byte(char c) { return static_cast<unsigned char>(c); }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Where the parts of a number are.
struct NumberParts {
  bool negative = false;
  absl::string_view whole;
  absl::string_view fraction;
  absl::string_view exponent;  // with its sign
};

absl::string_view TakeDigits(absl::string_view& text) {
  size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  const absl::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool TakeOneOf(absl::string_view& text, absl::string_view chars) {
  if (text.empty() || !absl::StrContains(chars, text[0])) return false;
  text.remove_prefix(1);
  return true;
}

// JSON's grammar: -?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?
std::optional<NumberParts> SplitNumber(absl::string_view text) {
  NumberParts parts;
  parts.negative = TakeOneOf(text, "-");
  parts.whole = TakeDigits(text);
  if (parts.whole.empty()) return std::nullopt;
  if (parts.whole.size() > 1 && parts.whole[0] == '0') return std::nullopt;
  if (TakeOneOf(text, ".")) {
    parts.fraction = TakeDigits(text);
    if (parts.fraction.empty()) return std::nullopt;
  }
  if (TakeOneOf(text, "eE")) {
    parts.exponent = text;
    TakeOneOf(text, "+-");
    if (TakeDigits(text).empty()) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  return parts;
}

// Clamped: beyond a million every exponent is as good as any other.
int64_t ReadExponent(absl::string_view text) {
  constexpr int64_t kFar = 1'000'000'000;
  const bool negative = !text.empty() && text[0] == '-';
  TakeOneOf(text, "+-");
  int64_t value = 0;
  for (const char c : text) value = std::min(kFar, value * 10 + (c - '0'));
  return negative ? -value : value;
}

// Multiplies and adds; false when int64 has no room for it. Counts downward,
// where int64 reaches one further.
bool PushDigit(int64_t& negated, int digit) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  if (negated < kMin / 10) return false;
  negated *= 10;
  if (negated < kMin + digit) return false;
  negated -= digit;
  return true;
}

// The digits of `parts` with the point moved by the exponent.
IntegerText ShiftPoint(const NumberParts& parts) {
  const auto whole = static_cast<int64_t>(parts.whole.size());
  const auto fraction = static_cast<int64_t>(parts.fraction.size());
  const int64_t point = whole + ReadExponent(parts.exponent);
  int64_t negated = 0;
  for (int64_t i = 0; i < whole + fraction; ++i) {
    const char c = i < whole ? parts.whole[static_cast<size_t>(i)]
                             : parts.fraction[static_cast<size_t>(i - whole)];
    if (i >= point && c != '0') return {.form = Form::kFraction};
    if (i < point && !PushDigit(negated, c - '0')) {
      return {.form = Form::kOutOfRange};
    }
  }
  for (int64_t i = whole + fraction; i < point && negated != 0; ++i) {
    if (!PushDigit(negated, 0)) return {.form = Form::kOutOfRange};
  }
  if (parts.negative) return {.form = Form::kOther, .value = negated};
  if (negated == std::numeric_limits<int64_t>::min()) {
    return {.form = Form::kOutOfRange};
  }
  return {.form = Form::kOther, .value = -negated};
}

std::optional<uint32_t> ReadHex4(absl::string_view text) {
  if (text.size() < 4) return std::nullopt;
  uint32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    const size_t digit = kHexDigits.find(absl::ascii_tolower(Byte(c)));
    if (digit == absl::string_view::npos) return std::nullopt;
    value = value * 16 + static_cast<uint32_t>(digit);
  }
  return value;
}

void AppendUtf8(uint32_t code, std::string& out) {
  const auto put = [&out](uint32_t byte) {
    out.push_back(static_cast<char>(byte));
  };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0U | code >> 6U);
    return put(0x80U | (code & 0x3FU));
  }
  if (code < 0x10000) {
    put(0xE0U | code >> 12U);
  } else {
    put(0xF0U | code >> 18U);
    put(0x80U | (code >> 12U & 0x3FU));
  }
  put(0x80U | (code >> 6U & 0x3FU));
  put(0x80U | (code & 0x3FU));
}

// Reads what follows `\u`; how many bytes that were, 0: no character.
size_t UnescapeHex(absl::string_view text, std::string& out) {
  const std::optional<uint32_t> first = ReadHex4(text);
  if (!first.has_value() || (*first >= 0xDC00 && *first < 0xE000)) return 0;
  if (*first < 0xD800 || *first >= 0xE000) {
    AppendUtf8(*first, out);
    return 4;
  }
  if (text.substr(4, 2) != "\\u") return 0;
  const std::optional<uint32_t> second = ReadHex4(text.substr(6));
  if (!second.has_value() || *second < 0xDC00 || *second >= 0xE000) return 0;
  AppendUtf8(0x10000U + ((*first - 0xD800U) << 10U) + (*second - 0xDC00U), out);
  return 10;
}

// Reads what follows a backslash; how many bytes that were, 0: nothing known.
size_t UnescapeOne(absl::string_view text, std::string& out) {
  constexpr absl::string_view kNames = "\"\\/bfnrt";
  constexpr absl::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (text.empty()) return 0;
  if (text[0] == 'u') {
    const size_t taken = UnescapeHex(text.substr(1), out);
    return taken == 0 ? 0 : taken + 1;
  }
  const size_t at = kNames.find(text[0]);
  if (at == absl::string_view::npos) return 0;
  out.push_back(kMeanings[at]);
  return 1;
}

}  // namespace

JsonType TypeOf(absl::string_view text) {
  if (text.empty()) return JsonType::kNone;
  switch (text[0]) {
    case '"':
      return JsonType::kString;
    case '{':
      return JsonType::kObject;
    case '[':
      return JsonType::kArray;
    case 'n':
      return JsonType::kNull;
    case 't':
      return JsonType::kTrue;
    case 'f':
      return JsonType::kFalse;
    default:
      return text[0] == '-' || IsDigit(text[0]) ? JsonType::kNumber
                                                : JsonType::kNone;
  }
}

absl::string_view TrimJsonSpace(absl::string_view text) {
  while (!text.empty() && IsJsonSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsJsonSpace(text.back())) text.remove_suffix(1);
  return text;
}

bool IsNumber(absl::string_view text) { return SplitNumber(text).has_value(); }

bool IsScalar(absl::string_view text) {
  switch (TypeOf(text)) {
    case JsonType::kNull:
      return text == "null";
    case JsonType::kTrue:
      return text == "true";
    case JsonType::kFalse:
      return text == "false";
    case JsonType::kNumber:
      return IsNumber(text);
    case JsonType::kString:
      return EndOfString(text) == text.size();
    default:
      return false;
  }
}

IntegerText ReadInteger(absl::string_view text) {
  int64_t value = 0;
  if (ReadDigits(text, value)) return {.form = Form::kPlain, .value = value};
  const std::optional<NumberParts> parts = SplitNumber(text);
  if (!parts.has_value()) return {};
  IntegerText read = ShiftPoint(*parts);
  const bool plain = parts->fraction.empty() && parts->exponent.empty();
  if (plain && read.form == Form::kOther) read.form = Form::kPlain;
  return read;
}

bool Unescape(absl::string_view text, std::string& out) {
  const size_t before = out.size();
  while (!text.empty()) {
    const size_t plain = std::min(text.find('\\'), text.size());
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const size_t taken = UnescapeOne(text.substr(1), out);
    if (taken == 0) {
      out.resize(before);
      return false;
    }
    text.remove_prefix(taken + 1);
  }
  return true;
}

std::optional<size_t> EndOfString(absl::string_view text) {
  if (text.empty() || text[0] != '"') return std::nullopt;
  for (size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return std::nullopt;
}

absl::string_view Utf8Prefix(absl::string_view text, size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 &&
         (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
    --size;
  }
  return text.substr(0, size);
}

}  // namespace hssgw
