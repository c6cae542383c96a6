// SPDX-License-Identifier: Apache-2.0
// What time it is, and who is woken when. Everything that waits gets a Clock,
// so that tests move time instead of sleeping.
#pragma once

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "service/base/ticket.h"

namespace hssgw {

// Dropping it means that the callback is not wanted: it does not start after
// that, but one that runs on another thread is not waited for.
using Timer = Ticket;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;

  // Calls `callback` at `when`, or soon if that has passed; never for
  // absl::InfiniteFuture().
  // Called at most once; on the clock's thread; never under a lock.
  virtual Timer At(absl::Time when, absl::AnyInvocable<void()> callback) = 0;
};

}  // namespace hssgw
