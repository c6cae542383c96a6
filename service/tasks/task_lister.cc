// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/task_lister.h"

#include <algorithm>
#include <utility>

#include "absl/strings/string_view.h"
#include "service/base/error.h"
#include "service/tasks/list_report.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksResponse;

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

absl::Status Cancelled() {
  return absl::CancelledError("the call was cancelled");
}

}  // namespace

std::shared_ptr<TaskLister> TaskLister::Create(const TaskQuery& query,
                                               const ListerParts& parts,
                                               const ListerOptions& options) {
  return std::shared_ptr<TaskLister>(new TaskLister(query, parts, options));
}

TaskLister::TaskLister(const TaskQuery& query, const ListerParts& parts,
                       const ListerOptions& options)
    : query_(query),
      parts_(parts),
      options_(options),
      start_(parts.clock.Now()),
      windows_(PlanWindows(query, start_, parts.habits.window_limits())),
      builder_(query.with_hosts()) {
  MutexLock lock(mu_);
  OpenWindow();
}

void TaskLister::Next(FrameCallback done) {
  {
    MutexLock lock(mu_);
    waiting_ = std::move(done);
  }
  Pump();
}

void TaskLister::Cancel() {
  {
    MutexLock lock(mu_);
    if (state_ != State::kReading) return;
    state_ = State::kFailed;
    error_ = Cancelled();
    for (const auto& reader : readers_) reader->Stop(dropped_);
  }
  Pump();
}

