// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/leg_merge.h"

#include <algorithm>
#include <utility>

#include "absl/strings/string_view.h"
#include "service/base/error.h"

namespace hssgw {
namespace {

// The task_id of a row, to order rows of equal start time. Decode writes it
// first: tag, length (below 128 for the ids that upstream documents), bytes.
absl::string_view TaskIdOf(const ReadyRow& row) {
  const TaskSpan& task = row.page->tasks[row.index];
  const absl::string_view scalars(row.page->wire.data() + task.scalars,
                                  task.hosts - task.scalars);
  constexpr char kTaskIdTag = 0x0A;
  if (scalars.size() < 2 || scalars[0] != kTaskIdTag || scalars[1] < 0)
    return {};
  return scalars.substr(2, static_cast<size_t>(scalars[1]));
}

// True if `a` is delivered before `b`: the newer one, ties by id.
bool ComesBefore(const ReadyRow& a, const ReadyRow& b) {
  if (a.order_millis != b.order_millis) return a.order_millis > b.order_millis;
  return TaskIdOf(a) < TaskIdOf(b);
}

}  // namespace

LegMerge::LegMerge(TaskQuery query, UpstreamHabits& habits, absl::Time now,
                   LegMergeOptions options)
    : query_(std::move(query)),
      habits_(habits),
      now_(now),
      options_(std::move(options)) {
  if (options_.resume_from.has_value()) {
    OpenFrom(*options_.resume_from);
  } else {
    PlanFirst();
  }
}

void LegMerge::PlanFirst() {
  // As precise as a token is, so that a resumed listing plans the same.
  planned_at_ = absl::FromUnixMillis(absl::ToUnixMillis(now_));
  limits_ = habits_.window_limits();
  windows_ = PlanWindows(query_, planned_at_, limits_);
  first_readers_.clear();
  do {
    OpenWindow(nullptr);
  } while (options_.open_all_windows && !all_windows_opened());
}

void LegMerge::OpenFrom(const ListPosition& position) {
  planned_at_ = position.planned_at;
  limits_ = position.limits;
  windows_ = PlanWindows(query_, planned_at_, limits_);
  const auto window = static_cast<size_t>(position.window);
  if (position.window < 0 || window >= windows_.size() ||
      position.legs.size() != windows_[window].legs.size() ||
      (window > 0 &&
       position.first_legs.size() != windows_.front().legs.size())) {
    status_ = MakeError(absl::StatusCode::kInvalidArgument,
                        "the token does not fit the plan of this query; start "
                        "the listing anew without it",
                        {.reason = Reason::kTokenInvalid});
    return;
  }
  if (window > 0) OpenWindow(&position.first_legs);
  // What lies between was read to its end.
  first_readers_.resize(window, readers_.size());
  OpenWindow(&position.legs);
}

void LegMerge::OpenWindow(const std::vector<LegPosition>* positions) {
  const WindowPlan& window = windows_[first_readers_.size()];
  first_readers_.push_back(readers_.size());
  for (size_t i = 0; i < window.legs.size(); ++i) {
    const LegKey& leg = window.legs[i];
    const LegWalkOptions options{.limit = habits_.LimitOf(leg, now_),
                                 .allow_incomplete = options_.allow_incomplete,
                                 .read_head_again = window.open_ended,
                                 .resumed_at = now_};
    readers_.push_back(std::make_unique<LegReader>(
        leg, options, window.rows,
        positions == nullptr ? LegPosition() : (*positions)[i]));
  }
}

void LegMerge::PlanAnewIfRefused(std::vector<PageTicket>& dropped) {
  if (options_.resume_from.has_value()) return;
  const auto refused =
      std::find_if(readers_.begin(), readers_.end(),
                   [](const auto& reader) { return !reader->status().ok(); });
  if (refused == readers_.end()) return;
  const ErrorFacts facts = FactsOf((*refused)->status());
  const LegKey& leg = (*refused)->leg();
  // Another listing may have learned it meanwhile.
  const WindowLimits limits = habits_.window_limits();
  const bool known = leg.time_format != limits.time_format ||
                     leg.window.last_days.value_or(0) > limits.max_last_days;
  if (!habits_.LearnFromRefusal(leg, facts.upstream_code) && !known) return;
  for (const auto& reader : readers_) reader->Retire(dropped);
  PlanFirst();
}

LegReader* LegMerge::NextReader() {
  if (LegReader* reader = NextBodyReader(); reader != nullptr) return reader;
  const bool bodies_done =
      std::all_of(readers_.begin(), readers_.end(),
                  [](const auto& reader) { return reader->body_done(); });
  if (!bodies_done || !FirstError().ok()) return nullptr;
  if (!all_windows_opened()) {
    OpenWindow(nullptr);
    return nullptr;
  }
  // Rows that went to a head meanwhile come last.
  for (const auto& reader : readers_) {
    reader->TakeHeadRows();
    if (reader->Peek() != nullptr) return reader.get();
  }
  return nullptr;
}

LegReader* LegMerge::NextBodyReader() {
  // Every window that was opened but is not the last was read, or all are read
  // at once.
  const size_t first = options_.open_all_windows ? first_readers_.front()
                                                 : first_readers_.back();
  LegReader* next = nullptr;
  for (size_t i = first; i < readers_.size(); ++i) {
    LegReader* reader = readers_[i].get();
    if (!reader->status().ok() && reader->Peek() == nullptr) return nullptr;
    if (reader->body_done()) continue;
    if (reader->Peek() == nullptr) return nullptr;
    if (next == nullptr || ComesBefore(*reader->Peek(), *next->Peek())) {
      next = reader;
    }
  }
  return next;
}

bool LegMerge::AllRead() const {
  return all_windows_opened() &&
         std::all_of(readers_.begin(), readers_.end(),
                     [](const auto& reader) { return reader->done(); });
}

absl::Status LegMerge::FirstError() const {
  for (const auto& reader : readers_) {
    if (reader->Peek() == nullptr && !reader->status().ok()) {
      return reader->status();
    }
  }
  return absl::OkStatus();
}

int64_t LegMerge::legs_not_opened() const {
  int64_t legs = 0;
  for (size_t i = first_readers_.size(); i < windows_.size(); ++i) {
    legs += static_cast<int64_t>(windows_[i].legs.size());
  }
  return legs;
}

LegMerge::Range LegMerge::ReadersOf(size_t window) const {
  return {.first = first_readers_[window],
          .last = window + 1 < first_readers_.size()
                      ? first_readers_[window + 1]
                      : readers_.size()};
}

std::vector<LegPosition> LegMerge::PositionsOf(size_t window) const {
  std::vector<LegPosition> positions;
  const Range range = ReadersOf(window);
  for (size_t i = range.first; i < range.last; ++i) {
    positions.push_back(readers_[i]->Position());
  }
  return positions;
}

absl::Time LegMerge::oldest_sent_at() const {
  absl::Time oldest = options_.resume_from.has_value()
                          ? options_.resume_from->oldest_sent_at
                          : absl::InfiniteFuture();
  for (const auto& reader : readers_) {
    oldest = std::min(oldest, reader->oldest_sent_at());
  }
  return oldest;
}

ListPosition LegMerge::Position() const {
  ListPosition position{.planned_at = planned_at_, .limits = limits_};
  position.oldest_sent_at = oldest_sent_at();
  // The first window that is still read; the last one if none is.
  size_t window = first_readers_.size() - 1;
  if (options_.open_all_windows) {
    for (size_t i = first_readers_.size(); i-- > 0;) {
      const std::vector<LegPosition> legs = PositionsOf(i);
      if (std::any_of(legs.begin(), legs.end(), [](const LegPosition& leg) {
            return leg.phase == LegPosition::Phase::kBody;
          })) {
        window = i;
      }
    }
  }
  position.window = static_cast<int32_t>(window);
  position.legs = PositionsOf(window);
  if (window > 0) position.first_legs = PositionsOf(0);
  // A fault in a window that was read is one of the listing.
  for (const auto& reader : readers_) {
    if (reader->retired()) continue;
    LegPosition& told = position.legs.front();
    told.whole = told.whole && reader->walk().whole();
    told.order_unstable =
        told.order_unstable || reader->walk().order_unstable();
  }
  return position;
}

}  // namespace hssgw
