// SPDX-License-Identifier: Apache-2.0
#include "service/hss/decode_stats.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace hssgw {
namespace {

constexpr absl::string_view kOther = "other";
constexpr size_t kMaxName = 64;

bool IsPlainName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxName &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  c == '_' || c == '.' || c == '-';
         });
}

}  // namespace

absl::string_view DriftName(DriftKind kind) {
  switch (kind) {
    case DriftKind::kField:
      return "field";
    case DriftKind::kWord:
      return "word";
    case DriftKind::kType:
      return "type";
    case DriftKind::kRange:
      return "range";
    case DriftKind::kNumberText:
      return "number_text";
    case DriftKind::kBoolText:
      return "bool_text";
    case DriftKind::kText:
      return "text";
    case DriftKind::kLong:
      return "long";
    case DriftKind::kDepth:
      return "depth";
    case DriftKind::kDropped:
      return "dropped";
    case DriftKind::kRow:
      return "row";
    case DriftKind::kRepeated:
      return "repeated";
    case DriftKind::kReplacedUtf8:
      return "replaced_utf8";
    case DriftKind::kControl:
      return "control";
  }
  return kOther;
}

void DecodeStats::Add(DriftKind kind, absl::string_view name, int64_t count) {
  const bool has_room = counts_.size() < kMaxCounts || CountOf(kind, name) > 0;
  Slot(kind, has_room && IsPlainName(name) ? name : kOther) += count;
}

int64_t DecodeStats::CountOf(DriftKind kind, absl::string_view name) const {
  for (const Count& count : counts_) {
    if (count.kind == kind && count.name == name) return count.count;
  }
  return 0;
}

int64_t& DecodeStats::Slot(DriftKind kind, absl::string_view name) {
  for (Count& count : counts_) {
    if (count.kind == kind && count.name == name) return count.count;
  }
  counts_.push_back({.kind = kind, .name = std::string(name)});
  return counts_.back().count;
}

}  // namespace hssgw
