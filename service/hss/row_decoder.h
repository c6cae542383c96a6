// SPDX-License-Identifier: Apache-2.0
// One row of `data_list` becomes one task on the wire of a page. A row is read
// once, forward; only an object with a key twice, or over the bounds, is read
// again.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/hss/decode_stats.h"
#include "service/hss/field_encoder.h"
#include "service/hss/key_finder.h"
#include "service/hss/token_cursor.h"
#include "service/hss/unrecognized.h"
#include "service/hss/wire_writer.h"
#include "service/tasks/page.h"

namespace hssgw {

// What rows are read with: the page they go to, and where bytes were replaced.
struct RowContext {
  Page* page = nullptr;
  DecodeStats* stats = nullptr;
  // The request's, for rows that do not say.
  bool whether_paid_task = false;
  // Where in the text each U+FFFD of ours is, ascending; null: nowhere.
  const std::vector<size_t>* replaced = nullptr;
};

class RowDecoder {
 public:
  RowDecoder();

  // For all rows that follow.
  void Begin(const RowContext& context);

  // Appends the value at `cursor` as a task and goes past it. One that is no
  // object, or not well formed, becomes a task with the start of its text, and
  // the id that it seems to have. False: its brackets do not match, and nothing
  // was appended; `cursor` is at the wrong one, or at the end.
  bool Append(TokenCursor& cursor);

 private:
  enum class Pass : uint8_t { kDone, kMalformed, kNotOnce };
  struct Key;
  struct Field;
  class SeenKeys;
  struct Selection;
  struct Message;

  void BeginTask();
  bool AppendReadable(TokenCursor& cursor);
  void AppendUnreadable(const TokenCursor& begin, const TokenCursor& end);
  void AppendTask(const RowKey& key);
  bool EncodeObject(TokenCursor& cursor, Message& message);
  Pass ReadFields(TokenCursor& cursor, Message& message,
                  const Selection& selection);
  bool SelectLast(TokenCursor cursor, Message& message,
                  std::vector<bool>& last);
  bool EncodePlain(size_t row, const TokenCursor& cursor, Message& message);
  Pass ReadUnusual(const Field& field, TokenCursor& cursor, Message& message,
                   SeenKeys& seen, const Selection& selection);
  Key ReadKey(const char* raw, size_t row, Message& message);
  bool ReadField(const Key& key, TokenCursor& cursor, Message& message);
  bool ReadHosts(const FieldRow& row, TokenCursor& cursor, Message& message);
  bool ReadHost(uint32_t number, TokenCursor& cursor);
  bool Keep(DriftKind kind, absl::string_view name, TokenCursor& cursor,
            Message& message);
  void CountReplaced(absl::string_view name, size_t position, size_t size);

  RowContext context_;
  FieldEncoder task_fields_;
  FieldEncoder host_fields_;
  KeyFinder task_keys_;
  KeyFinder host_keys_;
  WireWriter scalars_;
  WireWriter hosts_;
  UnrecognizedBudget budget_;
  std::string key_text_;
  RowKey task_key_;
  RowKey host_key_;
};

}  // namespace hssgw
