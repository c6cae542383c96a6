// SPDX-License-Identifier: Apache-2.0
// Reads one leg anew, from its head, for nobody: its pages are at hand for who
// lists it next. Asks the questions that a listing would ask, one after the
// other, and only while the quota has room: callers always find some starts
// free.
//
// Threads: any; one mutex.
// Lifetime: who starts it holds on to it, and stops it before its parts go.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"
#include "service/tasks/call_forecast.h"
#include "service/tasks/leg.h"
#include "service/tasks/leg_reader.h"
#include "service/tasks/page_cache.h"
#include "service/tasks/page_source.h"
#include "service/tasks/upstream_habits.h"

namespace hssgw {

struct RefreshParts {
  // The cache with its flights: an answer is kept there.
  PageSource& pages;
  PageCache& cache;
  UpstreamHabits& habits;
  const CallForecast& forecast;
  Clock& clock;
};

// Starts of the quota that are left to callers: a listing begins with a page of
// the free tasks and one of the paid.
inline constexpr int32_t kStartsLeftToCallers = 2;

// When a call that nobody waits for may start: the past, if now.
absl::Time RoomForRefresh(const CallForecast& forecast, const Clock& clock);

// How much of a leg is read anew.
struct RefreshExtent {
  int32_t last_offset = 0;
  int32_t pages = 1;  // expected
  absl::Time deadline = absl::InfiniteFuture();
};

class LegRefresh : public std::enable_shared_from_this<LegRefresh> {
 public:
  struct Outcome {
    absl::Status status;
    int32_t upstream_calls = 0;
  };
  using Done = absl::AnyInvocable<void(const Outcome&)>;

  // `done`: called once, or never after Stop; inline or on any thread; never
  // under a lock.
  LegRefresh(const LegKey& leg, const RefreshExtent& extent,
             const RefreshParts& parts, Done done);

  // Reads on to the end of the leg, or until a page beyond the extent is next.
  // Fails when there is no room for the next one before the deadline.
  void Start() { Pump(); }

  // No part is touched after it. Not from within `done`.
  void Stop();

 private:
  // One of these, or nothing while a page is under way.
  struct Step {
    std::optional<LegReader::Question> question;
    std::optional<absl::Time> wait_until;
    Done done;
    Outcome outcome;
  };

  // Advances until it has to wait for a page or for room. Never recurses: a
  // call from within makes the running one go round again.
  void Pump();
  bool PumpOnce();
  Step NextStep() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Step End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Ask(const LegReader::Question& question);
  void TakeAnswer(LegReader::Number number, PageAnswer answer);
  void KeepHead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void WaitUntil(absl::Time when);

  const RefreshParts parts_;
  const absl::Time start_;
  const RefreshExtent extent_;

  Mutex mu_;
  CondVar idle_;
  LegReader reader_ ABSL_GUARDED_BY(mu_);
  PageRef head_ ABSL_GUARDED_BY(mu_);  // until it is noted
  Done done_ ABSL_GUARDED_BY(mu_);     // empty: it was called
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  Timer timer_ ABSL_GUARDED_BY(mu_);
  bool pumping_ ABSL_GUARDED_BY(mu_) = false;
  bool pump_again_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace hssgw
