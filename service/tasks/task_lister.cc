// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/task_lister.h"

#include <algorithm>
#include <utility>

#include "service/base/error.h"
#include "service/tasks/list_report.h"

namespace hssgw {
namespace {

// How long a caller waits without a word.
constexpr absl::Duration kFirstProgress = absl::Seconds(1);
constexpr absl::Duration kNextProgress = absl::Seconds(10);

// A first page of one task is how callers count: they get the task if it comes
// with the first page of every leg, and are not kept waiting for it.
bool IsCount(const TaskQuery& query, const ListerOptions& options) {
  return options.one_page && query.max_tasks() == 1 && query.token().empty();
}

}  // namespace

absl::StatusOr<std::shared_ptr<TaskLister>> TaskLister::Create(
    const TaskQuery& query, const ListerParts& parts,
    const ListerOptions& options) {
  LegMergeOptions merge_options{.allow_incomplete = query.allow_incomplete(),
                                .open_all_windows = IsCount(query, options)};
  if (!query.token().empty()) {
    absl::StatusOr<ListPosition> position = parts.tokens.Open(
        query.token(), PurposeOf(options),
        TokenBinding(query, options.identity), parts.clock.Now());
    if (!position.ok()) return position.status();
    merge_options.resume_from = *std::move(position);
  }
  std::shared_ptr<TaskLister> lister(
      new TaskLister(query, parts, options, std::move(merge_options)));
  MutexLock lock(lister->mu_);
  if (!lister->merge_.status().ok()) return lister->merge_.status();
  lister->token_ = lister->SealPosition();
  return lister;
}

TaskLister::TaskLister(const TaskQuery& query, const ListerParts& parts,
                       const ListerOptions& options,
                       LegMergeOptions merge_options)
    : query_(query),
      parts_(parts),
      options_(options),
      is_count_(IsCount(query, options)),
      binding_(TokenBinding(query, options.identity)),
      merge_(query, parts.habits, parts.clock.Now(), merge_options),
      freshness_(query, parts.freshness, parts.cache, parts.forecast,
                 parts.clock.Now()),
      builder_(query.with_hosts()) {
  if (!merge_options.resume_from.has_value()) return;
  if (merge_options.resume_from->hosts_sent == 0) return;
  hosts_sent_ = merge_options.resume_from->hosts_sent;
  cut_task_ = merge_options.resume_from->cut_task;
}

void TaskLister::Next(FrameCallback done) {
  {
    MutexLock lock(mu_);
    waiting_ = std::move(done);
  }
  Pump();
  if (!options_.one_page) WakeForProgress();
}

// A timer that comes too late, for a wait that is over, costs a frame early.
void TaskLister::WakeForProgress() {
  absl::Duration patience;
  {
    MutexLock lock(mu_);
    if (!waiting_) return;
    patience = quiet_frames_ == 0 ? kFirstProgress : kNextProgress;
  }
  Timer timer =
      parts_.clock.At(parts_.clock.Now() + patience, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (self == nullptr) return;
        {
          MutexLock lock(self->mu_);
          self->progress_due_ = static_cast<bool>(self->waiting_);
        }
        self->Pump();
      });
  MutexLock lock(mu_);
  std::swap(progress_timer_, timer);
}

void TaskLister::EndBeforeDeadline() {
  {
    MutexLock lock(mu_);
    if (state_ != State::kReading || !ending_.ok()) return;
    ending_ = DeadlineNear(merge_, parts_.clock.Now());
    StopReaders();
  }
  Pump();
}

hss::antivirus::v1::ResumeInfo TaskLister::resume_info() const {
  hss::antivirus::v1::ResumeInfo info;
  MutexLock lock(mu_);
  info.set_resume_token(token_);
  *info.mutable_progress() =
      MakeProgress(merge_, tasks_taken_, parts_.forecast, parts_.clock.Now());
  return info;
}

void TaskLister::Cancel() {
  {
    MutexLock lock(mu_);
    if (state_ != State::kReading) return;
    state_ = State::kFailed;
    error_ = CallCancelled();
    StopReaders();
  }
  Pump();
}

void TaskLister::StopReaders() {
  for (const auto& reader : merge_.readers()) reader->Stop(dropped_);
}

TaskLister::Account TaskLister::account() const {
  MutexLock lock(mu_);
  Account account{.tasks_sent = tasks_taken_};
  for (const auto& reader : merge_.readers()) {
    account.upstream_calls += reader->upstream_calls();
    account.pages_shared += reader->pages_shared();
    account.order_unstable |= reader->walk().order_unstable();
  }
  return account;
}

void TaskLister::Pump() {
  // Whoever is told of the end may let go of the last reference.
  const std::shared_ptr<TaskLister> self = shared_from_this();
  {
    MutexLock lock(mu_);
    pump_again_ = true;
    if (std::exchange(pumping_, true)) return;
  }
  while (PumpOnce()) {
  }
}

