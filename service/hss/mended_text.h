// SPDX-License-Identifier: Apache-2.0
// A copy of an answer that a JSON parser takes, though a few bytes of it were
// not UTF-8 or raw control characters inside strings: a host's name is the
// host's choice, and must not make the list unreadable.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace hssgw {

struct MendedText {
  // The bytes of each sequence that is no UTF-8 became one U+FFFD, control
  // characters inside strings their escapes.
  std::string text;
  // Where each U+FFFD of ours is in `text`, ascending; the first kMaxPlaces.
  std::vector<size_t> replaced;
  size_t replaced_count = 0;
  size_t control_count = 0;

  static constexpr size_t kMaxPlaces = size_t{1} << 16U;
};

MendedText MendText(absl::string_view answer);

// Where in `answer` the byte was that is at `position` of its mended copy.
size_t PlaceBeforeMending(absl::string_view answer, size_t position);

// Bytes of the UTF-8 character at the start of `text`, not empty. If there is
// none, `*valid` is false and the size is that of the longest start of one, at
// least 1.
size_t FirstCharacterSize(absl::string_view text, bool* valid);

}  // namespace hssgw
