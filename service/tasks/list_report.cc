// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/list_report.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace hssgw {
namespace {

using ::hss::antivirus::v1::EndReason;
using ::hss::antivirus::v1::ListPlan;
using ::hss::antivirus::v1::ListProgress;
using ::hss::antivirus::v1::ListSummary;

int32_t Clamped(int64_t number) {
  return static_cast<int32_t>(
      std::min<int64_t>(number, std::numeric_limits<int32_t>::max()));
}

// The sum over all legs; absent if one of them does not know.
template <typename Count>
std::optional<int64_t> SumOver(const LegReaders& readers, Count count) {
  int64_t sum = 0;
  for (const auto& reader : readers) {
    if (reader->retired()) continue;
    const auto number = count(*reader);
    if (!number.has_value()) return std::nullopt;
    sum += *number;
  }
  return sum;
}

EndReason EndOf(const LegReaders& readers, bool enough_sent) {
  for (const auto& reader : readers) {
    if (reader->walk().order_unstable()) {
      return hss::antivirus::v1::END_REASON_ORDER_UNSTABLE;
    }
  }
  for (const auto& reader : readers) {
    if (!reader->walk().whole()) {
      return hss::antivirus::v1::END_REASON_LIST_CHANGED;
    }
  }
  return enough_sent ? hss::antivirus::v1::END_REASON_MAX_TASKS
                     : hss::antivirus::v1::END_REASON_END_OF_LIST;
}

bool IsWhole(const std::unique_ptr<LegReader>& reader) {
  return reader->walk().whole();
}

}  // namespace

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

ListProgress MakeProgress(const LegReaders& readers, int32_t tasks_sent) {
  ListProgress progress;
  progress.set_tasks_sent(tasks_sent);
  int64_t total = 0;
  bool known = false;
  int32_t calls = 0;
  for (const auto& reader : readers) {
    calls += reader->upstream_calls();
    if (!reader->walk().last_total_num().has_value()) continue;
    total += *reader->walk().last_total_num();
    known = true;
  }
  if (known) progress.set_total_num(Clamped(total));
  progress.set_upstream_calls_made(calls);
  const auto needed = SumOver(readers, [](const LegReader& reader) {
    return reader.walk().PagesNeeded();
  });
  if (needed.has_value()) progress.set_upstream_calls_needed(Clamped(*needed));
  return progress;
}

ListPlan MakePlan(const LegReaders& readers,
                  const std::vector<WindowPlan>& windows, absl::Time now) {
  ListPlan plan;
  for (const WindowPlan& window : windows) {
    for (const LegKey& key : window.legs) {
      ListPlan::Leg& leg = *plan.add_legs();
      leg.set_whether_paid_task(key.whether_paid_task);
      if (key.window.last_days) leg.set_last_days(*key.window.last_days);
      if (key.window.begin) {
        *leg.mutable_begin_time() = ToTimestamp(*key.window.begin);
      }
      if (key.window.end)
        *leg.mutable_end_time() = ToTimestamp(*key.window.end);
    }
  }
  // Known once the first page of every leg told how long it is.
  const bool all_open =
      plan.legs_size() ==
      std::count_if(readers.begin(), readers.end(),
                    [](const auto& reader) { return !reader->retired(); });
  const auto needed = SumOver(readers, [](const LegReader& reader) {
    return reader.walk().PagesNeeded();
  });
  if (all_open && needed.has_value()) {
    plan.set_upstream_calls_needed(Clamped(*needed));
  }
  *plan.mutable_first_frame_expected_time() = ToTimestamp(now);
  return plan;
}

ListSummary MakePlanOnlySummary() {
  ListSummary summary;
  summary.set_end(hss::antivirus::v1::END_REASON_PLAN_ONLY);
  return summary;
}

ListSummary MakeSummary(const LegReaders& readers, int32_t tasks_sent,
                        bool enough_sent) {
  ListSummary summary;
  summary.set_complete(std::all_of(readers.begin(), readers.end(), IsWhole));
  summary.set_end(EndOf(readers, enough_sent));
  summary.set_task_count(tasks_sent);
  absl::Time oldest = absl::InfiniteFuture();
  absl::Time newest = absl::InfinitePast();
  for (const auto& reader : readers) {
    const LegWalk& walk = reader->walk();
    summary.set_upstream_calls(summary.upstream_calls() +
                               reader->upstream_calls());
    summary.set_pages_shared(summary.pages_shared() + reader->pages_shared());
    summary.set_duplicates_dropped(summary.duplicates_dropped() +
                                   walk.duplicates_dropped());
    summary.set_rows_outside_window(summary.rows_outside_window() +
                                    reader->rows_outside_window());
    summary.set_repairs(summary.repairs() + walk.repairs());
    summary.set_stale(summary.stale() || reader->stale());
    oldest = std::min(oldest, reader->oldest_sent_at());
    newest = std::max(newest, reader->newest_sent_at());
  }
  const auto first = SumOver(readers, [](const LegReader& reader) {
    return reader.walk().first_total_num();
  });
  if (first.has_value()) summary.set_first_total_num(Clamped(*first));
  const auto last = SumOver(readers, [](const LegReader& reader) {
    return reader.walk().last_total_num();
  });
  if (last.has_value()) summary.set_last_total_num(Clamped(*last));
  if (oldest != absl::InfiniteFuture()) {
    *summary.mutable_oldest_fetch_time() = ToTimestamp(oldest);
    *summary.mutable_newest_fetch_time() = ToTimestamp(newest);
  }
  return summary;
}

}  // namespace hssgw
