// SPDX-License-Identifier: Apache-2.0
#include "service/auth/utf8.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace hssgw {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr absl::string_view kEllipsis = "...";

struct Character {
  uint32_t code = 0;
  size_t size = 0;  // 0: the first byte starts no character
};

uint32_t ByteAt(absl::string_view text, size_t index) {
  return static_cast<unsigned char>(text[index]);
}

// The bytes after the first, and the bits that the first one gives.
Character Head(uint32_t byte) {
  if (byte < 0x80) return {byte, 1};
  if (byte >= 0xC2 && byte < 0xE0) return {byte & 0x1F, 2};
  if (byte >= 0xE0 && byte < 0xF0) return {byte & 0x0F, 3};
  if (byte >= 0xF0 && byte < 0xF5) return {byte & 0x07, 4};
  return {};
}

// REQUIRES: `text` is not empty.
Character FirstCharacter(absl::string_view text) {
  Character character = Head(ByteAt(text, 0));
  if (character.size > text.size()) return {};
  for (size_t i = 1; i < character.size; ++i) {
    const uint32_t byte = ByteAt(text, i);
    if ((byte & 0xC0) != 0x80) return {};
    character.code = (character.code << 6) | (byte & 0x3F);
  }
  const uint32_t code = character.code;
  const bool too_long = (character.size == 3 && code < 0x800) ||
                        (character.size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return too_long || surrogate || code > 0x10FFFF ? Character{} : character;
}

bool IsBlank(uint32_t code) {
  return code == ' ' || (code >= '\t' && code <= '\r') || code == 0x85 ||
         code == 0xA0 || code == 0x2028 || code == 0x2029;
}

bool IsInvisible(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xAD ||
         (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
         (code >= 0xFFF0 && code <= 0xFFFB) || (code & 0xFFFE) == 0xFFFE ||
         (code >= 0xE0000 && code <= 0xE0FFF);
}

}  // namespace

std::string PrintableLine(absl::string_view text) {
  std::string line;
  bool blank = false;
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    const size_t size = character.size == 0 ? 1 : character.size;
    const absl::string_view bytes =
        character.size == 0 ? kReplacement : text.substr(0, size);
    text.remove_prefix(size);
    if (IsBlank(character.code)) {
      blank = !line.empty();
    } else if (character.size == 0 || !IsInvisible(character.code)) {
      absl::StrAppend(&line, blank ? " " : "", bytes);
      blank = false;
    }
  }
  return line;
}

std::string CutUtf8(absl::string_view text, size_t max_characters,
                    size_t max_bytes) {
  size_t characters = 0;
  size_t fits = 0;  // the start that leaves room for the ellipsis
  for (size_t at = 0; at < text.size(); ++characters) {
    if (characters + kEllipsis.size() <= max_characters &&
        at + kEllipsis.size() <= max_bytes) {
      fits = at;
    }
    const size_t size = FirstCharacter(text.substr(at)).size;
    at += size == 0 ? 1 : size;
  }
  if (characters <= max_characters && text.size() <= max_bytes) {
    return std::string(text);
  }
  return absl::StrCat(text.substr(0, fits), kEllipsis);
}

}  // namespace hssgw
