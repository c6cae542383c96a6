// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/leg_walk.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"

namespace hssgw {
namespace {

// After so many answers in a row without a new row, a list repeats itself or
// moves faster than it can be read.
constexpr int kMaxAnswersWithoutNews = 8;

absl::Status Aborted(absl::string_view what, int64_t position, Reason reason) {
  return MakeError(
      absl::StatusCode::kAborted,
      absl::StrCat(what, position,
                   "; try again later, or set allow_incomplete to take what "
                   "can be had"),
      {.reason = reason});
}

void AppendRow(uint32_t index, RowRuns& runs) {
  if (!runs.empty() && runs.back().last == index) {
    ++runs.back().last;
  } else {
    runs.push_back({index, index + 1});
  }
}

}  // namespace

absl::Status LegWalk::TooLong(int64_t total_num) {
  return MakeError(
      absl::StatusCode::kOutOfRange,
      absl::StrCat("upstream lists ", total_num,
                   " tasks in this window and gives none beyond offset ",
                   kMaxOffset, "; ask for a narrower window"),
      {.reason = Reason::kListTooLong});
}

LegWalk::LegWalk(const LegWalkOptions& options, const LegPosition& position)
    : options_(options), limit_(options.limit), next_{.limit = limit_} {
  last_total_num_ = position.total_num;
  moved_ = position.moved;
  whole_ = position.whole;
  order_unstable_ = position.order_unstable;
  first_page_ = position.first_rows;
  first_millis_ = position.first_millis;
  if (position.phase == LegPosition::Phase::kDone) phase_ = Phase::kDone;
  if (position.phase == LegPosition::Phase::kHead) {
    phase_ = Phase::kHead;
    next_.sent_after = options.resumed_at;
  }
  if (position.anchors.empty() || phase_ == Phase::kDone) return;
  if (phase_ == Phase::kFirst) phase_ = Phase::kBody;
  window_ = 1;
  // Pages before the break may have been as new as that.
  newest_sent_at_ = options.resumed_at;
  frontier_ = position.anchors;
  frontier_millis_ = position.last_millis;
  end_position_ = position.rows_before;
  next_.offset = static_cast<int32_t>(OffsetAfterFrontier(/*on_grid=*/true));
}

void LegWalk::Describe(LegPosition& position) const {
  position.total_num = last_total_num_;
  position.moved = moved_;
  position.whole = whole_;
  position.order_unstable = order_unstable_;
  position.first_rows.clear();
  position.first_millis = kNoTime;
  if (!options_.read_head_again) return;
  position.first_millis = first_millis_;
  for (const uint64_t row : first_page_) {
    if (position.first_rows.size() == LegPosition::kMaxFirstRows) break;
    if (row != 0) position.first_rows.push_back(row);
  }
}

absl::StatusOr<RowRuns> LegWalk::Accept(const Page& page) {
  NoteTotal(page);
  if (phase_ == Phase::kFirst) {
    first_sent_at_ = page.sent_at;
  } else {
    newest_sent_at_ = std::max(newest_sent_at_, page.sent_at);
  }
  // The head pass starts like a leg: its first page needs no anchor.
  if (phase_ == Phase::kFirst || frontier_.empty()) return TakeFirstPage(page);
  const Joint joint = FindJoint(page);
  if (joint.shared) return TakeJoinedPage(page, joint);
  if (may_skip_gap_) return TakePageBehindGap(page);
  return TakeApartPage(page);
}

bool LegWalk::Joins(const Page& page) const {
  return frontier_.empty() || FindJoint(page).shared;
}

LegWalk::Joint LegWalk::FindJoint(const Page& page) const {
  absl::flat_hash_map<uint64_t, uint32_t> place;
  for (uint32_t i = 0; i < frontier_.size(); ++i) {
    if (frontier_[i] != 0) place.emplace(frontier_[i], i);
  }
  Joint joint;
  joint.is_shared.resize(page.tasks.size());
  // The deepest shared row of the frontier so far, and its start time.
  uint32_t deepest = 0;
  int64_t deepest_millis = kNoTime;
  for (uint32_t i = 0; i < page.tasks.size(); ++i) {
    const TaskSpan& task = page.tasks[i];
    // A row whose start time changed has moved: it is no anchor.
    const auto it = place.find(RowMark(task));
    if (it == place.end()) continue;
    joint.is_shared[i] = true;
    if (!joint.shared) joint.first_shared = i;
    if (joint.shared && it->second < deepest &&
        deepest_millis != task.start_millis) {
      joint.reordered = true;
    }
    if (!joint.shared || it->second > deepest) {
      deepest = it->second;
      deepest_millis = task.start_millis;
    }
    joint.shared = true;
    joint.last_shared = i;
    const int64_t end = int64_t{page.offset} + i - it->second +
                        static_cast<int64_t>(frontier_.size());
    joint.drift = static_cast<int32_t>(end - end_position_);
  }
  return joint;
}

// New are the rows after the last shared one. Among the shared rows, a row that
// was never seen is new as well: it changed places with one of equal start
// time.
RowRuns LegWalk::TakeNewRows(const Page& page, const Joint& joint) {
  absl::flat_hash_set<uint64_t> fresh;
  for (const TaskSpan& task : page.tasks) fresh.insert(task.id_hash);
  const absl::flat_hash_set<uint64_t> seen = seen_.Among(fresh);
  const uint32_t end = EndOfNewRows(page);
  RowRuns runs;
  for (uint32_t i = joint.first_shared; i < end; ++i) {
    const uint64_t id_hash = page.tasks[i].id_hash;
    const bool behind = joint.IsBehind(i);
    if (id_hash == 0) {
      if (behind) AppendRow(i, runs);
      continue;
    }
    if (joint.IsShared(i)) continue;
    if (seen.contains(id_hash) || fresh.erase(id_hash) == 0) {
      if (behind) ++duplicates_dropped_;
      continue;
    }
    seen_.Add(id_hash);
    AppendRow(i, runs);
  }
  return runs;
}

absl::StatusOr<RowRuns> LegWalk::TakeFirstPage(const Page& page) {
  if (page.total_num.value_or(0) > kMaxOffset + limit_) {
    return TooLong(*page.total_num);
  }
  const bool reads_head = phase_ == Phase::kHead;
  if (page.tasks.empty() && !EndsWith(page, false)) {
    // Empty, but the answer does not say that this is all: read it once more.
    end_was_said_ = true;
    next_.sent_after = page.sent_at;
    return RowRuns();
  }
  const RowRuns runs = TakeNewRows(page, Joint());
  MoveFrontier(page);
  if (!reads_head) {
    first_page_ = frontier_;
    if (!page.tasks.empty()) first_millis_ = page.tasks.front().start_millis;
    phase_ = Phase::kBody;
  }
  if (EndsWith(page, !runs.empty()) || ReachedFirstPage(page)) {
    FinishPass();
  } else if (absl::Status status = PlanNext(page); !status.ok()) {
    return status;
  }
  return runs;
}

absl::Status LegWalk::TakeOrder(const Page& page, const Joint& joint) {
  if (!joint.reordered) return absl::OkStatus();
  if (!options_.allow_incomplete) {
    return Aborted("upstream gave the same rows in another order, near row ",
                   page.offset, Reason::kOrderUnstable);
  }
  order_unstable_ = true;
  whole_ = false;
  return absl::OkStatus();
}

absl::StatusOr<RowRuns> LegWalk::TakeJoinedPage(const Page& page,
                                                const Joint& joint) {
  if (absl::Status s = TakeOrder(page, joint); !s.ok()) return s;
  const int tries = repair_tries_;
  if (joint.drift != 0) moved_ = true;
  // How rows stood before the walk began says nothing of what comes.
  const int32_t drift = IsFromBefore(page) ? 0 : joint.drift;
  NoteDrift(drift);
  const RowRuns runs = TakeNewRows(page, joint);
  if (joint.last_shared + 1 < page.tasks.size()) {
    MoveFrontier(page);
  } else {
    end_position_ += drift;
  }
  answers_without_news_ = runs.empty() ? answers_without_news_ + 1 : 0;
  if (EndsWith(page, !runs.empty()) || ReachedFirstPage(page)) {
    FinishPass();
    return runs;
  }
  if (answers_without_news_ >= kMaxAnswersWithoutNews) {
    if (absl::Status status = GiveUp(page); !status.ok()) return status;
    return runs;
  }
  end_was_said_ = IsShort(page) && (runs.empty() || !page.total_num);
  if (absl::Status status = PlanNext(page); !status.ok()) return status;
  // Only a page as young as this one is sure to stand where this one says.
  if (tries + answers_without_news_ > 0) {
    next_.sent_after = std::max(page.sent_at, frontier_sent_at_);
  }
  return runs;
}

absl::StatusOr<RowRuns> LegWalk::TakeApartPage(const Page& page) {
  ++answers_without_news_;
  end_was_said_ = page.tasks.empty();
  window_ = 1;
  moved_ = true;
  if (answers_without_news_ >= kMaxAnswersWithoutNews) {
    if (absl::Status status = GiveUp(page); !status.ok()) return status;
  } else if (page.sent_at < frontier_sent_at_) {
    // It tells where rows stood before the frontier page was read, which leads
    // a search astray: the same again, as it is now.
    next_.sent_after = frontier_sent_at_;
  } else {
    PlanRepair(page);
  }
  return RowRuns();
}

absl::StatusOr<RowRuns> LegWalk::TakePageBehindGap(const Page& page) {
  may_skip_gap_ = false;
  const RowRuns runs = TakeNewRows(page, Joint());
  if (page.tasks.empty() || runs.empty()) {
    FinishPass();
    return runs;
  }
  MoveFrontier(page);
  answers_without_news_ = 0;
  if (EndsWith(page, true)) {
    FinishPass();
  } else if (absl::Status status = PlanNext(page); !status.ok()) {
    return status;
  }
  return runs;
}

absl::Status LegWalk::GiveUp(const Page& page) {
  if (!options_.allow_incomplete) {
    return Aborted("rows moved faster than they could be read, after row ",
                   end_position_, Reason::kListChangedTooFast);
  }
  whole_ = false;
  // Once more where the walk stood; nothing there either is taken for the end.
  if (may_skip_gap_ || phase_ == Phase::kHead) {
    FinishPass();
    return absl::OkStatus();
  }
  may_skip_gap_ = true;
  repair_tries_ = 0;
  after_.reset();
  before_ = 0;
  next_ = {.offset = static_cast<int32_t>(end_position_),
           .limit = limit_,
           .sent_after = page.sent_at};
  return absl::OkStatus();
}

void LegWalk::NoteTotal(const Page& page) {
  if (!page.total_num.has_value()) return;
  if (!first_total_num_.has_value()) first_total_num_ = page.total_num;
  if (last_total_num_.has_value() && *last_total_num_ != *page.total_num) {
    moved_ = true;
  }
  last_total_num_ = page.total_num;
}

void LegWalk::NoteDrift(int32_t drift) {
  previous_drift_ = drift_;
  // A repair took several answers, and rows moved between all of them.
  drift_ = drift / (repair_tries_ + 1);
  window_ =
      drift != 0 || repair_tries_ > 0 ? 1 : std::min(2 * window_, kFullWindow);
  repair_tries_ = 0;
  before_ = 0;
  after_.reset();
}

void LegWalk::MoveFrontier(const Page& page) {
  frontier_.clear();
  for (const TaskSpan& task : page.tasks) frontier_.push_back(RowMark(task));
  if (!page.tasks.empty()) frontier_millis_ = page.tasks.back().start_millis;
  frontier_sent_at_ = page.sent_at;
  end_position_ = page.offset + RowCount(page);
}

// The first row that stands where the first page found it; if all of those are
// gone, the first that is older than they were; the page's end without either.
// Rows before it came to the head since.
uint32_t LegWalk::EndOfNewRows(const Page& page) const {
  return phase_ == Phase::kHead ? FirstUnmovedRow(page)
                                : static_cast<uint32_t>(page.tasks.size());
}

uint32_t LegWalk::FirstUnmovedRow(const Page& page) const {
  const absl::flat_hash_set<uint64_t> first(first_page_.begin(),
                                            first_page_.end());
  const auto stands = [&](const TaskSpan& task) {
    return task.id_hash != 0 && first.contains(RowMark(task));
  };
  const auto is_older = [&](const TaskSpan& task) {
    return task.start_millis != kNoTime && task.start_millis < first_millis_;
  };
  auto it = std::find_if(page.tasks.begin(), page.tasks.end(), stands);
  if (it == page.tasks.end() && !page.tasks.empty() &&
      is_older(page.tasks.back())) {
    it = std::find_if(page.tasks.begin(), page.tasks.end(), is_older);
  }
  return static_cast<uint32_t>(it - page.tasks.begin());
}

bool LegWalk::ReachedFirstPage(const Page& page) const {
  return phase_ == Phase::kHead && FirstUnmovedRow(page) < page.tasks.size();
}

// REQUIRES: the page joins, or is the first of a pass.
bool LegWalk::EndsWith(const Page& page, bool added) const {
  if (!IsShort(page)) return false;
  if (!added && end_was_said_) return true;
  return page.total_num.has_value() &&
         page.offset + RowCount(page) >= *page.total_num;
}

void LegWalk::FinishPass() {
  if (phase_ == Phase::kHead || !moved_ || !options_.read_head_again) {
    phase_ = Phase::kDone;
    return;
  }
  phase_ = Phase::kHead;
  frontier_.clear();
  drift_ = previous_drift_ = 0;
  window_ = 1;
  answers_without_news_ = 0;
  end_was_said_ = false;
  next_ = {.offset = 0, .limit = limit_, .sent_after = newest_sent_at_};
}

}  // namespace hssgw
