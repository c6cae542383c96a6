// SPDX-License-Identifier: Apache-2.0
// Protobuf's wire format, written field by field into one buffer that keeps its
// capacity from page to page.
//
//   WireWriter out;
//   const size_t host = out.OpenMessage(15);
//   out.Bytes(1, "host-7");
//   out.CloseMessage(host);
//
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/strings/string_view.h"

namespace hssgw {

class WireWriter {
 public:
  // Bytes that may be read behind the text given to BytesUpTo.
  static constexpr size_t kReadAhead = 32;

  size_t size() const { return size_; }
  absl::string_view view() const { return {bytes_.data(), size_}; }
  void Truncate(size_t size) { size_ = size; }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Int(uint32_t number, int64_t value) {
    Reserve(kMaxHead + kMaxVarint);
    PutVarint(number << 3U);
    PutVarint(static_cast<uint64_t>(value));
  }

  void Bytes(uint32_t number, absl::string_view text) {
    PutHead(number, text.size());
    std::memcpy(bytes_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }

  // As Bytes, and says whether `text` holds no `unwanted`; if it does, nothing
  // is written. REQUIRES: kReadAhead readable bytes behind `text`.
  bool BytesWithout(char unwanted, uint32_t number, absl::string_view text) {
    const size_t before = size_;
    PutHead(number, text.size());
    if (CopyWatching(unwanted, text) &&
        std::memchr(text.data(), unwanted, text.size()) != nullptr) {
      size_ = before;
      return false;
    }
    size_ += text.size();
    return true;
  }

  // A message whose length is not known yet. Returns what CloseMessage needs.
  size_t OpenMessage(uint32_t number) {
    Reserve(kMaxHead);
    PutVarint(number << 3U | kLengthDelimited);
    const size_t mark = size_;
    size_ += kUsualLength;
    return mark;
  }

  void CloseMessage(size_t mark) {
    const size_t body = mark + kUsualLength;
    const size_t length = size_ - body;
    const size_t needed = VarintSize(length);
    if (needed != kUsualLength) {
      Reserve(kMaxVarint);
      std::memmove(bytes_.data() + mark + needed, bytes_.data() + body, length);
    }
    size_ = mark;
    PutVarint(length);
    size_ += length;
  }

  // The same for a message that is surely under 128 bytes.
  size_t OpenSmall(uint32_t number) {
    Reserve(kMaxHead);
    PutVarint(number << 3U | kLengthDelimited);
    return size_++;
  }
  void CloseSmall(size_t mark) {
    bytes_[mark] = static_cast<char>(size_ - mark - 1);
  }

  static size_t VarintSize(uint64_t value) {
    return (static_cast<size_t>(std::bit_width(value | 1)) + 6) / 7;
  }

  // Writes at most ten bytes to `to`; returns how many.
  static size_t WriteVarint(uint64_t value, char* to) {
    size_t written = 0;
    while (value >= 0x80) {
      to[written++] = static_cast<char>(value | 0x80U);
      value >>= 7U;
    }
    to[written++] = static_cast<char>(value);
    return written;
  }

 private:
  static constexpr uint32_t kLengthDelimited = 2;
  static constexpr size_t kMaxVarint = 10;
  static constexpr size_t kMaxHead = 2 * kMaxVarint;
  // A host of upstream's is 128 bytes to 16 KiB, nearly always.
  static constexpr size_t kUsualLength = 2;

  void PutVarint(uint64_t value) {
    if (value < 0x80) {
      bytes_[size_++] = static_cast<char>(value);
    } else {
      size_ += WriteVarint(value, bytes_.data() + size_);
    }
  }

  void PutHead(uint32_t number, size_t length) {
    Reserve(kMaxHead + length + kReadAhead);
    PutVarint(number << 3U | kLengthDelimited);
    PutVarint(length);
  }

  // Copies in steps of 16 bytes, past the end. True: `unwanted` may be there.
  bool CopyWatching(char unwanted, absl::string_view text) {
    constexpr uint64_t kOnes = 0x0101010101010101U;
    const uint64_t pattern = kOnes * static_cast<unsigned char>(unwanted);
    uint64_t seen = 0;
    char* to = bytes_.data() + size_;
    for (size_t at = 0; at < text.size(); at += 16) {
      std::array<uint64_t, 2> words;
      std::memcpy(words.data(), text.data() + at, sizeof(words));
      std::memcpy(to + at, words.data(), sizeof(words));
      for (const uint64_t word : words) {
        const uint64_t differs = word ^ pattern;
        seen |= (differs - kOnes) & ~differs & (kOnes << 7U);
      }
    }
    return seen != 0;
  }

  void Reserve(size_t count) {
    if (bytes_.size() - size_ < count) Grow(count);
  }

  void Grow(size_t count) {
    bytes_.resize(std::max({size_ + count, bytes_.size() * 2, size_t{4096}}));
  }

  // All of it is room; the first size_ bytes are written.
  std::vector<char> bytes_;
  size_t size_ = 0;
};

}  // namespace hssgw
