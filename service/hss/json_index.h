// SPDX-License-Identifier: Apache-2.0
// Finds the tokens of JSON text with simdjson's first stage, at many bytes an
// instruction, and checks all of the text for UTF-8 meanwhile. What simdjson
// builds on it, On-Demand included, stops for good at the first thing it does
// not like; we must go on after it.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <memory>

#include "absl/strings/string_view.h"
#include "service/hss/token_cursor.h"

namespace hssgw {

class JsonIndex {
 public:
  enum class Result {
    kOk,
    kBadBytes,  // no UTF-8, or a control character in a string
    kUnclosed,  // ends in a string
    kEmpty,     // nothing but space
  };
  // Readable bytes behind the text, the first of them NUL.
  static constexpr size_t kPadding = 64;

  JsonIndex();
  ~JsonIndex();

  // Forgets the text before. REQUIRES: kPadding behind `text`, which must
  // outlive the cursors.
  Result Build(absl::string_view text);

  // The first token. REQUIRES: Build() said kOk.
  TokenCursor Begin() const;

 private:
  struct Stage;

  std::unique_ptr<Stage> stage_;
  absl::string_view text_;
};

}  // namespace hssgw
