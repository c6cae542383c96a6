// SPDX-License-Identifier: Apache-2.0
#include "service/hss/call_budget.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "service/base/error.h"

namespace hssgw {

CallBudget::CallBudget(const CallBudgetOptions& options, Clock& clock)
    : options_(options), clock_(clock) {}

BudgetTurn CallBudget::Take(absl::Time deadline,
                            absl::AnyInvocable<void(absl::Status)> done) {
  if (unlimited()) {
    done(absl::OkStatus());
    return BudgetTurn();
  }
  const std::weak_ptr<State> weak = state_;
  uint64_t number = 0;
  {
    MutexLock lock(state_->mu);
    number = state_->next_number++;
    state_->waiters.emplace_back(
        number, Waiter{std::move(done), clock_.At(deadline, [weak, number] {
                         End(weak, number, QuotaLeftNoCall());
                       })});
  }
  Serve();
  return BudgetTurn(
      Ticket([weak, number] { End(weak, number, CallCancelled()); }),
      [this, weak, number] {
        return weak.expired() ? absl::InfinitePast() : StartOfWaiter(number);
      });
}

int32_t CallBudget::CallsWaiting() const {
  MutexLock lock(state_->mu);
  return static_cast<int32_t>(state_->waiters.size());
}

absl::Duration CallBudget::TimeFor(int32_t calls, int32_t left) const {
  if (unlimited() || calls <= 0) return absl::ZeroDuration();
  if (left >= options_.calls) return absl::InfiniteDuration();
  return (calls - 1) / (options_.calls - left) * (options_.period + kGuard);
}

// Each start comes a period after the one that is a window before it; those of
// a window that is not full come now.
absl::Time CallBudget::StartOf(int32_t nth) const {
  MutexLock lock(state_->mu);
  return StartOf(*state_, nth);
}

absl::Time CallBudget::StartOf(const State& state, int32_t nth) const {
  if (unlimited()) return absl::InfinitePast();
  const absl::Time now = clock_.Now();
  const absl::Duration period = options_.period + kGuard;
  const auto spent = static_cast<int32_t>(state.starts.size());
  const int32_t place = spent + nth - 1;
  const int32_t rounds = place / options_.calls;
  if (rounds == 0) return now;
  const int32_t slot = place % options_.calls;
  const absl::Time first =
      slot < spent ? state.starts[static_cast<size_t>(slot)] : now;
  return std::max(now, first + period) + (rounds - 1) * period;
}

absl::Time CallBudget::StartOfWaiter(uint64_t number) const {
  MutexLock lock(state_->mu);
  int32_t nth = 0;
  for (const auto& [waiting, waiter] : state_->waiters) {
    ++nth;
    if (waiting == number) return StartOf(*state_, nth);
  }
  return absl::InfinitePast();
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
