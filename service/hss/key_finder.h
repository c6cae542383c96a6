// SPDX-License-Identifier: Apache-2.0
// From a JSON key to its row of the table. Upstream writes the keys of its
// objects in one order, nearly always, so that the row after the last one is
// tried first: one comparison instead of a search.
//
// Threads: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "service/hss/task_schema.h"

namespace hssgw {

class KeyFinder {
 public:
  static constexpr size_t kNone = kMaxRows;

  explicit KeyFinder(const MessageSchema& schema);

  // At the start of an object.
  void Restart() { last_ = kNone; }

  // The row whose key, and its closing quote, `text` begins with; kNone: there
  // is none. REQUIRES: 24 readable bytes at `text`.
  size_t Find(const char* text) {
    const size_t guess = next_[last_];
    if (words_[guess].Matches(text)) {
      last_ = guess;
      return guess;
    }
    return Search(text);
  }

  // The same for a key that had escapes.
  size_t FindUnescaped(absl::string_view key) const;

 private:
  size_t Search(const char* text);

  const MessageSchema& schema_;
  std::array<QuotedWord, kMaxRows> words_;
  std::array<uint8_t, kMaxRows + 1> next_{};
  size_t last_ = kNone;
};

}  // namespace hssgw
