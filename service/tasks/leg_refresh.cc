// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/leg_refresh.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace hssgw {
namespace {

// Between two looks for room, where the forecast does not know better.
constexpr absl::Duration kLeastPause = absl::Seconds(1);

}  // namespace

absl::Time RoomForRefresh(const CallForecast& forecast, const Clock& clock) {
  const int32_t waiting = forecast.CallsWaiting();
  const absl::Time start = forecast.StartOf(waiting + 1 + kStartsLeftToCallers);
  // Read last: what can start now is forecast for the time it was asked at.
  const absl::Time now = clock.Now();
  if (waiting == 0 && start <= now) return absl::InfinitePast();
  return std::max(start, now + kLeastPause);
}

LegRefresh::LegRefresh(const LegKey& leg, const RefreshExtent& extent,
                       const RefreshParts& parts, Done done)
    : parts_(parts),
      start_(parts.clock.Now()),
      extent_(extent),
      reader_(leg,
              {.limit = parts.habits.LimitOf(leg, start_),
               .read_head_again = leg.window.IsOpenEnded(start_)},
              RowWindow(), LegPosition()),
      done_(std::move(done)) {}

void LegRefresh::Stop() {
  std::vector<PageTicket> dropped;
  Timer timer;
  MutexLock lock(mu_);
  stopped_ = true;
  reader_.Stop(dropped);
  std::swap(timer, timer_);
  while (pumping_) idle_.Wait(mu_);
}

void LegRefresh::Pump() {
  // Whoever is told of the end may let go of the last reference.
  const std::shared_ptr<LegRefresh> self = shared_from_this();
  {
    MutexLock lock(mu_);
    pump_again_ = true;
    if (std::exchange(pumping_, true)) return;
  }
  while (PumpOnce()) {
  }
}

bool LegRefresh::PumpOnce() {
  Step step;
  {
    MutexLock lock(mu_);
    if (!std::exchange(pump_again_, false)) {
      pumping_ = false;
      idle_.SignalAll();
      return false;
    }
    step = NextStep();
  }
  if (step.question.has_value()) Ask(*step.question);
  if (step.wait_until.has_value()) WaitUntil(*step.wait_until);
  if (step.done) step.done(step.outcome);
  return true;
}

// What is to be done without the lock; nothing while a page is under way.
LegRefresh::Step LegRefresh::NextStep() {
  Step step;
  if (stopped_ || !done_) return step;
  while (reader_.Peek() != nullptr) reader_.Pop();
  const bool enough = !reader_.walk().reads_head_again() &&
                      reader_.walk().Next().offset > extent_.last_offset;
  if (reader_.done() || enough) {
    if (reader_.status().ok()) {
      KeepHead();
      reader_.NoteWalkSoFar(parts_.cache);
    }
    return End(reader_.status());
  }
  if (reader_.pages_under_way() > 0) return step;
  const absl::Time room = RoomForRefresh(parts_.forecast, parts_.clock);
  if (std::max(room, parts_.clock.Now()) > extent_.deadline) {
    return End(
        absl::DeadlineExceededError("the upstream quota left no room for it"));
  }
  if (room != absl::InfinitePast()) {
    step.wait_until = room;
    return step;
  }
  step.question = reader_.TakeQuestions(/*max_ahead=*/0).front();
  return step;
}

LegRefresh::Step LegRefresh::End(const absl::Status& status) {
  return {.done = std::exchange(done_, nullptr),
          .outcome = {.status = status,
                      .upstream_calls = reader_.upstream_calls()}};
}

void LegRefresh::Ask(const LegReader::Question& question) {
  PageTerms terms{.call_class = CallClass::kRefresh};
  PageQuestion page;
  {
    MutexLock lock(mu_);
    terms.not_before =
        std::max(start_, question.sent_after + absl::Nanoseconds(1));
    // Its first page is no head for others while the rest is missing.
    if (reader_.any_page_read()) terms.follows = reader_.first_sent_at();
    page = {.leg = reader_.leg(),
            .offset = question.offset,
            .limit = question.limit};
  }
  PageTicket ticket = parts_.pages.Ask(
      std::move(page), std::move(terms),
      [weak = weak_from_this(), number = question.number](PageAnswer answer) {
        const auto self = weak.lock();
        if (self != nullptr) self->TakeAnswer(number, std::move(answer));
      });
  MutexLock lock(mu_);
  reader_.KeepTicket(question.number, ticket);
}

void LegRefresh::TakeAnswer(LegReader::Number number, PageAnswer answer) {
  std::vector<PageTicket> dropped;
  {
    MutexLock lock(mu_);
    if (stopped_) return;
    if (head_ == nullptr && answer.page.ok()) head_ = *answer.page;
    reader_.TakeAnswer(number, std::move(answer), dropped);
    if (reader_.walk().done()) KeepHead();
    reader_.NoteForOthers(&parts_.cache, parts_.habits, parts_.clock.Now());
  }
  Pump();
}

// Callers who wanted newer heads meanwhile may have pushed out this one.
void LegRefresh::KeepHead() {
  const PageRef head = std::exchange(head_, nullptr);
  if (head == nullptr) return;
  parts_.cache.Keep({.leg = reader_.leg(), .limit = head->limit}, head);
}

void LegRefresh::WaitUntil(absl::Time when) {
  Timer timer = parts_.clock.At(when, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Pump();
  });
  MutexLock lock(mu_);
  std::swap(timer, timer_);
}

}  // namespace hssgw
