// SPDX-License-Identifier: Apache-2.0
#include "service/hss/field_encoder.h"

#include <limits>

#include "absl/strings/match.h"
#include "service/hss/json_text.h"

namespace hssgw {
namespace {

using enum FieldResult;

// Years 1 to 9999: beyond, a Timestamp cannot be printed as JSON.
constexpr int64_t kFirstMillis = -62'135'596'800'000;
constexpr int64_t kLastMillis = 253'402'300'799'999;
// google.protobuf.Duration's own range.
constexpr int64_t kMaxSeconds = 315'576'000'000;

constexpr uint32_t kSecondsField = 1;
constexpr uint32_t kNanosField = 2;

bool Within(int64_t value, int64_t least, int64_t most) {
  return least <= value && value <= most;
}

// JSON that is no value of the field's type, or no JSON.
FieldResult Unfit(absl::string_view token) {
  const JsonType type = TypeOf(token);
  const bool container = type == JsonType::kArray || type == JsonType::kObject;
  return container || IsScalar(token) ? kType : kMalformed;
}

absl::string_view Inside(absl::string_view quoted) {
  return quoted.substr(1, quoted.size() - 2);
}

// simdjson's tokens of strings are closed; no other text begins with a quote.
bool IsQuoted(absl::string_view token) {
  return token.size() >= 2 && token.front() == '"' && token.back() == '"';
}

FieldResult WriteTimestamp(uint32_t number, int64_t millis, WireWriter& out) {
  constexpr int64_t kPerSecond = 1000;
  if (!Within(millis, kFirstMillis, kLastMillis)) return kRange;
  int64_t seconds = millis / kPerSecond;
  int64_t rest = millis % kPerSecond;
  if (rest < 0) {
    rest += kPerSecond;
    --seconds;
  }
  const size_t message = out.OpenSmall(number);
  if (seconds != 0) out.Int(kSecondsField, seconds);
  if (rest != 0) out.Int(kNanosField, rest * 1'000'000);
  out.CloseSmall(message);
  return kWritten;
}

FieldResult WriteDuration(uint32_t number, int64_t seconds, WireWriter& out) {
  if (!Within(seconds, -kMaxSeconds, kMaxSeconds)) return kRange;
  const size_t message = out.OpenSmall(number);
  if (seconds != 0) out.Int(kSecondsField, seconds);
  out.CloseSmall(message);
  return kWritten;
}

FieldResult WriteInteger(const FieldRow& row, int64_t value, WireWriter& out) {
  switch (row.kind) {
    case FieldKind::kMillis:
      return WriteTimestamp(row.number, value, out);
    case FieldKind::kSeconds:
      return WriteDuration(row.number, value, out);
    case FieldKind::kInt32:
      if (!Within(value, std::numeric_limits<int32_t>::min(),
                  std::numeric_limits<int32_t>::max())) {
        return kRange;
      }
      break;
    default:
      break;
  }
  out.Int(row.number, value);
  return kWritten;
}

}  // namespace

FieldEncoder::FieldEncoder(const MessageSchema& schema)
    : schema_(schema), max_text_(std::numeric_limits<size_t>::max()) {
  size_t next = 0;
  for (size_t i = 0; i < schema.rows.size(); ++i) {
    first_word_[i] = static_cast<uint8_t>(next);
    for (const absl::string_view word : schema.rows[i].words) {
      words_.at(next++) = QuotedWord(word);
    }
  }
}

FieldResult FieldEncoder::Encode(size_t index, absl::string_view token,
                                 WireWriter& out, RowKey& key) {
  if (token == "null") return kAbsent;
  const FieldRow& row = schema_.rows[index];
  switch (row.kind) {
    case FieldKind::kText:
      return EncodeText(row, token, out, key);
    case FieldKind::kWord:
      return EncodeWord(index, token, out);
    case FieldKind::kBool:
      return EncodeBool(row, token, out, key);
    default:
      return EncodeInteger(row, token, out, key);
  }
}

FieldResult FieldEncoder::EncodeText(const FieldRow& row,
                                     absl::string_view token, WireWriter& out,
                                     RowKey& key) {
  if (IsQuoted(token)) return EncodeQuoted(row, Inside(token), out, key);
  if (!IsNumber(token)) return Unfit(token);
  const FieldResult result = EncodeQuoted(row, token, out, key);
  if (result == kWritten) stats_->Add(DriftKind::kNumberText, row.key);
  return result;
}

FieldResult FieldEncoder::EncodeQuoted(const FieldRow& row,
                                       absl::string_view inside,
                                       WireWriter& out, RowKey& key) {
  if (inside.size() > max_text_) return kLong;
  if (inside.empty()) return kWritten;  // proto3's own value
  if (!out.BytesWithout('\\', row.number, inside)) {
    unescaped_.clear();
    if (!Unescape(inside, unescaped_)) return kText;
    inside = unescaped_;
    out.Bytes(row.number, inside);
  }
  if (row.role == FieldRole::kTaskId)
    key.task_id.assign(inside.data(), inside.size());
  return kWritten;
}

FieldResult FieldEncoder::EncodeWord(size_t index, absl::string_view token,
                                     WireWriter& out) {
  if (!IsQuoted(token)) return Unfit(token);
  const uint32_t number = schema_.rows[index].number;
  const std::span<const absl::string_view> words = schema_.rows[index].words;
  const QuotedWord* const quoted = &words_[first_word_[index]];
  // All of them, without a branch: which it is cannot be foretold.
  size_t found = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    found |= quoted[i].MatchesShort(token.data() + 1) ? i + 1 : 0;
  }
  if (found != 0) {
    out.Int(number, static_cast<int64_t>(found));
    return kWritten;
  }
  if (!absl::StrContains(token, '\\')) return kWord;
  unescaped_.clear();
  if (!Unescape(Inside(token), unescaped_)) return kText;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == unescaped_) {
      out.Int(number, static_cast<int64_t>(i) + 1);
      return kWritten;
    }
  }
  return kWord;
}

