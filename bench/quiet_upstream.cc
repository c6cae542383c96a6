// SPDX-License-Identifier: Apache-2.0
#include "bench/quiet_upstream.h"

#include <algorithm>
#include <cstdint>

#include "service/base/error.h"

namespace hssgw {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

// Rows with ids of their own, newest first, from `now` back.
std::vector<MovingList::Row> EvenRows(int count, absl::Time now) {
  std::vector<MovingList::Row> rows;
  rows.reserve(static_cast<size_t>(count));
  const absl::Duration step = QuietUpstream::kDays * kDay / count;
  for (int i = 0; i < count; ++i) {
    rows.push_back({static_cast<uint64_t>(count - i),
                    absl::ToUnixMillis(now - step * i - absl::Seconds(1))});
  }
  return rows;
}

}  // namespace

QuietUpstream::QuietUpstream(const Clock& clock)
    : clock_(clock),
      free_(EvenRows(kFreeRows, clock.Now())),
      paid_(EvenRows(kPaidRows, clock.Now())) {}

absl::StatusOr<Page> QuietUpstream::Answer(const PageQuestion& question) const {
  const LegKey& leg = question.leg;
  if (leg.window.begin.has_value()) {
    if (takes_text_alone_ && leg.time_format == TimeFormat::kEpochMillis) {
      return MakeError(absl::StatusCode::kInvalidArgument, "time format",
                       {.upstream_code = "HSS.1011"});
    }
    if (*leg.window.end - *leg.window.begin > kMaxRange) {
      return MakeError(absl::StatusCode::kInvalidArgument, "too wide",
                       {.upstream_code = "HSS.0001"});
    }
  }
  const std::vector<MovingList::Row> rows = RowsOf(leg);
  const auto total = static_cast<int64_t>(rows.size());
  const auto begin = std::min<int64_t>(question.offset, total);
  const auto end = std::min<int64_t>(begin + question.limit, total);
  return MakePage({rows.begin() + begin, rows.begin() + end}, question.offset,
                  question.limit, total, clock_.Now(), leg.whether_paid_task);
}

int QuietUpstream::CountRows(const LegKey& leg) const {
  return static_cast<int>(RowsOf(leg).size());
}

std::vector<MovingList::Row> QuietUpstream::RowsOf(const LegKey& leg) const {
  if (leg.whether_paid_task && leg.filter.task_name == kOnlyFree) return {};
  absl::Time begin = leg.window.begin.value_or(absl::InfinitePast());
  if (leg.window.last_days.has_value()) {
    begin = clock_.Now() - *leg.window.last_days * kDay;
  }
  const absl::Time end = leg.window.end.value_or(absl::InfiniteFuture());
  std::vector<MovingList::Row> rows;
  for (const MovingList::Row& row : leg.whether_paid_task ? paid_ : free_) {
    const absl::Time start = absl::FromUnixMillis(row.start_millis);
    if (start >= begin && start <= end) rows.push_back(row);
  }
  return rows;
}

}  // namespace hssgw
