// SPDX-License-Identifier: Apache-2.0
// A clock whose time moves when told.
//
//   const Timer timer = clock.At(clock.Now() + absl::Seconds(5), callback);
//   clock.Advance(absl::Seconds(5));  // calls it
//
// Threads: any; timers run on the thread that advances.
#pragma once

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"
#include "service/base/timer_queue.h"

namespace hssgw {

class FakeClock : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1790000000))
      : now_(start) {}

  absl::Time Now() const override {
    MutexLock lock(mu_);
    return now_;
  }
  Timer At(absl::Time when, absl::AnyInvocable<void()> callback) override {
    return timers_.Add(when, std::move(callback));
  }

  // Stops at each timer on the way, also at those that callbacks add: each sees
  // its own time. Time never goes back.
  void AdvanceTo(absl::Time target) {
    // Asked once a round: another thread may drop the timer at any time.
    for (absl::Time next = timers_.Next();
         next <= target && next < absl::InfiniteFuture();
         next = timers_.Next()) {
      MoveTo(next);
      timers_.RunDue(Now());
    }
    MoveTo(target);
  }
  void Advance(absl::Duration step) { AdvanceTo(Now() + step); }

  // absl::InfiniteFuture(): nobody waits.
  absl::Time NextTimer() const { return timers_.Next(); }

 private:
  void MoveTo(absl::Time time) {
    MutexLock lock(mu_);
    now_ = std::max(now_, time);
  }

  mutable Mutex mu_;
  absl::Time now_ ABSL_GUARDED_BY(mu_);
  TimerQueue timers_;
};

}  // namespace hssgw
