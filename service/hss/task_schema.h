// SPDX-License-Identifier: Apache-2.0
// Tables 5 and 6 of upstream's page as tables: a row for each line, with the
// field of hss.antivirus.v1.Task or Host that it becomes. All that decoding
// knows of either; a test holds it against the generated descriptors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "absl/strings/string_view.h"

namespace hssgw {

// How a JSON value becomes a field.
enum class FieldKind : uint8_t {
  kText,     // string
  kWord,     // string of a closed list -> enum
  kMillis,   // integer, milliseconds since 1970 -> Timestamp
  kSeconds,  // integer, seconds -> Duration
  kInt32,    // integer -> optional int32
  kInt64,    // integer -> optional int64
  kBool,     // boolean -> optional bool
  kHosts,    // array of objects -> repeated Host
};

// Fields that the index of a page also needs.
enum class FieldRole : uint8_t { kNone, kTaskId, kStartTime, kPaid };

// A string up to 23 bytes, compared with text and its closing quote at once.
class QuotedWord {
 public:
  static constexpr size_t kMaxSize = 23;

  // Matches nothing.
  QuotedWord() : QuotedWord(absl::string_view()) {}
  explicit QuotedWord(absl::string_view word);

  // REQUIRES: 24 readable bytes at `text`, which begins after the quote.
  bool Matches(const char* text) const {
    return (((Load(text) ^ bits_[0]) & mask_[0]) |
            ((Load(text + 8) ^ bits_[1]) & mask_[1]) |
            ((Load(text + 16) ^ bits_[2]) & mask_[2])) == 0;
  }

  // The same for a word that is known to have at most kMaxShort bytes.
  static constexpr size_t kMaxShort = 15;
  bool MatchesShort(const char* text) const {
    return (((Load(text) ^ bits_[0]) & mask_[0]) |
            ((Load(text + 8) ^ bits_[1]) & mask_[1])) == 0;
  }

 private:
  static uint64_t Load(const char* text) {
    uint64_t bits;
    std::memcpy(&bits, text, sizeof(bits));
    return bits;
  }

  std::array<uint64_t, 3> bits_{};
  std::array<uint64_t, 3> mask_{};
};

// A line of the vendor's table.
struct FieldRow {
  absl::string_view key;
  uint32_t number;
  FieldKind kind;
  FieldRole role = FieldRole::kNone;
  // kWord: the word at index i is enum number i + 1.
  std::span<const absl::string_view> words = {};
};

struct MessageSchema {
  std::span<const FieldRow> rows;
  // map<string, string> unrecognized.
  uint32_t unrecognized;
};

const MessageSchema& TaskSchema();
const MessageSchema& HostSchema();

// `tasks` of ListTasksResponse.
inline constexpr uint32_t kTasksField = 1;
// `host_info_list` of Task.
inline constexpr uint32_t kHostsField = 15;
// At most so many rows in a schema, which are counted in a bit mask, and words
// in all of its lists.
inline constexpr size_t kMaxRows = 32;
inline constexpr size_t kMaxWords = 32;

}  // namespace hssgw
