// SPDX-License-Identifier: Apache-2.0
// Which page a walk asks for next: on the grid, off it, or in search of a gap.
#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "service/tasks/leg_walk.h"

namespace hssgw {

int64_t LegWalk::OffsetAfterFrontier(bool on_grid) const {
  // As many rows may leave again, and some more.
  const int64_t removed = std::max<int64_t>(0, -static_cast<int64_t>(drift_));
  const int64_t overlap =
      std::clamp<int64_t>(std::min(2 * removed, removed + limit_ / 5),
                          BaseOverlap(limit_), limit_ * 4 / 5);
  // Rows that keep arriving push the frontier down: twice in a row makes it
  // likely enough to look for it there.
  const int64_t lead = std::max(0, std::min(drift_, previous_drift_));
  int64_t offset = end_position_ + lead - std::max(overlap, lead / 2);
  if (on_grid) offset = offset / Stride(limit_) * Stride(limit_);
  return std::max<int64_t>(0, offset);
}

absl::Status LegWalk::PlanNext(const Page& page) {
  const bool goes_on_from_short_page = IsShort(page);
  const int64_t offset =
      OffsetAfterFrontier(drift_ == 0 && !goes_on_from_short_page);
  if (offset > kMaxOffset) {
    return TooLong(last_total_num_.value_or(end_position_));
  }
  next_ = {.offset = static_cast<int32_t>(offset), .limit = limit_};
  // A short page that is not the end is asked about again: a fresh answer only.
  if (goes_on_from_short_page) next_.sent_after = page.sent_at;
  return absl::OkStatus();
}

bool LegWalk::LiesBeforeFrontier(const Page& page) const {
  if (page.tasks.empty()) return false;
  // Newer rows stand before older ones.
  const int64_t page_time = page.tasks.back().start_millis;
  if (page_time != kNoTime && frontier_millis_ != kNoTime &&
      page_time != frontier_millis_) {
    return page_time > frontier_millis_;
  }
  absl::flat_hash_set<uint64_t> ids;
  for (const TaskSpan& task : page.tasks) ids.insert(task.id_hash);
  return !seen_.Among(ids).empty();
}

void LegWalk::PlanRepair(const Page& page) {
  ++repairs_;
  ++repair_tries_;
  // Rows move between two tries: of two bounds that contradict each other, only
  // the newer one still holds.
  if (LiesBeforeFrontier(page)) {
    before_ = std::max<int64_t>(before_, page.offset + RowCount(page));
    if (after_.has_value() && *after_ <= before_) after_.reset();
  } else {
    after_ = std::min<int64_t>(after_.value_or(page.offset), page.offset);
    if (*after_ <= before_) before_ = 0;
  }
  const int64_t reach = int64_t{limit_ * 4 / 5} << (repair_tries_ - 1);
  int64_t offset = 0;
  if (after_.has_value() && before_ > 0) {
    offset = (before_ + *after_ - limit_) / 2;
  } else if (after_.has_value()) {
    offset = std::min<int64_t>(end_position_, *after_) - reach;
  } else {
    offset = before_ + reach - limit_ * 4 / 5;
  }
  next_ = {.offset =
               static_cast<int32_t>(std::clamp<int64_t>(offset, 0, kMaxOffset)),
           .limit = limit_,
           .sent_after = page.sent_at};
}

// Of a walk that was read before this one began.
bool LegWalk::IsFromBefore(const Page& page) const {
  return page.sent_at < first_sent_at_ && page.sent_at < frontier_sent_at_;
}

std::vector<int32_t> LegWalk::NextAfter(int count) const {
  std::vector<int32_t> offsets;
  if (phase_ != Phase::kBody || drift_ != 0 || repair_tries_ > 0 ||
      next_.sent_after != absl::InfinitePast())
    return offsets;
  const int64_t total = last_total_num_.value_or(0);
  int64_t offset = next_.offset;
  while (static_cast<int>(offsets.size()) < std::min(count, window_ - 1)) {
    offset += Stride(limit_);
    // A quiet list needs no page whose rows were all in the one before.
    if (offset + BaseOverlap(limit_) > total || offset > kMaxOffset) break;
    offsets.push_back(static_cast<int32_t>(offset));
  }
  return offsets;
}

bool LegWalk::HalveLimit() {
  if (limit_ <= kMinPageRows) return false;
  limit_ = std::max(kMinPageRows, limit_ / 2);
  next_.limit = limit_;
  window_ = 1;
  return true;
}

std::optional<int32_t> LegWalk::PagesNeeded() const {
  if (phase_ == Phase::kDone) return 0;
  if (phase_ == Phase::kHead) return 1;
  if (!last_total_num_.has_value()) return std::nullopt;
  const int64_t rest = std::max<int64_t>(
      0, *last_total_num_ - next_.offset - BaseOverlap(limit_));
  return static_cast<int32_t>(1 + rest / Stride(limit_));
}

}  // namespace hssgw
