// SPDX-License-Identifier: Apache-2.0
// SHA-256, HMAC-SHA256 and random bytes, the only cryptography used here.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace hssgw {

// 64 lower-case hex digits.
std::string Sha256Hex(absl::string_view bytes);

// 32 raw bytes.
std::string HmacSha256(absl::string_view key, absl::string_view bytes);

// 64 lower-case hex digits.
std::string HmacSha256Hex(absl::string_view key, absl::string_view bytes);

// So many bytes that nobody can guess. Ends the process if there is no entropy.
std::string RandomBytes(size_t count);

// True if both are equal; takes the same time wherever they differ.
bool EqualInConstantTime(absl::string_view a, absl::string_view b);

}  // namespace hssgw
