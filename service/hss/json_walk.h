// SPDX-License-Identifier: Apache-2.0
// Over a whole JSON value, token by token, without recursion.
#pragma once

#include <optional>

#include "service/hss/token_cursor.h"

namespace hssgw {

// A whole answer may nest so deep: the root is 1.
inline constexpr int kMaxJsonDepth = 32;

// Goes past the value at `cursor`, held against JSON's grammar (what escapes
// mean is not looked at). How deep containers are inside each other there, 0
// for a scalar; nullopt: it is not well formed, and `cursor` is where that
// shows.
std::optional<int> WalkValue(TokenCursor& cursor);

// Goes past the container or scalar at `cursor`, by its brackets alone. False:
// they do not match, and `cursor` is at the wrong one or at the end.
bool SkipValue(TokenCursor& cursor);

}  // namespace hssgw
