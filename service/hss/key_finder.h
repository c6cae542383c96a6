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

  // The row whose key, and its closing quote, `text` begins with; kNone: there
  // is none. `last`: what the key before gave; kNone: this is the first.
  // REQUIRES: 24 readable bytes at `text`.
  size_t Find(const char* text, size_t last) {
    const size_t guess = next_[last];
    return words_[guess].Matches(text) ? guess : Search(text, last);
  }

  // The same for a key that had escapes.
  size_t FindUnescaped(absl::string_view key) const;

 private:
  size_t Search(const char* text, size_t last);

  const MessageSchema& schema_;
  std::array<QuotedWord, kMaxRows> words_;
  std::array<uint8_t, kMaxRows + 1> next_{};
};

}  // namespace hssgw
