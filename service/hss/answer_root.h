// SPDX-License-Identifier: Apache-2.0
// What the outermost object of an answer says: how many tasks there are, where
// the list is, or that this is no list at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "service/hss/decode_stats.h"
#include "service/hss/token_cursor.h"

namespace hssgw {

// Why an answer is no page.
struct Refusal {
  absl::string_view cause;
  // Completes "it cannot be read: ".
  absl::string_view what;
  size_t position = 0;
};

class AnswerRoot {
 public:
  enum class Next : uint8_t {
    kGoOn,
    kReadRows,   // the value, where `cursor` still is, is the list of rows
    kMalformed,  // at `cursor`
  };

  // Reads a field of the root, in order, and goes past its value; of a repeated
  // key the last counts.
  Next Read(absl::string_view key, TokenCursor& cursor, DecodeStats& stats);

  // After the last field. Position 0: the whole of it.
  std::optional<Refusal> Verdict() const;

  std::optional<int64_t> total_num() const { return total_num_; }

 private:
  enum class List : uint8_t { kMissing, kNull, kRows, kWrong };

  void ReadTotal(absl::string_view token, DecodeStats& stats);

  List list_ = List::kMissing;
  bool empty_ = true;
  bool says_total_ = false;
  bool says_error_ = false;
  bool too_deep_ = false;
  std::optional<int64_t> total_num_;
};

}  // namespace hssgw
