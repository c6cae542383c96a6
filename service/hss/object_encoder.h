// SPDX-License-Identifier: Apache-2.0
// A JSON object becomes the fields of a message, as the table of that message
// says. An object is read once, forward; only one that has a key twice, or is
// over the bound, is read again.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "service/hss/decode_stats.h"
#include "service/hss/field_encoder.h"
#include "service/hss/key_finder.h"
#include "service/hss/token_cursor.h"
#include "service/hss/unrecognized.h"
#include "service/hss/wire_writer.h"

namespace hssgw {

// One host, or one task's scalars: the client gets whole ones.
inline constexpr size_t kMaxRecordBytes = size_t{256} << 10U;
// What a string may have in a record over that bound. No table has so many
// strings that as many of this size and a full `unrecognized` are over it.
inline constexpr size_t kMaxTextInLongRecord = size_t{16} << 10U;

class ObjectEncoder {
 public:
  enum class ListResult : uint8_t {
    kDone,
    kMalformed,
    kNoList,  // another value, which `cursor` is still at
  };
  // Reads the value at `cursor`, a list of hosts, and goes past it; in place of
  // any that it read in this object before.
  using ListReader = absl::FunctionRef<ListResult(TokenCursor& cursor)>;

  // `depth`: of the objects in an answer, where the root is 1.
  ObjectEncoder(const MessageSchema& schema, int depth);

  // `replaced`: where in the text each U+FFFD of ours is, ascending; null:
  // nowhere. Both must outlive the use of them.
  void Begin(DecodeStats* stats, const std::vector<size_t>* replaced);

  // Writes the object at `cursor` to `out` and goes past it. `key` is filled.
  // False: it is no object, or not well formed; what was written is void.
  bool Encode(TokenCursor& cursor, WireWriter& out, UnrecognizedBudget& budget,
              RowKey& key, ListReader read_hosts);

 private:
  enum class Result : uint8_t { kDone, kMalformed, kNotOnce };
  class SeenKeys;
  struct Field;
  struct Key;
  struct Pass;

  Result ReadFields(TokenCursor& cursor, Pass& pass);
  bool ReadKeyOf(Field& field, TokenCursor& cursor);
  bool EncodePlain(size_t row, const TokenCursor& cursor, Pass& pass);
  Result ReadUnusual(const Field& field, TokenCursor& cursor, Pass& pass);
  bool ReadValue(const Key& key, TokenCursor& cursor, Pass& pass);
  bool Keep(DriftKind kind, absl::string_view name, TokenCursor& cursor,
            Pass& pass);
  bool SelectLast(TokenCursor cursor, std::vector<bool>& last);
  Key Unescaped(const char* raw, size_t row);
  void CountReplaced(absl::string_view name, size_t position, size_t size);

  const MessageSchema& schema_;
  const int depth_;
  FieldEncoder fields_;
  KeyFinder keys_;
  std::string key_text_;
  DecodeStats* stats_ = nullptr;
  const std::vector<size_t>* replaced_ = nullptr;
};

}  // namespace hssgw
