// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/leg_plan.h"

#include <algorithm>
#include <cmath>

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

// What a day costs to read needlessly, against a window more: no better guess
// is at hand before a first page tells how long a list is.
constexpr double kAssumedRowsPerDay = 50;

// So many windows are a list of its own: one without a window, cut here, costs
// fewer pages, however long it is.
constexpr double kMaxWindows = 64;

class Planner {
 public:
  Planner(const TaskQuery& query, absl::Time now, const WindowLimits& limits)
      : query_(query), now_(now), limits_(limits) {}

  std::vector<WindowPlan> Plan() const {
    if (query_.last_days().has_value())
      return PlanLastDays(*query_.last_days());
    if (!query_.begin_time() && !query_.end_time()) {
      return {MakeWindow({}, RowWindow(), /*open_ended=*/true)};
    }
    if (!query_.begin_time()) return PlanUntil(*query_.end_time());
    return PlanSpan(*query_.begin_time(), query_.end_time().value_or(now_),
                    query_.end_time().has_value());
  }

 private:
  WindowPlan MakeWindow(const LegWindow& window, const RowWindow& rows,
                        bool open_ended) const {
    WindowPlan plan{.rows = rows, .open_ended = open_ended};
    for (const bool paid : {false, true}) {
      if (query_.whether_paid_task().value_or(paid) != paid) continue;
      plan.legs.push_back({.profile = query_.profile(),
                           .endpoint = query_.endpoint(),
                           .project_id = query_.project_id(),
                           .filter = query_.filter(),
                           .window = window,
                           .time_format = limits_.time_format,
                           .whether_paid_task = paid});
    }
    return plan;
  }

  std::vector<WindowPlan> PlanLastDays(int32_t days) const {
    if (days <= limits_.max_last_days) {
      return {MakeWindow({.last_days = days}, RowWindow(), true)};
    }
    return PlanSpan(now_ - absl::Hours(24) * days, now_, /*ends=*/false);
  }

  // As far back as upstream goes: without a begin there is no window to ask
  // for, unless the format takes one of any width.
  std::vector<WindowPlan> PlanUntil(absl::Time end) const {
    if (limits_.max_range.has_value()) {
      return {MakeWindow({}, {.end_millis = absl::ToUnixMillis(end)}, true)};
    }
    return PlanSpan(absl::UnixEpoch(), end, /*ends=*/true);
  }

  // `ends`: the caller named an end; otherwise rows that come meanwhile belong.
  std::vector<WindowPlan> PlanSpan(absl::Time begin, absl::Time end,
                                   bool ends) const {
    RowWindow rows = RowsWithin(begin, end);
    if (!ends) rows.end_millis = RowWindow().end_millis;
    const LegWindow wide = WidenWindow(begin, end, now_);
    const bool open_ended = !ends || wide.IsOpenEnded(now_);
    if (!limits_.max_range || *wide.end - *wide.begin <= *limits_.max_range) {
      return {MakeWindow(wide, rows, open_ended)};
    }
    // One day more than needed: upstream's day may begin when it likes.
    const auto days = 1 + static_cast<int64_t>(std::ceil(absl::FDivDuration(
                              now_ - begin, absl::Hours(24))));
    if (days <= limits_.max_last_days && LastDaysAreCheaper(days, wide)) {
      return {
          MakeWindow({.last_days = static_cast<int32_t>(days)}, rows, true)};
    }
    if (absl::FDivDuration(*wide.end - *wide.begin, *limits_.max_range) >
        kMaxWindows) {
      return {MakeWindow({}, rows, /*open_ended=*/true)};
    }
    return CutSpan(wide, rows, open_ended);
  }

  bool LastDaysAreCheaper(int64_t days, const LegWindow& wide) const {
    const absl::Duration range = *wide.end - *wide.begin;
    const double windows =
        1 + std::floor(absl::FDivDuration(range, *limits_.max_range));
    const double days_too_many =
        static_cast<double>(days) - absl::FDivDuration(range, absl::Hours(24));
    return days_too_many * kAssumedRowsPerDay / Stride(kMaxPageRows) <=
           windows - 1;
  }

  // Seams stand on a grid of their own, so that callers share windows; rows at
  // a seam belong to the newer side.
  std::vector<WindowPlan> CutSpan(const LegWindow& wide, const RowWindow& rows,
                                  bool open_ended) const {
    std::vector<WindowPlan> windows;
    absl::Time end = *wide.end;
    while (end > *wide.begin) {
      const absl::Time seam =
          RoundDown(end - absl::Milliseconds(1), *limits_.max_range);
      const absl::Time begin = std::max(seam, *wide.begin);
      const bool newest = windows.empty();
      const RowWindow part = {
          .begin_millis =
              std::max(rows.begin_millis, absl::ToUnixMillis(begin)),
          .end_millis =
              newest ? rows.end_millis
                     : std::min(rows.end_millis, absl::ToUnixMillis(end) - 1)};
      windows.push_back(
          MakeWindow({.begin = begin, .end = end}, part, newest && open_ended));
      end = begin;
    }
    return windows;
  }

  const TaskQuery& query_;
  const absl::Time now_;
  const WindowLimits limits_;
};

}  // namespace

LegWindow WidenWindow(absl::Time begin, absl::Time end, absl::Time now) {
  return {.begin = RoundDown(begin, kBeginGrid),
          .end = RoundUp(end, now - end > kOldAge ? kOldEndGrid : kEndGrid)};
}

std::vector<WindowPlan> PlanWindows(const TaskQuery& query, absl::Time now,
                                    const WindowLimits& limits) {
  return Planner(query, now, limits).Plan();
}

}  // namespace hssgw
