// SPDX-License-Identifier: Apache-2.0
// Decides whether and when a listing that broke is asked for again. Pure: time
// and chance are arguments.
//
// Threads: one.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace hssgw {

// How a stream ended that had no summary.
struct Break {
  absl::Status status;  // also OK: that is no end without a summary
  // What `grpc-retry-pushback-ms` told; negative: do not try again.
  std::optional<absl::Duration> pushback;
};

struct ResumeLimits {
  // No try begins after it.
  absl::Time deadline = absl::InfiniteFuture();
  // Longest wait, summed over the tries between one task and the next.
  absl::Duration patience;
  // The same before the first frame came.
  absl::Duration start_patience;
};

class ResumePolicy {
 public:
  explicit ResumePolicy(const ResumeLimits& limits) : limits_(limits) {}

  // When to try again. Absent: never, the listing ends with this break.
  // `random` is in [0, 1), so that many clients do not come back together.
  std::optional<absl::Time> NextTry(const Break& end, absl::Time now,
                                    double random);

  // A frame came.
  void FrameCame() { begun_ = true; }
  // A whole task came: what follows is another failure, not the same.
  void TaskCame();

  // Tries since the last task.
  int tries() const { return tries_; }

 private:
  const ResumeLimits limits_;
  bool begun_ = false;
  int tries_ = 0;
  absl::Duration waited_;
};

// Whether another try may end otherwise: the connection or the gateway went
// away, or the gateway said when or where to go on. `left` is the time to the
// deadline.
bool MayTryAgain(const Break& end, absl::Duration left);

}  // namespace hssgw
