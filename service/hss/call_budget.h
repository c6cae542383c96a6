// SPDX-License-Identifier: Apache-2.0
// The upstream quota: at most so many request starts in any period. An exact
// window over the last start times, not a token bucket: a bucket of that rate
// and burst lets twice as many through in its first period.
//
// Threads: any. Callbacks run without a lock.
// Lifetime: `clock` must outlive it; turns may outlive it, but are not asked
// for their start after it is gone on another thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"
#include "service/tasks/call_forecast.h"

namespace hssgw {

struct CallBudgetOptions {
  // Starts allowed in a period. 0: no limit.
  int32_t calls = 5;
  absl::Duration period = absl::Seconds(60);
};

// A place in the queue for a start. Dropping it leaves the queue.
class BudgetTurn {
 public:
  BudgetTurn() = default;
  BudgetTurn(Ticket leave, absl::AnyInvocable<absl::Time() const> start)
      : leave_(std::move(leave)), start_(std::move(start)) {}

  // When its turn is expected to come; absl::InfinitePast(): it has come.
  absl::Time ExpectedStart() const {
    return start_ ? start_() : absl::InfinitePast();
  }

 private:
  Ticket leave_;
  absl::AnyInvocable<absl::Time() const> start_;
};

class CallBudget : public CallForecast {
 public:
  // Added to the period: upstream's clock and ours do not tick together.
  static constexpr absl::Duration kGuard = absl::Milliseconds(250);

  CallBudget(const CallBudgetOptions& options, Clock& clock);

  // Asks for one start. `done` gets OK when it may happen, which spends it, or
  // CANCELLED when the turn was dropped before, or DEADLINE_EXCEEDED. Who waits
  // is served in order. Called exactly once; inline or on the clock's thread;
  // never under a lock.
  BudgetTurn Take(absl::Time deadline,
                  absl::AnyInvocable<void(absl::Status)> done);

  int32_t CallsWaiting() const override;
  absl::Time StartOf(int32_t nth) const override;
  absl::Duration TimeFor(int32_t calls, int32_t left) const override;

  bool unlimited() const { return options_.calls == 0; }

 private:
  struct Waiter {
    absl::AnyInvocable<void(absl::Status)> done;
    Timer deadline;
  };
  // Shared: tickets and timers hold on to it weakly.
  struct State {
    mutable Mutex mu;
    std::deque<absl::Time> starts ABSL_GUARDED_BY(mu);  // of the last period
    std::deque<std::pair<uint64_t, Waiter>> waiters ABSL_GUARDED_BY(mu);
    uint64_t next_number ABSL_GUARDED_BY(mu) = 0;
    Timer wake ABSL_GUARDED_BY(mu);
  };

  static void End(const std::weak_ptr<State>& weak, uint64_t number,
                  const absl::Status& status);
  absl::Time StartOf(const State& state, int32_t nth) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state.mu);
  absl::Time StartOfWaiter(uint64_t number) const;
  void Serve();
  bool TrySpend(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mu);

  const CallBudgetOptions options_;
  Clock& clock_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace hssgw
