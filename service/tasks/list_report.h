// SPDX-License-Identifier: Apache-2.0
// What a listing says about itself: progress on the way, a summary at the end.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hss/antivirus/v1/task_service.pb.h"
#include "service/tasks/call_forecast.h"
#include "service/tasks/leg_merge.h"

namespace hssgw {

// How far a listing is, and what it waits for.
hss::antivirus::v1::ListProgress MakeProgress(const LegMerge& merge,
                                              int32_t tasks_sent,
                                              const CallForecast& forecast,
                                              absl::Time now);

hss::antivirus::v1::ListSummary MakeSummary(const LegMerge& merge,
                                            int32_t tasks_sent,
                                            bool enough_sent);

// What is asked, and is expected to cost.
hss::antivirus::v1::ListPlan MakePlan(const LegMerge& merge,
                                      const CallForecast& forecast,
                                      absl::Time now);

// The summary of a listing that was only planned.
hss::antivirus::v1::ListSummary MakePlanOnlySummary();

// What a page says beside its tasks and its token.
hss::antivirus::v1::ListTasksPageResponse MakePageFields(const LegMerge& merge);

// True if the next row cannot come before the upstream quota allows a call,
// later than now.
bool WaitsForBudget(const LegMerge& merge, absl::Time now);

// DEADLINE_EXCEEDED, DEADLINE_NEAR: what the listing waits for, and how long.
absl::Status DeadlineNear(const LegMerge& merge, absl::Time now);

}  // namespace hssgw
