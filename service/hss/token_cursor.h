// SPDX-License-Identifier: Apache-2.0
// A place in JSON text, at a token: one of {}[],: or the start of a scalar.
// JsonIndex has found all of them. Between the tokens is nothing but the rest
// of scalars, and space.
//
// Lifetime: text and index must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace hssgw {

class TokenCursor {
 public:
  // `tokens`: offsets into `text`, ascending; at the end twice `size`, where
  // `text` has a NUL, so that the end is a token like no other.
  TokenCursor(const char* text, const uint32_t* tokens, size_t size)
      : text_(text), token_(tokens), size_(size) {}

  // The token's first character; '\0' at the end.
  char Front() const { return text_[*token_]; }
  const char* data() const { return text_ + *token_; }
  size_t position() const { return *token_; }
  bool AtEnd() const { return *token_ >= size_; }

  // REQUIRES: !AtEnd().
  void Advance() { ++token_; }

  // The token with the rest of its scalar. REQUIRES: !AtEnd().
  absl::string_view Text() const {
    size_t end = token_[1];
    while (IsSpace(text_[end - 1])) --end;
    return {data(), end - *token_};
  }

  // From here to just behind the token before `end`, which is further on.
  absl::string_view TextTo(const TokenCursor& end) const {
    TokenCursor last = end;
    --last.token_;
    return {data(), last.position() + last.Text().size() - position()};
  }

  bool operator==(const TokenCursor& other) const {
    return token_ == other.token_;
  }

 private:
  static bool IsSpace(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }

  const char* text_;
  const uint32_t* token_;
  size_t size_;
};

}  // namespace hssgw
