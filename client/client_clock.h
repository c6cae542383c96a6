// SPDX-License-Identifier: Apache-2.0
// What time it is, and how to wait for a later one. Tests bring a clock that
// they move themselves.
#pragma once

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace hssgw {

// Threads: any.
class ClientClock {
 public:
  virtual ~ClientClock() = default;
  virtual absl::Time Now() const = 0;

  // Blocks until `when`, or until `cancelled` is notified by another thread.
  virtual void WaitUntil(absl::Time when,
                         const absl::Notification& cancelled) = 0;

  // The machine's clock; lives as long as the program.
  static ClientClock& Real();
};

}  // namespace hssgw
