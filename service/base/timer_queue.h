// SPDX-License-Identifier: Apache-2.0
// The timers of one clock, soonest first. Whoever owns the clock's thread asks
// for the next time and runs what is due.
//
// Threads: any; callbacks run in RunDue, without a lock.
// Lifetime: timers may outlive the queue.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"

namespace hssgw {

class TimerQueue {
 public:
  TimerQueue() : state_(std::make_shared<State>()) {}

  Timer Add(absl::Time when, absl::AnyInvocable<void()> callback);

  // When the next timer is due; absl::InfiniteFuture() without one.
  absl::Time Next() const;

  // Runs every timer due at `now`, in order of their times; also those that the
  // callbacks add meanwhile. Returns how many ran.
  int RunDue(absl::Time now);

 private:
  using Key = std::pair<absl::Time, uint64_t>;  // the number keeps order of Add
  struct State {
    Mutex mu;
    uint64_t next_number ABSL_GUARDED_BY(mu) = 0;
    std::map<Key, absl::AnyInvocable<void()>> timers ABSL_GUARDED_BY(mu);
  };
  // Shared: a Timer holds on to it weakly, to cancel after the queue is gone.
  std::shared_ptr<State> state_;
};

}  // namespace hssgw
