// SPDX-License-Identifier: Apache-2.0
#include "service/hss/json_walk.h"

#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "service/hss/json_text.h"

namespace hssgw {
namespace {

// The brackets that are open.
using Stack = absl::InlinedVector<char, size_t{2} * kMaxJsonDepth>;

char CloserOf(char opener) { return opener == '{' ? '}' : ']'; }

// JSON's grammar: what may come next.
class ValueWalk {
 public:
  explicit ValueWalk(TokenCursor& cursor) : cursor_(cursor) {}

  std::optional<int> Run() {
    bool well_formed = TakeValue();
    while (well_formed && !open_.empty()) well_formed = TakeNext();
    if (!well_formed) return std::nullopt;
    return depth_;
  }

 private:
  // A scalar, or containers down to the first scalar or empty one.
  bool TakeValue() {
    for (;;) {
      const char c = cursor_.Front();
      if (c != '{' && c != '[') return TakeScalar();
      open_.push_back(c);
      depth_ = std::max(depth_, static_cast<int>(open_.size()));
      cursor_.Advance();
      if (cursor_.Front() == CloserOf(c)) return Close();
      if (c == '{' && !TakeKey()) return false;
    }
  }

  // After a value inside a container: its end, or a comma and the next value.
  bool TakeNext() {
    if (cursor_.Front() == CloserOf(open_.back())) return Close();
    if (cursor_.Front() != ',') return false;
    cursor_.Advance();
    return (open_.back() == '[' || TakeKey()) && TakeValue();
  }

  bool TakeKey() {
    if (cursor_.Front() != '"') return false;
    cursor_.Advance();
    if (cursor_.Front() != ':') return false;
    cursor_.Advance();
    return true;
  }

  bool TakeScalar() {
    if (cursor_.AtEnd() || !IsScalar(cursor_.Text())) return false;
    cursor_.Advance();
    return true;
  }

  bool Close() {
    open_.pop_back();
    cursor_.Advance();
    return true;
  }

  TokenCursor& cursor_;
  int depth_ = 0;
  Stack open_;
};

}  // namespace

std::optional<int> WalkValue(TokenCursor& cursor) {
  return ValueWalk(cursor).Run();
}

bool SkipValue(TokenCursor& cursor) {
  Stack open;
  do {
    if (cursor.AtEnd()) return false;
    const char c = cursor.Front();
    if (c == '{' || c == '[') {
      open.push_back(c);
    } else if (c == '}' || c == ']') {
      if (open.empty() || c != CloserOf(open.back())) return false;
      open.pop_back();
    }
    cursor.Advance();
  } while (!open.empty());
  return true;
}

}  // namespace hssgw
