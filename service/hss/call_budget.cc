// SPDX-License-Identifier: Apache-2.0
#include "service/hss/call_budget.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "service/base/error.h"

namespace hssgw {
namespace {

absl::Status DeadlinePassed() {
  return MakeError(
      absl::StatusCode::kDeadlineExceeded,
      "the upstream quota left no call before the deadline; wait longer, or "
      "accept older data with max_staleness",
      {.reason = Reason::kDeadlineNear});
}

}  // namespace

CallBudget::CallBudget(const CallBudgetOptions& options, Clock& clock)
    : options_(options), clock_(clock) {}

Ticket CallBudget::Take(absl::Time deadline,
                        absl::AnyInvocable<void(absl::Status)> done) {
  if (unlimited()) {
    done(absl::OkStatus());
    return Ticket();
  }
  const std::weak_ptr<State> weak = state_;
  uint64_t number = 0;
  {
    MutexLock lock(state_->mu);
    number = state_->next_number++;
    state_->waiters.emplace_back(
        number, Waiter{std::move(done), clock_.At(deadline, [weak, number] {
                         End(weak, number, DeadlinePassed());
                       })});
  }
  Serve();
  return Ticket([weak, number] {
    End(weak, number, absl::CancelledError("the call was cancelled"));
  });
}

void CallBudget::End(const std::weak_ptr<State>& weak, uint64_t number,
                     const absl::Status& status) {
  const auto state = weak.lock();
  if (state == nullptr) return;
  std::optional<Waiter> ended;
  {
    MutexLock lock(state->mu);
    const auto it = std::find_if(
        state->waiters.begin(), state->waiters.end(),
        [&](const auto& waiter) { return waiter.first == number; });
    if (it == state->waiters.end()) return;
    ended = std::move(it->second);
    state->waiters.erase(it);
  }
  ended->done(status);
}

bool CallBudget::TrySpend(absl::Time now) {
  auto& starts = state_->starts;
  while (!starts.empty() && starts.front() + options_.period + kGuard <= now) {
    starts.pop_front();
  }
  if (static_cast<int32_t>(starts.size()) >= options_.calls) return false;
  starts.push_back(now);
  return true;
}

void CallBudget::Serve() {
  std::vector<Waiter> served;
  Timer old_wake;  // Let go without the lock.
  {
    MutexLock lock(state_->mu);
    const absl::Time now = clock_.Now();
    while (!state_->waiters.empty() && TrySpend(now)) {
      served.push_back(std::move(state_->waiters.front().second));
      state_->waiters.pop_front();
    }
    if (!state_->waiters.empty()) {
      old_wake = std::exchange(
          state_->wake,
          clock_.At(state_->starts.front() + options_.period + kGuard,
                    [this] { Serve(); }));
    }
  }
  for (Waiter& waiter : served) waiter.done(absl::OkStatus());
}

}  // namespace hssgw
