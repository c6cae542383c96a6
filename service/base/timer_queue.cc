// SPDX-License-Identifier: Apache-2.0
#include "service/base/timer_queue.h"

namespace hssgw {

Timer TimerQueue::Add(absl::Time when, absl::AnyInvocable<void()> callback) {
  if (when == absl::InfiniteFuture()) return Timer();
  MutexLock lock(state_->mu);
  const Key key(when, state_->next_number++);
  state_->timers.emplace(key, std::move(callback));
  return Timer([key, weak = std::weak_ptr<State>(state_)] {
    const auto state = weak.lock();
    if (state == nullptr) return;
    absl::AnyInvocable<void()> dropped;  // Destroyed after the lock is gone.
    MutexLock timers_lock(state->mu);
    const auto it = state->timers.find(key);
    if (it == state->timers.end()) return;
    dropped = std::move(it->second);
    state->timers.erase(it);
  });
}

absl::Time TimerQueue::Next() const {
  MutexLock lock(state_->mu);
  if (state_->timers.empty()) return absl::InfiniteFuture();
  return state_->timers.begin()->first.first;
}

int TimerQueue::RunDue(absl::Time now) {
  const auto take_due = [&]() -> absl::AnyInvocable<void()> {
    MutexLock lock(state_->mu);
    const auto first = state_->timers.begin();
    if (first == state_->timers.end() || first->first.first > now) return {};
    auto callback = std::move(first->second);
    state_->timers.erase(first);
    return callback;
  };
  int ran = 0;
  while (auto callback = take_due()) {
    callback();
    ++ran;
  }
  return ran;
}

}  // namespace hssgw
