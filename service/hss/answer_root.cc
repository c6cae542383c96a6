// SPDX-License-Identifier: Apache-2.0
#include "service/hss/answer_root.h"

#include <array>
#include <string>

#include "absl/algorithm/container.h"
#include "service/hss/json_text.h"
#include "service/hss/json_walk.h"
#include "service/hss/page_decoder.h"

namespace hssgw {
namespace {

// Each marks an error in one of the shapes that upstream's parts have.
constexpr auto kErrorKeys = std::to_array<absl::string_view>(
    {"error_code", "errorCode", "error_msg", "errorMsg", "error", "code"});

}  // namespace

AnswerRoot::Next AnswerRoot::Read(absl::string_view key, TokenCursor& cursor,
                                  DecodeStats& stats) {
  empty_ = false;
  const bool is_list = key == "data_list";
  if (is_list && cursor.Front() == '[') {
    list_ = List::kRows;
    return Next::kReadRows;
  }
  const TokenCursor begin = cursor;
  const std::optional<int> depth = WalkValue(cursor);
  if (!depth.has_value()) return Next::kMalformed;
  const absl::string_view value = begin.TextTo(cursor);
  too_deep_ = too_deep_ || 1 + *depth > kMaxJsonDepth;
  if (is_list) {
    list_ = value == "null" ? List::kNull : List::kWrong;
  } else if (key == "total_num") {
    ReadTotal(value, stats);
  } else {
    const bool is_error = absl::c_linear_search(kErrorKeys, key);
    says_error_ =
        says_error_ || (is_error && value != "null" && value != "\"\"");
    stats.Add(DriftKind::kField, key);
  }
  return Next::kGoOn;
}

std::optional<Refusal> AnswerRoot::Verdict() const {
  if (too_deep_) return Refusal{kCauseTooDeep, "it is nested too deep"};
  if (list_ == List::kRows) return std::nullopt;
  if (says_error_) {
    return Refusal{kCauseErrorBody, "it is an error in place of a list"};
  }
  if (list_ == List::kWrong) {
    return Refusal{kCauseNoList, "its data_list is no list"};
  }
  if (list_ == List::kNull || says_total_ || empty_) return std::nullopt;
  return Refusal{kCauseNoList, "it holds no list of tasks"};
}

// An estimate at best; what cannot be read is unknown, not 0.
void AnswerRoot::ReadTotal(absl::string_view token, DecodeStats& stats) {
  using Form = IntegerText::Form;
  constexpr absl::string_view kName = "total_num";
  says_total_ = true;
  total_num_.reset();
  if (token == "null") return;
  const bool quoted = TypeOf(token) == JsonType::kString;
  std::string text(token);
  if (quoted) {
    text.clear();
    Unescape(token.substr(1, token.size() - 2), text);
  }
  const IntegerText read = ReadInteger(text);
  if (read.form == Form::kNoNumber || read.form == Form::kFraction) {
    return stats.Add(DriftKind::kType, kName);
  }
  if (read.form == Form::kOutOfRange || read.value < 0) {
    return stats.Add(DriftKind::kRange, kName);
  }
  if (quoted || read.form == Form::kOther) {
    stats.Add(DriftKind::kNumberText, kName);
  }
  total_num_ = read.value;
}

}  // namespace hssgw
