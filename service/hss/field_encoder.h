// SPDX-License-Identifier: Apache-2.0
// A JSON value becomes a protobuf field, as its line of the table says. Reads
// what upstream writes other than documented as far as nothing is lost by it:
// integers as 1.0, 1.7E12 or "17", numbers for strings, "true" for true.
//
// Threads: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "service/hss/decode_stats.h"
#include "service/hss/task_schema.h"
#include "service/hss/wire_writer.h"

namespace hssgw {

// What became of a value.
enum class FieldResult : uint8_t {
  kWritten,
  kAbsent,     // null
  kMalformed,  // no JSON
  // The rest are JSON that the field cannot hold; the last is the drift kind.
  kWord,
  kType,
  kRange,
  kText,
  kLong,
};

// The row's value, for the index of a page.
struct RowKey {
  std::string task_id;
  std::optional<int64_t> start_millis;
  std::optional<bool> paid;

  void Clear() {
    task_id.clear();
    start_millis.reset();
    paid.reset();
  }
};

class FieldEncoder {
 public:
  explicit FieldEncoder(const MessageSchema& schema);

  // Longer strings are not written but kLong.
  void set_max_text(size_t max_text) { max_text_ = max_text; }
  // Where lenient readings are counted; must outlive its use.
  void set_stats(DecodeStats* stats) { stats_ = stats; }

  // Writes row `index` of the schema (never a kHosts) from `token`, a scalar's
  // text or the first byte of a container. `key` is filled as far as the row
  // has a role. REQUIRES: WireWriter::kReadAhead readable bytes behind `token`.
  FieldResult Encode(size_t index, absl::string_view token, WireWriter& out,
                     RowKey& key);

 private:
  FieldResult EncodeText(const FieldRow& row, absl::string_view token,
                         WireWriter& out, RowKey& key);
  FieldResult EncodeQuoted(const FieldRow& row, absl::string_view inside,
                           WireWriter& out, RowKey& key);
  FieldResult EncodeWord(size_t index, absl::string_view token,
                         WireWriter& out);
  FieldResult EncodeBool(const FieldRow& row, absl::string_view token,
                         WireWriter& out, RowKey& key);
  FieldResult EncodeInteger(const FieldRow& row, absl::string_view token,
                            WireWriter& out, RowKey& key);

  // The inside of a quoted token, unescaped if it has to be.
  absl::string_view Meaning(absl::string_view token);

  const MessageSchema& schema_;
  // Those of row i are at first_word_[i] and on.
  std::array<QuotedWord, kMaxWords> words_;
  std::array<uint8_t, kMaxRows> first_word_{};
  size_t max_text_;
  DecodeStats* stats_ = nullptr;
  std::string unescaped_;
};

}  // namespace hssgw
