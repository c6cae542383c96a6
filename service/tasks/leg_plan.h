// SPDX-License-Identifier: Apache-2.0
// What a query asks upstream: its windows, newest first, and the legs of each.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/tasks/leg.h"
#include "service/tasks/leg_reader.h"
#include "service/tasks/task_query.h"
#include "service/tasks/upstream_habits.h"

namespace hssgw {

// The legs of one window: free and paid tasks, merged by start time.
struct WindowPlan {
  std::vector<LegKey> legs;
  // Rows outside are left out: the legs' bounds are wider.
  RowWindow rows;
  // Rows can come to its head while it is read: it reaches to the present.
  bool open_ended = true;
};

// Bounds are widened so that questions that look alike are alike: begin down to
// the hour; end up to five minutes, or to the hour if older than a day.
LegWindow WidenWindow(absl::Time begin, absl::Time end, absl::Time now);

// The plan of `query` at `now`, newest window first. A window that upstream
// refuses is asked as last_days, or cut into windows that meet without a gap or
// an overlap, whichever should cost fewer pages.
std::vector<WindowPlan> PlanWindows(const TaskQuery& query, absl::Time now,
                                    const WindowLimits& limits);

}  // namespace hssgw
