// SPDX-License-Identifier: Apache-2.0
// What a listing says about itself: progress on the way, a summary at the end.
#pragma once

#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "hss/antivirus/v1/task_service.pb.h"
#include "service/tasks/leg_plan.h"
#include "service/tasks/leg_reader.h"

namespace hssgw {

using LegReaders = std::vector<std::unique_ptr<LegReader>>;

hss::antivirus::v1::ListProgress MakeProgress(const LegReaders& readers,
                                              int32_t tasks_sent);

hss::antivirus::v1::ListSummary MakeSummary(const LegReaders& readers,
                                            int32_t tasks_sent,
                                            bool enough_sent);

// What `readers` ask, and are expected to cost.
hss::antivirus::v1::ListPlan MakePlan(const LegReaders& readers,
                                      const std::vector<WindowPlan>& windows,
                                      absl::Time now);

// The summary of a listing that was only planned.
hss::antivirus::v1::ListSummary MakePlanOnlySummary();

google::protobuf::Timestamp ToTimestamp(absl::Time time);

}  // namespace hssgw