FieldResult FieldEncoder::EncodeBool(const FieldRow& row,
                                     absl::string_view token, WireWriter& out,
                                     RowKey& key) {
  const bool quoted = IsQuoted(token);
  const absl::string_view word = quoted ? Meaning(token) : token;
  if (word != "true" && word != "false") return Unfit(token);
  if (quoted) stats_->Add(DriftKind::kBoolText, row.key);
  out.Int(row.number, word == "true" ? 1 : 0);
  if (row.role == FieldRole::kPaid) key.paid = word == "true";
  return kWritten;
}

FieldResult FieldEncoder::EncodeInteger(const FieldRow& row,
                                        absl::string_view token,
                                        WireWriter& out, RowKey& key) {
  using Form = IntegerText::Form;
  int64_t plain = 0;
  if (ReadDigits(token, plain)) {
    const FieldResult result = WriteInteger(row, plain, out);
    if (result == kWritten && row.role == FieldRole::kStartTime) {
      key.start_millis = plain;
    }
    return result;
  }
  const bool quoted = IsQuoted(token);
  const IntegerText read = ReadInteger(quoted ? Meaning(token) : token);
  if (read.form == Form::kNoNumber) return Unfit(token);
  if (read.form == Form::kFraction) return kType;
  if (read.form == Form::kOutOfRange) return kRange;
  const FieldResult result = WriteInteger(row, read.value, out);
  if (result != kWritten) return result;
  if (quoted || read.form == Form::kOther) {
    stats_->Add(DriftKind::kNumberText, row.key);
  }
  if (row.role == FieldRole::kStartTime) key.start_millis = read.value;
  return kWritten;
}

absl::string_view FieldEncoder::Meaning(absl::string_view token) {
  const absl::string_view inside = Inside(token);
  if (!absl::StrContains(inside, '\\')) return inside;
  unescaped_.clear();
  return Unescape(inside, unescaped_) ? absl::string_view(unescaped_) : inside;
}

}  // namespace hssgw
