// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/task_call.h"

#include <algorithm>

namespace hssgw {
namespace {

// What is kept of the caller's time for our status to reach it.
constexpr absl::Duration kLongestMargin = absl::Seconds(2);
constexpr double kMargin = 0.05;

}  // namespace

Timer EndBeforeDeadline(const std::shared_ptr<TaskLister>& lister,
                        const CallRecord& record, Clock& clock) {
  if (record.deadline() == absl::InfiniteFuture()) return Timer();
  const absl::Duration margin =
      std::min(kLongestMargin, kMargin * (record.deadline() - record.start()));
  return clock.At(record.deadline() - margin,
                  [weak = std::weak_ptr<TaskLister>(lister)] {
                    if (const auto held = weak.lock())
                      held->EndBeforeDeadline();
                  });
}

}  // namespace hssgw
