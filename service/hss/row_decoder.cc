// SPDX-License-Identifier: Apache-2.0
#include "service/hss/row_decoder.h"

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "service/hss/json_text.h"
#include "service/hss/json_walk.h"
#include "service/hss/task_id_hash.h"
#include "service/hss/task_schema.h"

namespace hssgw {
namespace {

using ListResult = ObjectEncoder::ListResult;

// Of a row and of a host, where the root is 1.
constexpr int kTaskDepth = 3;
constexpr int kHostDepth = 5;

// The last string that has the key task_id in the object at `cursor`, whatever
// else is wrong with it; empty: none.
std::string FindTaskId(TokenCursor cursor, const TokenCursor& end) {
  std::string task_id;
  int depth = 0;
  bool after_key = false;
  for (; !(cursor == end); cursor.Advance()) {
    const char c = cursor.Front();
    if (c == ':') continue;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    const absl::string_view text = cursor.Text();
    if (after_key && c == '"') {
      task_id.clear();
      Unescape(text.substr(1, text.size() - 2), task_id);
    }
    after_key = depth == 1 && text == "\"task_id\"";
  }
  return task_id;
}

}  // namespace

RowDecoder::RowDecoder()
    : task_encoder_(TaskSchema(), kTaskDepth),
      host_encoder_(HostSchema(), kHostDepth) {}

void RowDecoder::Begin(const RowContext& context) {
  context_ = context;
  task_encoder_.Begin(context.stats, context.replaced);
  host_encoder_.Begin(context.stats, context.replaced);
}

bool RowDecoder::Append(TokenCursor& cursor) {
  if (AppendReadable(cursor)) return true;
  TokenCursor end = cursor;
  const bool matches = SkipValue(end);
  if (matches) AppendUnreadable(cursor, end);
  cursor = end;
  return matches;
}

bool RowDecoder::AppendReadable(TokenCursor& cursor) {
  BeginTask();
  TokenCursor end = cursor;
  const auto read_hosts = [this](TokenCursor& list) { return ReadHosts(list); };
  if (!task_encoder_.Encode(end, scalars_, budget_, task_key_, read_hosts)) {
    return false;
  }
  AppendTask(task_key_);
  cursor = end;
  return true;
}

void RowDecoder::AppendUnreadable(const TokenCursor& begin,
                                  const TokenCursor& end) {
  BeginTask();
  context_.stats->Add(DriftKind::kRow, "data_list");
  RowKey key;
  if (begin.Front() == '{') key.task_id = FindTaskId(begin, end);
  if (key.task_id.size() > kMaxTextInLongRecord) key.task_id.clear();
  if (!key.task_id.empty()) {
    scalars_.Bytes(TaskSchema().rows.front().number, key.task_id);
  }
  UnrecognizedWriter unrecognized(TaskSchema().unrecognized, scalars_, budget_);
  unrecognized.Add(kRawKey, Utf8Prefix(begin.TextTo(end), kMaxRawBytes));
  AppendTask(key);
}

void RowDecoder::BeginTask() {
  scalars_.Truncate(0);
  hosts_.Truncate(0);
  budget_ = {};
}

void RowDecoder::AppendTask(const RowKey& key) {
  std::array<char, 11> head;
  head[0] = static_cast<char>(kTasksField << 3U | 2U);
  const size_t head_size =
      1 + WireWriter::WriteVarint(scalars_.size() + hosts_.size(), &head[1]);
  std::string& wire = context_.page->wire;
  TaskSpan span;
  span.begin = static_cast<uint32_t>(wire.size());
  span.scalars = span.begin + static_cast<uint32_t>(head_size);
  span.hosts = span.scalars + static_cast<uint32_t>(scalars_.size());
  span.end = span.hosts + static_cast<uint32_t>(hosts_.size());
  span.start_millis = key.start_millis.value_or(kNoTime);
  span.id_hash =
      HashTaskId(key.paid.value_or(context_.whether_paid_task), key.task_id);
  wire.append(head.data(), head_size);
  wire.append(scalars_.view().data(), scalars_.size());
  wire.append(hosts_.view().data(), hosts_.size());
  context_.page->tasks.push_back(span);
}

ListResult RowDecoder::ReadHosts(TokenCursor& cursor) {
  hosts_.Truncate(0);
  if (cursor.Text() == "null") {
    cursor.Advance();
    return ListResult::kDone;
  }
  if (cursor.Front() != '[') return ListResult::kNoList;
  cursor.Advance();
  for (bool more = cursor.Front() != ']'; more;) {
    if (!ReadHost(cursor)) return ListResult::kMalformed;
    more = cursor.Front() == ',';
    if (more) cursor.Advance();
  }
  if (cursor.Front() != ']') return ListResult::kMalformed;
  cursor.Advance();
  return ListResult::kDone;
}

bool RowDecoder::ReadHost(TokenCursor& cursor) {
  const size_t mark = hosts_.OpenMessage(kHostsField);
  const auto no_hosts = [](TokenCursor&) { return ListResult::kNoList; };
  const bool well_formed =
      cursor.Front() == '{'
          ? host_encoder_.Encode(cursor, hosts_, budget_, host_key_, no_hosts)
          : ReadOtherHost(cursor);
  if (well_formed) hosts_.CloseMessage(mark);
  return well_formed;
}

// A host that is no object.
bool RowDecoder::ReadOtherHost(TokenCursor& cursor) {
  const TokenCursor begin = cursor;
  if (!WalkValue(cursor).has_value()) return false;
  context_.stats->Add(DriftKind::kRow, "host_info_list");
  UnrecognizedWriter unrecognized(HostSchema().unrecognized, hosts_, budget_);
  unrecognized.Add(kRawKey, Utf8Prefix(begin.TextTo(cursor), kMaxRawBytes));
  unrecognized.Finish();
  return true;
}

}  // namespace hssgw
