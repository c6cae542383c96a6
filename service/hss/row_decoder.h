// SPDX-License-Identifier: Apache-2.0
// One row of `data_list` becomes one task on the wire of a page, hosts last.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <vector>

#include "service/hss/decode_stats.h"
#include "service/hss/object_encoder.h"
#include "service/hss/token_cursor.h"
#include "service/hss/unrecognized.h"
#include "service/hss/wire_writer.h"
#include "service/tasks/page.h"

namespace hssgw {

// What rows are read with, and the page that they go to.
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
  void BeginTask();
  bool AppendReadable(TokenCursor& cursor);
  void AppendUnreadable(const TokenCursor& begin, const TokenCursor& end);
  void AppendTask(const RowKey& key);
  ObjectEncoder::ListResult ReadHosts(TokenCursor& cursor);
  bool ReadHost(TokenCursor& cursor);
  bool ReadOtherHost(TokenCursor& cursor);

  RowContext context_;
  ObjectEncoder task_encoder_;
  ObjectEncoder host_encoder_;
  WireWriter scalars_;
  WireWriter hosts_;
  UnrecognizedBudget budget_;
  RowKey task_key_;
  RowKey host_key_;
};

}  // namespace hssgw
