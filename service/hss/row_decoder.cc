// SPDX-License-Identifier: Apache-2.0
#include "service/hss/row_decoder.h"

#include <array>
#include <limits>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "service/hss/json_text.h"
#include "service/hss/json_walk.h"
#include "service/hss/task_id_hash.h"

namespace hssgw {
namespace {

// One host, or one task's scalars; the client gets whole ones.
constexpr size_t kMaxRecordBytes = size_t{256} << 10U;
// In a record over that bound. No table has so many strings that as many of
// this size and a full `unrecognized` would be over it.
constexpr size_t kMaxTextInLongRecord = size_t{16} << 10U;
constexpr size_t kAnySize = std::numeric_limits<size_t>::max();

// Of a row and of a host, where the root is 1.
constexpr int kTaskDepth = 3;
constexpr int kHostDepth = 5;

// The inside of a key, which is known to be closed.
absl::string_view KeyText(const char* raw, bool* escaped) {
  size_t size = 0;
  while (raw[size] != '"') {
    *escaped = *escaped || raw[size] == '\\';
    size += raw[size] == '\\' ? 2 : 1;
  }
  return {raw, size};
}

std::optional<DriftKind> DriftOf(FieldResult result) {
  switch (result) {
    case FieldResult::kWord:
      return DriftKind::kWord;
    case FieldResult::kType:
      return DriftKind::kType;
    case FieldResult::kRange:
      return DriftKind::kRange;
    case FieldResult::kText:
      return DriftKind::kText;
    case FieldResult::kLong:
      return DriftKind::kLong;
    default:
      return std::nullopt;
  }
}

// The last string that has the key task_id in the object at `cursor`, whatever
// else is wrong with it; empty: none.
std::string FindTaskId(TokenCursor cursor, const TokenCursor& end) {
  std::string task_id;
  int depth = 0;
  bool after_key = false;
  for (; !(cursor == end); cursor.Advance()) {
    const char c = cursor.Front();
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c == ':') continue;
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

struct RowDecoder::Key {
  size_t row = KeyFinder::kNone;
  // Only of a key that is no row's.
  absl::string_view name;
  bool escaped = false;
};

// The keys of an object so far.
class RowDecoder::SeenKeys {
 public:
  // False: it was there already, or is no row's.
  bool AddRow(size_t row) {
    const uint64_t bit = uint64_t{1} << row;
    const bool is_new = (rows_ & bit) == 0;
    rows_ |= bit;
    return is_new;
  }

  // False: it was there already, or that is too much to tell.
  bool Add(const Key& key) {
    if (key.row != KeyFinder::kNone) return AddRow(key.row);
    // An escaped one cannot be pointed at; rare enough to be read again.
    if (key.escaped || unknown_.size() == kMaxUnrecognizedNames ||
        absl::c_linear_search(unknown_, key.name)) {
      return false;
    }
    unknown_.push_back(key.name);
    return true;
  }

  uint64_t rows_ = uint64_t{1} << KeyFinder::kNone;
  absl::InlinedVector<absl::string_view, 8> unknown_;
};

// A field of an object whose value is next.
struct RowDecoder::Field {
  const char* raw_key = nullptr;
  size_t row = KeyFinder::kNone;
  size_t position = 0;
  // Its row's first in this object, as far as it was looked for.
  bool is_first = false;
};

// Which fields of an object are read.
struct RowDecoder::Selection {
  // By position; null: all, and a key that comes twice ends the pass.
  const std::vector<bool>* positions = nullptr;
  size_t max_text = kAnySize;
};

// A task or a host while it is written.
struct RowDecoder::Message {
  const MessageSchema& schema;
  FieldEncoder& fields;
  KeyFinder& keys;
  WireWriter& out;
  RowKey& key;
  const int depth;
  UnrecognizedWriter* unrecognized = nullptr;
};

RowDecoder::RowDecoder()
    : task_fields_(TaskSchema()),
      host_fields_(HostSchema()),
      task_keys_(TaskSchema()),
      host_keys_(HostSchema()) {}

void RowDecoder::Begin(const RowContext& context) {
  context_ = context;
  task_fields_.set_stats(context.stats);
  host_fields_.set_stats(context.stats);
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
  Message task = {.schema = TaskSchema(),
                  .fields = task_fields_,
                  .keys = task_keys_,
                  .out = scalars_,
                  .key = task_key_,
                  .depth = kTaskDepth};
  TokenCursor end = cursor;
  if (!EncodeObject(end, task)) return false;
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

// Reads the object once; again, with the last of each key alone, if a key comes
// twice; again, without its longest strings, if it is over the bound.
bool RowDecoder::EncodeObject(TokenCursor& cursor, Message& message) {
  const TokenCursor begin = cursor;
  const UnrecognizedBudget budget = budget_;
  const size_t out_start = message.out.size();
  const size_t hosts_start = hosts_.size();
  Selection selection;
  std::vector<bool> last;
  for (;;) {
    UnrecognizedWriter unrecognized(message.schema.unrecognized, message.out,
                                    budget_);
    message.unrecognized = &unrecognized;
    message.key.task_id.clear();
    message.key.start_millis.reset();
    message.key.paid.reset();
    const Pass pass = ReadFields(cursor, message, selection);
    if (pass == Pass::kMalformed) return false;
    if (pass == Pass::kDone) {
      unrecognized.Finish();
      const bool fits = message.out.size() - out_start <= kMaxRecordBytes;
      if (fits || selection.max_text != kAnySize) return true;
      selection.max_text = kMaxTextInLongRecord;
    } else {
      if (!SelectLast(begin, message, last)) return false;
      selection.positions = &last;
    }
    cursor = begin;
    message.out.Truncate(out_start);
    hosts_.Truncate(hosts_start);
    budget_ = budget;
  }
}

RowDecoder::Pass RowDecoder::ReadFields(TokenCursor& cursor, Message& message,
                                        const Selection& selection) {
  if (cursor.Front() != '{') return Pass::kMalformed;
  message.fields.set_max_text(selection.max_text);
  SeenKeys seen;
  Field field;
  size_t last_row = KeyFinder::kNone;
  TokenCursor at = cursor;  // a copy, which can stay in registers
  at.Advance();
  bool more = at.Front() != '}';
  for (; more; ++field.position) {
    if (at.Front() != '"') return Pass::kMalformed;
    field.raw_key = at.data() + 1;
    field.row = message.keys.Find(field.raw_key, last_row);
    at.Advance();
    if (at.Front() != ':') return Pass::kMalformed;
    at.Advance();
    field.is_first = selection.positions == nullptr && seen.AddRow(field.row);
    if (field.is_first && EncodePlain(field.row, at, message)) {
      at.Advance();
    } else {
      cursor = at;
      const Pass pass = ReadUnusual(field, cursor, message, seen, selection);
      if (pass != Pass::kDone) return pass;
      at = cursor;
    }
    if (field.row != KeyFinder::kNone) last_row = field.row;
    more = at.Front() == ',';
    if (more) at.Advance();
  }
  if (at.Front() != '}') return Pass::kMalformed;
  at.Advance();
  cursor = at;
  return Pass::kDone;
}

// Nearly every field there is: a scalar that fits.
bool RowDecoder::EncodePlain(size_t row, const TokenCursor& cursor,
                             Message& message) {
  if (message.schema.rows[row].kind == FieldKind::kHosts || cursor.AtEnd() ||
      context_.replaced != nullptr) {
    return false;
  }
  return message.fields.Encode(row, cursor.Text(), message.out, message.key) <=
         FieldResult::kAbsent;
}

RowDecoder::Pass RowDecoder::ReadUnusual(const Field& field,
                                         TokenCursor& cursor, Message& message,
                                         SeenKeys& seen,
                                         const Selection& selection) {
  const Key key = ReadKey(field.raw_key, field.row, message);
  bool wanted = true;
  if (selection.positions != nullptr) {
    wanted = (*selection.positions)[field.position];
  } else if (!field.is_first && !seen.Add(key)) {
    return Pass::kNotOnce;
  }
  const bool well_formed =
      wanted ? ReadField(key, cursor, message) : WalkValue(cursor).has_value();
  return well_formed ? Pass::kDone : Pass::kMalformed;
}

// Marks the last field of each key of the object at `cursor`.
bool RowDecoder::SelectLast(TokenCursor cursor, Message& message,
                            std::vector<bool>& last) {
  absl::flat_hash_map<std::string, size_t> places;
  do {
    cursor.Advance();
    if (cursor.Front() != '"') return false;
    const char* const raw_key = cursor.data() + 1;
    const Key key =
        ReadKey(raw_key, message.keys.Find(raw_key, KeyFinder::kNone), message);
    const absl::string_view name = key.row == KeyFinder::kNone
                                       ? key.name
                                       : message.schema.rows[key.row].key;
    const auto [place, added] =
        places.try_emplace(std::string(name), last.size());
    if (!added) {
      context_.stats->Add(DriftKind::kRepeated, name);
      last[place->second] = false;
      place->second = last.size();
    }
    last.push_back(true);
    cursor.Advance();
    if (cursor.Front() != ':') return false;
    cursor.Advance();
    if (!WalkValue(cursor).has_value()) return false;
  } while (cursor.Front() == ',');
  return true;
}

// `row`: of the key as it is written; kNone: perhaps it has escapes.
RowDecoder::Key RowDecoder::ReadKey(const char* raw, size_t row,
                                    Message& message) {
  Key key = {.row = row};
  if (row != KeyFinder::kNone) return key;
  key.name = KeyText(raw, &key.escaped);
  if (!key.escaped) return key;
  key_text_.clear();
  if (!Unescape(key.name, key_text_)) return key;
  key.name = key_text_;
  key.row = message.keys.FindUnescaped(key_text_);
  return key;
}

bool RowDecoder::ReadField(const Key& key, TokenCursor& cursor,
                           Message& message) {
  if (key.row == KeyFinder::kNone) {
    return Keep(DriftKind::kField, key.name, cursor, message);
  }
  const FieldRow& row = message.schema.rows[key.row];
  if (row.kind == FieldKind::kHosts) return ReadHosts(row, cursor, message);
  if (cursor.AtEnd()) return false;
  const absl::string_view token = cursor.Text();
  const FieldResult result =
      message.fields.Encode(key.row, token, message.out, message.key);
  if (result <= FieldResult::kAbsent) {
    if (context_.replaced != nullptr) {
      CountReplaced(row.key, cursor.position(), token.size());
    }
    cursor.Advance();
    return true;
  }
  const std::optional<DriftKind> drift = DriftOf(result);
  return drift.has_value() && Keep(*drift, row.key, cursor, message);
}

bool RowDecoder::ReadHosts(const FieldRow& row, TokenCursor& cursor,
                           Message& message) {
  if (cursor.AtEnd()) return false;
  if (cursor.Text() == "null") {
    cursor.Advance();
    return true;
  }
  if (cursor.Front() != '[') {
    return Keep(DriftKind::kType, row.key, cursor, message);
  }
  cursor.Advance();
  bool more = cursor.Front() != ']';
  while (more) {
    if (!ReadHost(row.number, cursor)) return false;
    more = cursor.Front() == ',';
    if (more) cursor.Advance();
  }
  if (cursor.Front() != ']') return false;
  cursor.Advance();
  return true;
}

bool RowDecoder::ReadHost(uint32_t number, TokenCursor& cursor) {
  const size_t mark = hosts_.OpenMessage(number);
  if (cursor.Front() == '{') {
    Message message = {.schema = HostSchema(),
                       .fields = host_fields_,
                       .keys = host_keys_,
                       .out = hosts_,
                       .key = host_key_,
                       .depth = kHostDepth};
    if (!EncodeObject(cursor, message)) return false;
  } else {
    const TokenCursor begin = cursor;
    if (!WalkValue(cursor).has_value()) return false;
    context_.stats->Add(DriftKind::kRow, "host_info_list");
    UnrecognizedWriter unrecognized(HostSchema().unrecognized, hosts_, budget_);
    unrecognized.Add(kRawKey, Utf8Prefix(begin.TextTo(cursor), kMaxRawBytes));
    unrecognized.Finish();
  }
  hosts_.CloseMessage(mark);
  return true;
}

// Puts the value at `cursor` into `unrecognized`, if it is well formed.
bool RowDecoder::Keep(DriftKind kind, absl::string_view name,
                      TokenCursor& cursor, Message& message) {
  const TokenCursor begin = cursor;
  const std::optional<int> depth = WalkValue(cursor);
  if (!depth.has_value()) return false;
  const absl::string_view json = begin.TextTo(cursor);
  context_.stats->Add(kind, name);
  if (context_.replaced != nullptr) {
    CountReplaced(name, begin.position(), json.size());
  }
  if (message.depth + *depth > kMaxJsonDepth) {
    context_.stats->Add(DriftKind::kDepth, name);
    message.unrecognized->CountOnly();
  } else if (!message.unrecognized->Add(name, json)) {
    context_.stats->Add(DriftKind::kDropped, name);
  }
  return true;
}

void RowDecoder::CountReplaced(absl::string_view name, size_t position,
                               size_t size) {
  const auto begin = absl::c_lower_bound(*context_.replaced, position);
  const auto end = absl::c_lower_bound(*context_.replaced, position + size);
  if (begin != end) {
    context_.stats->Add(DriftKind::kReplacedUtf8, name, end - begin);
  }
}

}  // namespace hssgw
