// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/leg_plan.h"

namespace hssgw {
namespace {

constexpr absl::Duration kBeginGrid = absl::Hours(1);
constexpr absl::Duration kEndGrid = absl::Minutes(5);
constexpr absl::Duration kOldEndGrid = absl::Hours(1);
constexpr absl::Duration kOldAge = absl::Hours(24);

absl::Time RoundDown(absl::Time time, absl::Duration grid) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), grid);
}

absl::Time RoundUp(absl::Time time, absl::Duration grid) {
  return absl::UnixEpoch() + absl::Ceil(time - absl::UnixEpoch(), grid);
}

RowWindow RowsWithin(absl::Time begin, absl::Time end) {
  // Whole milliseconds, as upstream has them: a row at or after `begin`.
  return {
      .begin_millis = absl::ToUnixMillis(RoundUp(begin, absl::Milliseconds(1))),
      .end_millis = absl::ToUnixMillis(end)};
}

std::vector<LegKey> LegsOf(const TaskQuery& query, const LegWindow& window) {
  std::vector<LegKey> legs;
  for (const bool paid : {false, true}) {
    if (query.whether_paid_task().value_or(paid) != paid) continue;
    legs.push_back({.profile = query.profile(),
                    .project_id = query.project_id(),
                    .filter = query.filter(),
                    .window = window,
                    .whether_paid_task = paid});
  }
  return legs;
}

}  // namespace

LegWindow WidenWindow(absl::Time begin, absl::Time end, absl::Time now) {
  return {.begin = RoundDown(begin, kBeginGrid),
          .end = RoundUp(end, now - end > kOldAge ? kOldEndGrid : kEndGrid)};
}

std::vector<WindowPlan> PlanWindows(const TaskQuery& query, absl::Time now) {
  WindowPlan plan;
  LegWindow window;
  if (query.last_days().has_value()) {
    window.last_days = query.last_days();
  } else if (query.begin_time().has_value() && query.end_time().has_value()) {
    window = WidenWindow(*query.begin_time(), *query.end_time(), now);
    plan.rows = RowsWithin(*query.begin_time(), *query.end_time());
    plan.open_ended = *window.end >= now;
  }
  plan.legs = LegsOf(query, window);
  return {plan};
}

}  // namespace hssgw
