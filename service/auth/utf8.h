// SPDX-License-Identifier: Apache-2.0
// Text of others made fit to be shown: whole UTF-8 characters that can be seen.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace hssgw {

// `text` on one line: runs of blanks and line ends become one blank, none at
// either end; control, direction and zero-width characters are dropped; each
// byte that is not part of a UTF-8 character becomes U+FFFD.
std::string PrintableLine(absl::string_view text);

// `text` if it is small enough, else its start of whole characters and "...",
// together not over either bound. REQUIRES: `text` is UTF-8; bounds of 3 and
// more.
std::string CutUtf8(absl::string_view text, size_t max_characters,
                    size_t max_bytes);

}  // namespace hssgw