TaskLister::Account TaskLister::account() const {
  MutexLock lock(mu_);
  Account account{.tasks_sent = tasks_taken_};
  for (const auto& reader : readers_) {
    account.upstream_calls += reader->upstream_calls();
    account.pages_shared += reader->pages_shared();
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
  if (readers_[reader]->KeepTicket(number, ticket)) return;
  dropped_.push_back(std::move(ticket));  // Let go on the next round.
}

void TaskLister::TakeAnswer(size_t reader, LegReader::Number number,
                            PageAnswer answer) {
  {
    MutexLock lock(mu_);
    readers_[reader]->TakeAnswer(number, std::move(answer), dropped_);
    const LegReader& its = *readers_[reader];
    if (its.too_large_limit() > 0) {
      parts_.habits.NoteTooLarge(its.leg(), its.too_large_limit(),
                                 parts_.clock.Now());
    }
    PlanAnewIfRefused();
  }
  Pump();
}

void TaskLister::OpenWindow() {
  const WindowPlan& window = windows_[windows_opened_++];
  window_begin_ = readers_.size();
  for (const LegKey& leg : window.legs) {
    readers_.push_back(std::make_unique<LegReader>(
        leg,
        LegWalkOptions{.limit = parts_.habits.LimitOf(leg, start_),
                       .allow_incomplete = query_.allow_incomplete(),
                       .read_head_again = window.open_ended},
        window.rows));
  }
}

// A refusal of the first question may teach how to ask: then the whole listing
// is planned again. Nothing was sent yet, so nothing is lost or repeated.
void TaskLister::PlanAnewIfRefused() {
  if (tasks_taken_ > 0 || state_ != State::kReading) return;
  const auto refused =
      std::find_if(readers_.begin(), readers_.end(),
                   [](const auto& reader) { return !reader->status().ok(); });
  if (refused == readers_.end()) return;
  const ErrorFacts facts = FactsOf((*refused)->status());
  const LegKey& leg = (*refused)->leg();
  // Another listing may have learned it meanwhile.
  const WindowLimits limits = parts_.habits.window_limits();
  const bool known = leg.time_format != limits.time_format ||
                     leg.window.last_days.value_or(0) > limits.max_last_days;
  if (!parts_.habits.LearnFromRefusal(leg, facts.upstream_code) && !known) {
    return;
  }
  for (const auto& reader : readers_) reader->Retire(dropped_);
  windows_ = PlanWindows(query_, start_, parts_.habits.window_limits());
  windows_opened_ = 0;
  OpenWindow();
}

void TaskLister::FillFrame() {
  while (state_ == State::kReading && builder_.size() < kFrameBytes &&
         !EnoughSent()) {
    LegReader* reader = NextReader();
    if (reader == nullptr) return;
    const ReadyRow row = reader->Pop();
    builder_.AddTask(row.page, row.index);
    ++tasks_taken_;
  }
}

LegReader* TaskLister::NextReader() {
  if (LegReader* reader = NextBodyReader(); reader != nullptr) return reader;
  const bool bodies_done =
      std::all_of(readers_.begin(), readers_.end(),
                  [](const auto& reader) { return reader->body_done(); });
  if (!bodies_done || !FirstError().ok()) return nullptr;
  if (windows_opened_ < windows_.size()) {
    OpenWindow();
    return nullptr;
  }
  // Rows that went to a head meanwhile come last.
  for (const auto& reader : readers_) {
    reader->TakeHeadRows();
    if (reader->Peek() != nullptr) return reader.get();
  }
  return nullptr;
}

// The reader whose row is next in the open window; nullptr while one that may
// have it does not know yet.
LegReader* TaskLister::NextBodyReader() {
  LegReader* next = nullptr;
  for (size_t i = window_begin_; i < readers_.size(); ++i) {
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

bool TaskLister::EnoughSent() const {
  return query_.max_tasks() > 0 && tasks_taken_ >= query_.max_tasks();
}

bool TaskLister::AllRead() const {
  return windows_opened_ == windows_.size() &&
         std::all_of(readers_.begin(), readers_.end(),
                     [](const auto& reader) { return reader->done(); });
}

absl::Status TaskLister::FirstError() const {
  for (const auto& reader : readers_) {
    if (reader->Peek() == nullptr && !reader->status().ok()) {
      return reader->status();
    }
  }
  return absl::OkStatus();
}

int TaskLister::PagesAhead(const LegReader& reader) const {
  if (reader.page_bytes_expected() == 0) return 0;
  const size_t bound = waiting_ ? options_.max_bytes_ahead
                                : ListerOptions::kBytesAheadOfSlowReader;
  size_t held = 0;
  for (const auto& other : readers_) {
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

std::vector<TaskLister::Ask> TaskLister::CollectAsks() {
  std::vector<Ask> asks;
  if (state_ != State::kReading || query_.plan_only() || EnoughSent() ||
      !FirstError().ok()) {
    return asks;
  }
  for (size_t i = 0; i < readers_.size(); ++i) {
    LegReader& reader = *readers_[i];
    if (reader.body_done() && !reader.head_rows_wanted()) continue;
    const int ahead = PagesAhead(reader);
    // Rows at hand and no room, or no reader, for more: no call ahead of need.
    if (reader.Peek() != nullptr && ahead == 0) continue;
    for (const LegReader::Question& question : reader.TakeQuestions(ahead)) {
      PageTerms terms{.deadline = options_.deadline,
                      .call_class = question.call_class,
                      .caller = options_.caller};
      if (question.sent_after != absl::InfinitePast()) {
        terms.not_before = question.sent_after + absl::Nanoseconds(1);
      }
      asks.push_back({.reader = i,
                      .question = {.leg = reader.leg(),
                                   .offset = question.offset,
                                   .limit = question.limit},
                      .number = question.number,
                      .terms = std::move(terms)});
    }
  }
  return asks;
}

std::optional<TaskLister::Delivery> TaskLister::TakeDelivery() {
  if (!waiting_) return std::nullopt;
  const auto deliver = [&](absl::StatusOr<std::optional<Frame>>
                               result) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return Delivery{std::exchange(waiting_, nullptr), std::move(result)};
  };
  if (state_ == State::kSummarySent) return deliver(std::nullopt);
  if (state_ == State::kFailed) return deliver(error_);
  if (query_.plan_only()) {
    state_ = State::kSummarySent;
    return deliver(TakePlanFrame());
  }
  if (EnoughSent() || (AllRead() && FirstError().ok())) {
    state_ = State::kSummarySent;
    return deliver(TakeFrame(/*last=*/true));
  }
  if (!builder_.empty()) return deliver(TakeFrame(/*last=*/false));
  if (const absl::Status error = FirstError(); !error.ok()) {
    state_ = State::kFailed;
    error_ = error;
    for (const auto& reader : readers_) reader->Stop(dropped_);
    return deliver(error_);
  }
  return std::nullopt;
}

Frame TaskLister::TakeFrame(bool last) {
  ListTasksResponse fields;
  if (!std::exchange(plan_sent_, true)) {
    *fields.mutable_plan() = MakePlan(readers_, windows_, parts_.clock.Now());
  }
  *fields.mutable_progress() = MakeProgress(readers_, tasks_taken_);
  if (last) {
    *fields.mutable_summary() =
        MakeSummary(readers_, tasks_taken_, EnoughSent() && !AllRead());
    for (const auto& reader : readers_) reader->Stop(dropped_);
  }
  builder_.AddFields(fields);
  return builder_.Take();
}

Frame TaskLister::TakePlanFrame() {
  ListTasksResponse fields;
  *fields.mutable_plan() = MakePlan(readers_, windows_, parts_.clock.Now());
  *fields.mutable_summary() = MakePlanOnlySummary();
  builder_.AddFields(fields);
  return builder_.Take();
}

}  // namespace hssgw
