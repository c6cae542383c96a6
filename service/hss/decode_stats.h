// SPDX-License-Identifier: Apache-2.0
// How an answer differed from upstream's documents: one count for each kind of
// drift and field. The row or value is delivered all the same. What is in an
// object that must be read twice may be counted twice.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace hssgw {

enum class DriftKind : uint8_t {
  kField,         // a key that no table has
  kWord,          // a word that the closed list does not have
  kType,          // a value of another type
  kRange,         // a number or time that the field cannot hold
  kNumberText,    // read: a number as a string, or the reverse; 1.0 for 1
  kBoolText,      // read: "true" or "false" as a string
  kText,          // a string whose escapes mean nothing
  kLong,          // a string over the bound, in a row over the bound
  kDepth,         // nested too deep to keep
  kDropped,       // no room left in `unrecognized`
  kRow,           // a row or host that is no object, or cannot be read
  kRepeated,      // an object with a key twice: the last one counts
  kReplacedUtf8,  // bytes that are no UTF-8, now U+FFFD
  kControl,       // a raw control character in a string, kept
};

// "field", "word", ...: a label for metrics.
absl::string_view DriftName(DriftKind kind);

class DecodeStats {
 public:
  struct Count {
    DriftKind kind;
    std::string name;
    int64_t count = 0;
  };
  // So many different (kind, name); later names count as "other".
  static constexpr size_t kMaxCounts = 64;

  // `name` is upstream's: what is no short word of letters, digits and `_.-`
  // counts as "other".
  void Add(DriftKind kind, absl::string_view name, int64_t count = 1);

  const std::vector<Count>& counts() const { return counts_; }
  int64_t CountOf(DriftKind kind, absl::string_view name) const;
  bool empty() const { return counts_.empty(); }

  // Whether the answer had to be mended before it could be read, and whether
  // it then had to be read row by row.
  bool mended = false;
  bool row_by_row = false;

 private:
  int64_t& Slot(DriftKind kind, absl::string_view name);

  std::vector<Count> counts_;
};

}  // namespace hssgw
