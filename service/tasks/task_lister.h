// SPDX-License-Identifier: Apache-2.0
// One listing: asks for the pages of its legs, joins and merges them, and gives
// frames to whoever pulls. Knows neither gRPC nor HTTP.
//
//   auto lister = TaskLister::Create(query, parts, options);
//   lister->Next([](absl::StatusOr<std::optional<Frame>> frame) {
//     // a frame; nullopt after the last one, which held the summary; an error
//   });
//
// Threads: any; one Next at a time. Callbacks run without a lock.
// Lifetime: keeps itself alive while pages are under way; its parts must
// outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hss/antivirus/v1/task_service.pb.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"
#include "service/tasks/call_forecast.h"
#include "service/tasks/frame_builder.h"
#include "service/tasks/freshness.h"
#include "service/tasks/leg_merge.h"
#include "service/tasks/leg_reader.h"
#include "service/tasks/page_cache.h"
#include "service/tasks/page_source.h"
#include "service/tasks/resume_token.h"
#include "service/tasks/task_query.h"
#include "service/tasks/upstream_habits.h"

namespace hssgw {

using FrameCallback =
    absl::AnyInvocable<void(absl::StatusOr<std::optional<Frame>>)>;

struct ListerOptions {
  // When the caller stops waiting.
  absl::Time deadline = absl::InfiniteFuture();
  // For fairness and accounts; empty when the listener gives none.
  std::string caller;
  // Whom tokens belong to; empty where the listener gives none.
  std::string identity;
  // One answer of ListTasksPage instead of a stream: the only frame.
  bool one_page = false;
  // Pages under way ahead of need, and their bytes while the reader keeps up.
  // More than the defaults only where calls cost nothing (the budget is off).
  int max_pages_ahead = 3;
  size_t max_bytes_ahead = kBytesAheadOfSlowReader;

  static constexpr size_t kBytesAheadOfSlowReader = 512 << 10;

  // What is right where upstream calls cost nothing.
  void CallsAreFree() {
    max_pages_ahead = 7;
    max_bytes_ahead = 4 << 20;
  }
};

// What listings work with; outlives them.
struct ListerParts {
  PageSource& pages;
  UpstreamHabits& habits;
  const CallForecast& forecast;
  const ResumeTokens& tokens;
  Clock& clock;
  // Null: nothing is kept.
  PageCache* cache = nullptr;
  FreshnessOptions freshness = {};
};

class TaskLister : public std::enable_shared_from_this<TaskLister> {
 public:
  // Goes on where the query's token says, if it has one.
  // Fails: TOKEN_INVALID, TOKEN_EXPIRED.
  static absl::StatusOr<std::shared_ptr<TaskLister>> Create(
      const TaskQuery& query, const ListerParts& parts,
      const ListerOptions& options);

  // Asks for the next frame. A frame comes when it holds 64 KiB or when the
  // next page is not there yet; while nothing can be sent, one with progress
  // alone after 1 s and then every 10 s. Called exactly once; inline or on any
  // thread; never under a lock.
  void Next(FrameCallback done);

  // The caller's time is nearly over: what was gathered is given to Next, then
  // DEADLINE_EXCEEDED, DEADLINE_NEAR, which says what was waited for.
  void EndBeforeDeadline();

  // Where another listing goes on after the last frame given, and how far this
  // one came: a detail of the error that ended it.
  hss::antivirus::v1::ResumeInfo resume_info() const;

  // Ends the listing early: pages under way are let go, a waiting Next answers
  // CANCELLED.
  void Cancel();

  // What the access line tells.
  struct Account {
    int32_t tasks_sent = 0;
    int32_t upstream_calls = 0;
    int32_t pages_shared = 0;
    // Upstream gave rows in another order, and the caller took it.
    bool order_unstable = false;
  };
  Account account() const;

 private:
  struct Ask {
    size_t reader;
    PageQuestion question;
    LegReader::Number number;
    PageTerms terms;
  };
  struct Delivery {
    FrameCallback done;
    absl::StatusOr<std::optional<Frame>> result;
  };
  enum class State { kReading, kSummarySent, kFailed };

  static TokenPurpose PurposeOf(const ListerOptions& options) {
    return options.one_page ? TokenPurpose::kPage : TokenPurpose::kResume;
  }

  TaskLister(const TaskQuery& query, const ListerParts& parts,
             const ListerOptions& options, LegMergeOptions merge_options);

  // Advances until nothing can be done without a page or a reader. Never
  // recurses: a call from within makes the running one go round again.
  void Pump();
  bool PumpOnce();
  void Perform(Ask ask);
  void TakeAnswer(size_t reader, LegReader::Number number, PageAnswer answer);
  void WakeForProgress();

  void FillFrame() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AddRow(LegReader& reader) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AddPart(LegReader& reader) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool EnoughSent() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool WantsPages(const LegReader& reader) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::vector<Ask> CollectAsks() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Of reader number `index`.
  Ask MakeAsk(size_t index, const LegReader::Question& question)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  int PagesAhead(const LegReader& reader) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::optional<Delivery> TakeDelivery() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool PageIsReady() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  hss::antivirus::v1::ListPlan TellPlan() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Frame TakeFrame(bool last) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Frame TakePlanFrame() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Frame TakePage() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::string SealPosition() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status WhyEnded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void StopReaders() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const TaskQuery query_;
  const ListerParts parts_;
  const ListerOptions options_;
  const bool is_count_;
  const std::string binding_;

  mutable Mutex mu_;
  LegMerge merge_ ABSL_GUARDED_BY(mu_);
  Freshness freshness_ ABSL_GUARDED_BY(mu_);
  FrameBuilder builder_ ABSL_GUARDED_BY(mu_);
  // The frame takes no task more, though it is small.
  bool frame_closed_ ABSL_GUARDED_BY(mu_) = false;
  // The reader whose next task is sent in parts, and how much of it was.
  LegReader* cut_reader_ ABSL_GUARDED_BY(mu_) = nullptr;
  int32_t hosts_sent_ ABSL_GUARDED_BY(mu_) = 0;
  // From a page token: the task whose first hosts were sent.
  std::optional<uint64_t> cut_task_ ABSL_GUARDED_BY(mu_);

  FrameCallback waiting_ ABSL_GUARDED_BY(mu_);
  State state_ ABSL_GUARDED_BY(mu_) = State::kReading;
  absl::Status error_ ABSL_GUARDED_BY(mu_);
  absl::Status ending_ ABSL_GUARDED_BY(mu_);
  int32_t tasks_taken_ ABSL_GUARDED_BY(mu_) = 0;
  bool plan_sent_ ABSL_GUARDED_BY(mu_) = false;
  std::string token_ ABSL_GUARDED_BY(mu_);  // of the last frame given

  // Frames with progress alone since the last one with tasks.
  int quiet_frames_ ABSL_GUARDED_BY(mu_) = 0;
  bool progress_due_ ABSL_GUARDED_BY(mu_) = false;
  Timer progress_timer_ ABSL_GUARDED_BY(mu_);

  bool pumping_ ABSL_GUARDED_BY(mu_) = false;
  bool pump_again_ ABSL_GUARDED_BY(mu_) = false;
  // Tickets to be let go without the lock.
  std::vector<PageTicket> dropped_ ABSL_GUARDED_BY(mu_);
};

}  // namespace hssgw
