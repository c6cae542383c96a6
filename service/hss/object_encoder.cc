// SPDX-License-Identifier: Apache-2.0
#include "service/hss/object_encoder.h"

#include <limits>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "service/hss/json_text.h"
#include "service/hss/json_walk.h"

namespace hssgw {
namespace {

constexpr size_t kAnySize = std::numeric_limits<size_t>::max();

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

}  // namespace

struct ObjectEncoder::Key {
  size_t row = KeyFinder::kNone;
  absl::string_view name;
  bool escaped = false;
};

// A field of an object whose value is next.
struct ObjectEncoder::Field {
  const char* raw_key = nullptr;
  size_t row = KeyFinder::kNone;
  size_t position = 0;
  // Of the row before it that was known.
  size_t last_row = KeyFinder::kNone;
  // Its row's first in this object, as far as that was looked for.
  bool is_first = false;
};

// The keys of an object so far.
class ObjectEncoder::SeenKeys {
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

 private:
  uint64_t rows_ = uint64_t{1} << KeyFinder::kNone;
  absl::InlinedVector<absl::string_view, 8> unknown_;
};

// One reading of an object.
struct ObjectEncoder::Pass {
  // The fields to read, by position; null: all, and a key that comes twice ends
  // the pass.
  const std::vector<bool>* positions;
  WireWriter& out;
  RowKey& key;
  ListReader read_hosts;
  UnrecognizedWriter unrecognized;
  SeenKeys seen;
};

ObjectEncoder::ObjectEncoder(const MessageSchema& schema, int depth)
    : schema_(schema), depth_(depth), fields_(schema), keys_(schema) {}

void ObjectEncoder::Begin(DecodeStats* stats,
                          const std::vector<size_t>* replaced) {
  stats_ = stats;
  replaced_ = replaced;
  fields_.set_stats(stats);
}

// Again with the last of each key alone, if a key comes twice; again without
// its longest strings, if it is over the bound.
bool ObjectEncoder::Encode(TokenCursor& cursor, WireWriter& out,
                           UnrecognizedBudget& budget, RowKey& key,
                           ListReader read_hosts) {
  const TokenCursor begin = cursor;
  const UnrecognizedBudget budget_before = budget;
  const size_t start = out.size();
  size_t max_text = kAnySize;
  std::vector<bool> last;
  for (;;) {
    key.Clear();
    fields_.set_max_text(max_text);
    Pass pass = {.positions = last.empty() ? nullptr : &last,
                 .out = out,
                 .key = key,
                 .read_hosts = read_hosts,
                 .unrecognized = {schema_.unrecognized, out, budget}};
    const Result result = ReadFields(cursor, pass);
    if (result == Result::kMalformed) return false;
    if (result == Result::kDone) {
      pass.unrecognized.Finish();
      const bool fits = out.size() - start <= kMaxRecordBytes;
      if (fits || max_text != kAnySize) return true;
      max_text = kMaxTextInLongRecord;
    } else if (!SelectLast(begin, last)) {
      return false;
    }
    cursor = begin;
    out.Truncate(start);
    budget = budget_before;
  }
}

ObjectEncoder::Result ObjectEncoder::ReadFields(TokenCursor& cursor,
                                                Pass& pass) {
  if (cursor.Front() != '{') return Result::kMalformed;
  TokenCursor at = cursor;  // a copy, which can stay in registers
  at.Advance();
  Field field;
  for (bool more = at.Front() != '}'; more; ++field.position) {
    if (!ReadKeyOf(field, at)) return Result::kMalformed;
    field.is_first = pass.positions == nullptr && pass.seen.AddRow(field.row);
    if (field.is_first && EncodePlain(field.row, at, pass)) {
      at.Advance();
    } else {
      cursor = at;
      const Result result = ReadUnusual(field, cursor, pass);
      if (result != Result::kDone) return result;
      at = cursor;
    }
    more = at.Front() == ',';
    if (more) at.Advance();
  }
  if (at.Front() != '}') return Result::kMalformed;
  at.Advance();
  cursor = at;
  return Result::kDone;
}

inline bool ObjectEncoder::ReadKeyOf(Field& field, TokenCursor& cursor) {
  if (cursor.Front() != '"') return false;
  field.raw_key = cursor.data() + 1;
  field.row = keys_.Find(field.raw_key, field.last_row);
  if (field.row != KeyFinder::kNone) field.last_row = field.row;
  cursor.Advance();
  if (cursor.Front() != ':') return false;
  cursor.Advance();
  return true;
}

// Nearly every field there is: a scalar that fits.
bool ObjectEncoder::EncodePlain(size_t row, const TokenCursor& cursor,
                                Pass& pass) {
  if (schema_.rows[row].kind == FieldKind::kHosts || cursor.AtEnd() ||
      replaced_ != nullptr) {
    return false;
  }
  return fields_.Encode(row, cursor.Text(), pass.out, pass.key) <=
         FieldResult::kAbsent;
}

ObjectEncoder::Result ObjectEncoder::ReadUnusual(const Field& field,
                                                 TokenCursor& cursor,
                                                 Pass& pass) {
  const Key key = Unescaped(field.raw_key, field.row);
  bool wanted = true;
  if (pass.positions != nullptr) {
    wanted = (*pass.positions)[field.position];
  } else if (!field.is_first && !pass.seen.Add(key)) {
    return Result::kNotOnce;
  }
  const bool well_formed =
      wanted ? ReadValue(key, cursor, pass) : WalkValue(cursor).has_value();
  return well_formed ? Result::kDone : Result::kMalformed;
}

bool ObjectEncoder::ReadValue(const Key& key, TokenCursor& cursor, Pass& pass) {
  if (key.row == KeyFinder::kNone) {
    return Keep(DriftKind::kField, key.name, cursor, pass);
  }
  if (cursor.AtEnd()) return false;
  if (schema_.rows[key.row].kind == FieldKind::kHosts) {
    const ListResult result = pass.read_hosts(cursor);
    if (result != ListResult::kNoList) return result == ListResult::kDone;
    return Keep(DriftKind::kType, key.name, cursor, pass);
  }
  const absl::string_view token = cursor.Text();
  const FieldResult result = fields_.Encode(key.row, token, pass.out, pass.key);
  if (result <= FieldResult::kAbsent) {
    CountReplaced(key.name, cursor.position(), token.size());
    cursor.Advance();
    return true;
  }
  const std::optional<DriftKind> drift = DriftOf(result);
  return drift.has_value() && Keep(*drift, key.name, cursor, pass);
}

// Puts the value at `cursor` into `unrecognized`, if it is well formed.
bool ObjectEncoder::Keep(DriftKind kind, absl::string_view name,
                         TokenCursor& cursor, Pass& pass) {
  const TokenCursor begin = cursor;
  const std::optional<int> depth = WalkValue(cursor);
  if (!depth.has_value()) return false;
  const absl::string_view json = begin.TextTo(cursor);
  stats_->Add(kind, name);
  CountReplaced(name, begin.position(), json.size());
  if (depth_ + *depth > kMaxJsonDepth) {
    stats_->Add(DriftKind::kDepth, name);
    pass.unrecognized.CountOnly();
  } else if (!pass.unrecognized.Add(name, json)) {
    stats_->Add(DriftKind::kDropped, name);
  }
  return true;
}

// Marks the last field of each key of the object at `cursor`.
bool ObjectEncoder::SelectLast(TokenCursor cursor, std::vector<bool>& last) {
  absl::flat_hash_map<std::string, size_t> places;
  Field field;
  do {
    cursor.Advance();
    if (!ReadKeyOf(field, cursor)) return false;
    const Key key = Unescaped(field.raw_key, field.row);
    const auto [place, added] =
        places.try_emplace(std::string(key.name), last.size());
    if (!added) {
      stats_->Add(DriftKind::kRepeated, key.name);
      last[place->second] = false;
      place->second = last.size();
    }
    last.push_back(true);
    if (!WalkValue(cursor).has_value()) return false;
  } while (cursor.Front() == ',');
  return true;
}

// `row`: of the key as it is written; kNone: perhaps it has escapes.
ObjectEncoder::Key ObjectEncoder::Unescaped(const char* raw, size_t row) {
  if (row != KeyFinder::kNone) {
    return {.row = row, .name = schema_.rows[row].key};
  }
  Key key;
  key.name = KeyText(raw, &key.escaped);
  if (!key.escaped) return key;
  key_text_.clear();
  if (!Unescape(key.name, key_text_)) return key;
  key.name = key_text_;
  key.row = keys_.FindUnescaped(key_text_);
  return key;
}

void ObjectEncoder::CountReplaced(absl::string_view name, size_t position,
                                  size_t size) {
  if (replaced_ == nullptr) return;
  const auto begin = absl::c_lower_bound(*replaced_, position);
  const auto end = absl::c_lower_bound(*replaced_, position + size);
  if (begin != end) stats_->Add(DriftKind::kReplacedUtf8, name, end - begin);
}

}  // namespace hssgw
