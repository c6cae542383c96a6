// SPDX-License-Identifier: Apache-2.0
#include "service/hss/mended_text.h"

#include <cstdint>

namespace hssgw {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";

uint32_t ByteAt(absl::string_view text, size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Unicode's table 3-7: what may follow a first byte of a longer character.
struct Follow {
  size_t size;  // of the whole character; 1: no character begins so
  uint32_t second_least, second_most;
};

Follow FollowOf(uint32_t first) {
  if (first >= 0xC2 && first <= 0xDF) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first >= 0xE1 && first <= 0xEF) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  if (first >= 0xF1 && first <= 0xF3) return {4, 0x80, 0xBF};
  return {1, 0, 0};
}

// Goes through an answer character by character, and knows strings.
class Mender {
 public:
  enum class Change : uint8_t { kNone, kReplaced, kControl };

  explicit Mender(absl::string_view rest) : rest_(rest) {}

  bool done() const { return rest_.empty(); }
  size_t rest() const { return rest_.size(); }

  // Appends the next character to `out`.
  Change Step(std::string& out) {
    bool valid = true;
    const size_t size = FirstCharacterSize(rest_, &valid);
    const absl::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    if (!valid) {
      out.append(kReplacement.data(), kReplacement.size());
      escaped_ = false;
      return Change::kReplaced;
    }
    if (in_string_ && ByteAt(bytes, 0) < 0x20) {
      AppendEscape(ByteAt(bytes, 0), out);
      return Change::kControl;
    }
    out.append(bytes.data(), bytes.size());
    Follow(bytes[0]);
    return Change::kNone;
  }

 private:
  // As simdjson has it: a backslash escapes outside of strings, too.
  void Follow(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = !in_string_;
    }
  }

  void AppendEscape(uint32_t byte, std::string& out) {
    constexpr absl::string_view kHex = "0123456789abcdef";
    // After a backslash, which means nothing there: now it means itself.
    if (escaped_) out.push_back('\\');
    escaped_ = false;
    out.append("\\u00");
    out.push_back(kHex[byte >> 4U]);
    out.push_back(kHex[byte & 0xFU]);
  }

  absl::string_view rest_;
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace

size_t FirstCharacterSize(absl::string_view text, bool* valid) {
  *valid = true;
  const uint32_t first = ByteAt(text, 0);
  if (first < 0x80) return 1;
  const Follow follow = FollowOf(first);
  size_t size = 1;
  while (size < follow.size && size < text.size()) {
    const uint32_t least = size == 1 ? follow.second_least : 0x80;
    const uint32_t most = size == 1 ? follow.second_most : 0xBF;
    const uint32_t byte = ByteAt(text, size);
    if (byte < least || byte > most) break;
    ++size;
  }
  *valid = follow.size > 1 && size == follow.size;
  return size;
}

MendedText MendText(absl::string_view answer) {
  MendedText mended;
  mended.text.reserve(answer.size() + answer.size() / 8);
  Mender mender(answer);
  while (!mender.done()) {
    const size_t place = mended.text.size();
    switch (mender.Step(mended.text)) {
      case Mender::Change::kReplaced:
        ++mended.replaced_count;
        if (mended.replaced.size() < MendedText::kMaxPlaces) {
          mended.replaced.push_back(place);
        }
        break;
      case Mender::Change::kControl:
        ++mended.control_count;
        break;
      case Mender::Change::kNone:
        break;
    }
  }
  return mended;
}

size_t PlaceBeforeMending(absl::string_view answer, size_t position) {
  Mender mender(answer);
  std::string out;
  size_t written = 0;
  while (!mender.done() && written < position) {
    out.clear();
    mender.Step(out);
    written += out.size();
  }
  return answer.size() - mender.rest();
}

}  // namespace hssgw