bool TaskLister::PumpOnce() {
  std::vector<Ask> asks;
  std::vector<PageTicket> dropped;
  std::optional<Delivery> delivery;
  {
    MutexLock lock(mu_);
    if (!std::exchange(pump_again_, false)) {
      pumping_ = false;
      return false;
    }
    FillFrame();
    asks = CollectAsks();
    // Pages may come at once: what is asked now belongs into this frame.
    if (asks.empty()) delivery = TakeDelivery();
    if (!asks.empty()) pump_again_ = true;
    dropped = std::exchange(dropped_, {});
  }
  dropped.clear();
  for (Ask& ask : asks) Perform(std::move(ask));
  if (delivery.has_value()) delivery->done(std::move(delivery->result));
  return true;
}

void TaskLister::Perform(Ask ask) {
  const size_t reader = ask.reader;
  const LegReader::Number number = ask.number;
  PageTicket ticket = parts_.pages.Ask(
      std::move(ask.question), std::move(ask.terms),
      [self = shared_from_this(), reader, number](PageAnswer answer) {
        self->TakeAnswer(reader, number, std::move(answer));
      });
  MutexLock lock(mu_);
  if (merge_.readers()[reader]->KeepTicket(number, ticket)) return;
  dropped_.push_back(std::move(ticket));  // Let go on the next round.
}

void TaskLister::TakeAnswer(size_t reader, LegReader::Number number,
                            PageAnswer answer) {
  {
    MutexLock lock(mu_);
    LegReader& its = *merge_.readers()[reader];
    its.TakeAnswer(number, std::move(answer), dropped_);
    its.NoteForOthers(parts_.cache, parts_.habits, parts_.clock.Now());
    // Nothing was sent yet, so nothing is lost or repeated.
    if (tasks_taken_ == 0 && state_ == State::kReading) {
      merge_.PlanAnewIfRefused(dropped_);
    }
  }
  Pump();
}

bool TaskLister::EnoughSent() const {
  return query_.max_tasks() > 0 && tasks_taken_ >= query_.max_tasks();
}

int TaskLister::PagesAhead(const LegReader& reader) const {
  if (reader.page_bytes_expected() == 0) return 0;
  const size_t bound = waiting_ ? options_.max_bytes_ahead
                                : ListerOptions::kBytesAheadOfSlowReader;
  size_t held = 0;
  for (const auto& other : merge_.readers()) {
    held +=
        other->bytes_held() + static_cast<size_t>(other->pages_under_way()) *
                                  other->page_bytes_expected();
  }
  if (held >= bound) return 0;
  size_t pages = (bound - held) / reader.page_bytes_expected();
  if (query_.max_tasks() > 0) {
    const auto wanted = static_cast<size_t>(query_.max_tasks() - tasks_taken_);
    const size_t there = reader.rows_ready() +
                         static_cast<size_t>(reader.pages_under_way() + 1) *
                             Stride(kMaxPageRows);
    pages = wanted <= there
                ? 0
                : std::min(pages, (wanted - there) / Stride(kMaxPageRows) + 1);
  }
  return static_cast<int>(
      std::min(pages, static_cast<size_t>(options_.max_pages_ahead)));
}

bool TaskLister::WantsPages(const LegReader& reader) const {
  if (is_count_ && reader.any_page_read()) return false;
  return !reader.body_done() || reader.head_rows_wanted();
}

std::vector<TaskLister::Ask> TaskLister::CollectAsks() {
  std::vector<Ask> asks;
  if (state_ != State::kReading || !ending_.ok() || query_.plan_only() ||
      EnoughSent() || !merge_.FirstError().ok()) {
    return asks;
  }
  for (size_t i = 0; i < merge_.readers().size(); ++i) {
    LegReader& reader = *merge_.readers()[i];
    if (!WantsPages(reader)) continue;
    const int ahead = PagesAhead(reader);
    // Rows at hand and no room, or no reader, for more: no call ahead of need.
    if (reader.Peek() != nullptr && ahead == 0) continue;
    // The next page may be at hand, and tell that others are not wanted.
    const int also = reader.next_page_under_way() ? ahead : 0;
    for (const LegReader::Question& question : reader.TakeQuestions(also)) {
      asks.push_back(MakeAsk(i, question));
    }
  }
  return asks;
}

TaskLister::Ask TaskLister::MakeAsk(size_t index,
                                    const LegReader::Question& question) {
  const LegReader& reader = *merge_.readers()[index];
  PageTerms terms{.deadline = options_.deadline,
                  .call_class = question.call_class,
                  .caller = options_.caller};
  freshness_.Apply(reader, question.sent_after, terms);
  return {.reader = index,
          .question = {.leg = reader.leg(),
                       .offset = question.offset,
                       .limit = question.limit},
          .number = question.number,
          .terms = std::move(terms)};
}

}  // namespace hssgw
