// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/leg_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/tasks/page_cache.h"
#include "service/tasks/upstream_habits.h"

namespace hssgw {
namespace {

// What http/ says of an answer over its size bound.
bool IsTooLarge(const absl::Status& status) {
  return FactsOf(status).cause == "TOO_LARGE";
}

// "free tasks from 2025-01-01 00:00:00 to 2025-01-02 00:00:00 UTC": the list as
// upstream was asked for it, whose bounds may be wider than the caller's.
std::string NameOf(const LegKey& leg) {
  std::string name = leg.whether_paid_task ? "paid tasks" : "free tasks";
  const LegWindow& window = leg.window;
  if (window.last_days.has_value()) {
    return absl::StrCat(name, " of the last ", *window.last_days, " days");
  }
  if (!window.begin.has_value() || !window.end.has_value()) {
    return absl::StrCat(name, " of all time");
  }
  const auto text = [](absl::Time time) {
    return absl::FormatTime("%E4Y-%m-%d %H:%M:%S", time, absl::UTCTimeZone());
  };
  return absl::StrCat(name, " from ", text(*window.begin), " to ",
                      text(*window.end), " UTC");
}

size_t RowBytes(const Page& page, uint32_t index) {
  return page.tasks[index].end - page.tasks[index].begin;
}

}  // namespace

LegReader::LegReader(LegKey leg, const LegWalkOptions& options,
                     RowWindow window, const LegPosition& position)
    : leg_(std::move(leg)),
      window_(window),
      walk_(options, position),
      head_rows_wanted_(position.phase == LegPosition::Phase::kHead &&
                        !position.anchors.empty()),
      begin_(position) {
  if (position.last_millis != kNoTime) {
    last_order_millis_ = position.last_millis;
  }
}

std::vector<LegReader::Question> LegReader::TakeQuestions(int max_ahead) {
  std::vector<Question> questions;
  if (stopped_ || walk_.done() || !status_.ok()) return questions;
  const auto ask = [&](const LegWalk::Ask& wanted, CallClass call_class) {
    const Number number = next_number_++;
    asked_[wanted.offset].number = number;
    ++pages_under_way_;
    questions.push_back({.number = number,
                         .offset = wanted.offset,
                         .limit = wanted.limit,
                         .sent_after = wanted.sent_after,
                         .call_class = call_class});
  };
  const LegWalk::Ask& next = walk_.Next();
  if (PageForNextQuestion() == asked_.end()) {
    ask(next, oldest_sent_at_ == absl::InfiniteFuture() ? CallClass::kFirstPage
                                                        : CallClass::kNeeded);
  }
  for (const int32_t offset : walk_.NextAfter(max_ahead)) {
    if (asked_.contains(offset)) continue;
    ask({.offset = offset, .limit = next.limit}, CallClass::kPrefetch);
  }
  return questions;
}

bool LegReader::KeepTicket(Number number, PageTicket& ticket) {
  for (auto& [offset, page] : asked_) {
    if (page.number != number) continue;
    if (!page.answer.has_value()) page.ticket = std::move(ticket);
    return true;
  }
  return false;
}

void LegReader::TakeAnswer(Number number, PageAnswer answer,
                           std::vector<PageTicket>& dropped) {
  --pages_under_way_;
  upstream_calls_ += answer.upstream_calls;
  const auto it = std::find_if(
      asked_.begin(), asked_.end(),
      [&](const auto& page) { return page.second.number == number; });
  if (it == asked_.end()) return;  // Forgotten meanwhile.
  if (answer.page.ok()) {
    const size_t bytes = (*answer.page)->wire.size();
    bytes_held_ += bytes;
    largest_page_bytes_ = std::max(largest_page_bytes_, bytes);
  }
  it->second.answer = std::move(answer);
  Advance(dropped);
}

void LegReader::NoteForOthers(PageCache* cache, UpstreamHabits& habits,
                              absl::Time now) {
  if (too_large_limit_ > 0) habits.NoteTooLarge(leg_, too_large_limit_, now);
  auto stand_ins = std::exchange(stand_ins_, {});
  if (cache == nullptr) return;
  for (auto& [question, page] : stand_ins) {
    cache->Keep(question, std::move(page));
  }
  if (head_limit_ == 0 || !walk_.done() || !walk_.whole()) return;
  cache->NoteWalk({.leg = leg_, .limit = std::exchange(head_limit_, 0)},
                  first_sent_at_, PageCache::Role::kBeginsWholeWalk);
}

void LegReader::NoteWalkSoFar(PageCache& cache) {
  if (head_limit_ == 0) return;
  cache.NoteWalk({.leg = leg_, .limit = head_limit_}, first_sent_at_,
                 PageCache::Role::kBeginsWalk);
}

ReadyRow LegReader::Pop() {
  ReadyRow row = std::move(rows_.front());
  rows_.pop_front();
  bytes_held_ -= RowBytes(*row.page, row.index);
  last_popped_ = row;
  return row;
}

PageWaiting LegReader::waiting() const {
  if (walk_.done() || stopped_ || !status_.ok()) return {};
  const auto it = asked_.lower_bound(walk_.Next().offset);
  return it == asked_.end() || it->second.answer.has_value()
             ? PageWaiting()
             : it->second.ticket.waiting();
}

void LegReader::TakeHeadRows() {
  if (std::exchange(head_rows_wanted_, true)) return;
  last_popped_ = {};
  begin_ = {.phase = LegPosition::Phase::kHead};
}

LegPosition LegReader::Position() const {
  const bool all_popped = rows_.empty() && status_.ok();
  LegPosition position;
  if (all_popped && walk_.done()) {
    position.phase = LegPosition::Phase::kDone;
  } else if (all_popped && walk_.reads_head_again() && !head_rows_wanted_) {
    position.phase = LegPosition::Phase::kHead;
  } else {
    position = begin_;
  }
  walk_.Describe(position);
  if (position.phase == LegPosition::Phase::kDone) {
    position.first_rows.clear();  // Nothing is read again.
    return position;
  }
  if (position.phase != begin_.phase || last_popped_.page == nullptr) {
    return position;
  }
  const uint32_t end = last_popped_.index + 1;
  const uint32_t begin =
      end - std::min(end, uint32_t{LegPosition::kMaxAnchors});
  position.rows_before = int64_t{last_popped_.page->offset} + end;
  position.last_millis = last_popped_.order_millis;
  position.anchors.clear();
  for (uint32_t i = begin; i < end; ++i) {
    position.anchors.push_back(RowMark(last_popped_.page->tasks[i]));
  }
  return position;
}

void LegReader::Stop(std::vector<PageTicket>& dropped) {
  stopped_ = true;
  while (!asked_.empty()) Forget(asked_.begin(), dropped);
}

void LegReader::Retire(std::vector<PageTicket>& dropped) {
  Stop(dropped);
  status_ = absl::OkStatus();
  retired_ = true;
}

// The page that answers the walk's next question: the one asked for or, when
// rows moved a little, one fetched ahead that should still hold an anchor: it
// is paid for.
LegReader::AskedPages::iterator LegReader::PageForNextQuestion() {
  const LegWalk::Ask& next = walk_.Next();
  const auto it = asked_.lower_bound(next.offset);
  if (it == asked_.end() || it->first == next.offset) return it;
  const bool repairs = next.sent_after != absl::InfinitePast();
  if (repairs || it->first >= next.offset + next.limit) return asked_.end();
  if (!it->second.answer.has_value()) return it;
  const absl::StatusOr<PageRef>& page = it->second.answer->page;
  return page.ok() && walk_.Joins(**page) ? it : asked_.end();
}

bool LegReader::next_page_under_way() {
  if (stopped_ || walk_.done() || !status_.ok()) return false;
  const auto it = PageForNextQuestion();
  return it != asked_.end() && !it->second.answer.has_value();
}

void LegReader::Advance(std::vector<PageTicket>& dropped) {
  while (!walk_.done() && status_.ok()) {
    const auto it = PageForNextQuestion();
    if (it == asked_.end() || !it->second.answer.has_value()) break;
    const PageAnswer answer = *it->second.answer;
    if (answer.page.ok() && it->first != walk_.Next().offset) {
      const LegWalk::Ask& next = walk_.Next();
      stand_ins_.emplace_back(
          PageQuestion{.leg = leg_, .offset = next.offset, .limit = next.limit},
          *answer.page);
    }
    Forget(it, dropped);
    if (!answer.page.ok()) {
      Fail(answer.page.status(), dropped);
      continue;
    }
    if (!any_page_read() && begin_ == LegPosition()) {
      head_limit_ = (*answer.page)->limit;
    }
    NoteUse(answer);
    Accept(*answer.page, dropped);
  }
  ForgetUseless(dropped);
}

void LegReader::Accept(const PageRef& page, std::vector<PageTicket>& dropped) {
  const absl::StatusOr<RowRuns> runs = walk_.Accept(*page);
  if (!runs.ok()) {
    status_ = FactsOf(runs.status()).reason == Reason::kListTooLong
                  ? Annotate(runs.status(), NameOf(leg_))
                  : runs.status();
    return;
  }
  AddRows(page, *runs);
  ForgetUseless(dropped);
}

void LegReader::Fail(const absl::Status& status,
                     std::vector<PageTicket>& dropped) {
  const int32_t limit = walk_.Next().limit;
  if (IsTooLarge(status) && walk_.HalveLimit()) {
    too_large_limit_ = limit;
    while (!asked_.empty()) Forget(asked_.begin(), dropped);
    return;
  }
  status_ =
      Annotate(status, absl::StrCat("page at offset ", walk_.Next().offset));
}

void LegReader::AddRows(const PageRef& page, const RowRuns& runs) {
  for (const RowRun& run : runs) {
    for (uint32_t i = run.first; i < run.last; ++i) {
      const int64_t start = page->tasks[i].start_millis;
      if (start != kNoTime &&
          (start < window_.begin_millis || start > window_.end_millis)) {
        ++rows_outside_window_;
        continue;
      }
      if (start != kNoTime) last_order_millis_ = start;
      rows_.push_back({page, i, last_order_millis_});
      bytes_held_ += RowBytes(*page, i);
    }
  }
}

void LegReader::NoteUse(const PageAnswer& answer) {
  const absl::Time sent_at = (*answer.page)->sent_at;
  if (!any_page_read()) first_sent_at_ = sent_at;
  oldest_sent_at_ = std::min(oldest_sent_at_, sent_at);
  newest_sent_at_ = std::max(newest_sent_at_, sent_at);
  if (answer.shared) ++pages_shared_;
  stale_ = stale_ || answer.stale;
}

void LegReader::Forget(AskedPages::iterator it,
                       std::vector<PageTicket>& dropped) {
  if (it->second.answer.has_value() && it->second.answer->page.ok()) {
    bytes_held_ -= (*it->second.answer->page)->wire.size();
  }
  dropped.push_back(std::move(it->second.ticket));
  asked_.erase(it);
}

// Pages fetched ahead that the walk, having left the grid, will not ask for.
void LegReader::ForgetUseless(std::vector<PageTicket>& dropped) {
  if (walk_.done() || !status_.ok()) {
    while (!asked_.empty()) Forget(asked_.begin(), dropped);
    return;
  }
  const LegWalk::Ask& next = walk_.Next();
  const bool repairs = next.sent_after != absl::InfinitePast();
  for (auto it = asked_.begin(); it != asked_.end();) {
    const auto page = it++;
    const bool passed = page->first < next.offset;
    if (passed || repairs) Forget(page, dropped);
  }
}

}  // namespace hssgw
