// SPDX-License-Identifier: Apache-2.0
#include "service/hss/key_finder.h"

namespace hssgw {

KeyFinder::KeyFinder(const MessageSchema& schema) : schema_(schema) {
  for (size_t i = 0; i < schema.rows.size(); ++i) {
    words_[i] = QuotedWord(schema.rows[i].key);
    next_[i] = static_cast<uint8_t>((i + 1) % schema.rows.size());
  }
}

size_t KeyFinder::FindUnescaped(absl::string_view key) const {
  for (size_t i = 0; i < schema_.rows.size(); ++i) {
    if (schema_.rows[i].key == key) return i;
  }
  return kNone;
}

size_t KeyFinder::Search(const char* text, size_t last) {
  for (size_t i = 0; i < schema_.rows.size(); ++i) {
    if (!words_[i].Matches(text)) continue;
    next_[last] = static_cast<uint8_t>(i);
    return i;
  }
  return kNone;
}

}  // namespace hssgw
