// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/list_report.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/tasks/proto_time.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::EndReason;
using ::hss::antivirus::v1::ListPlan;
using ::hss::antivirus::v1::ListProgress;
using ::hss::antivirus::v1::ListSummary;
using ::hss::antivirus::v1::ListTasksPageResponse;
using ::hss::antivirus::v1::WaitingFor;

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

// As far as known: windows that were not opened yet need a page a leg.
std::optional<int32_t> CallsNeeded(const LegMerge& merge) {
  const auto opened = SumOver(merge.readers(), [](const LegReader& reader) {
    return reader.walk().PagesNeeded();
  });
  if (!opened.has_value()) return std::nullopt;
  return Clamped(*opened + merge.legs_not_opened());
}

int32_t PagesUnderWay(const LegMerge& merge) {
  int32_t pages = 0;
  for (const auto& reader : merge.readers()) {
    pages += reader->pages_under_way();
  }
  return pages;
}

// What the next row waits for: the leg that waits longest.
PageWaiting WaitOf(const LegMerge& merge) {
  PageWaiting longest;
  for (const auto& reader : merge.readers()) {
    if (reader->Peek() != nullptr) continue;
    const PageWaiting waiting = reader->waiting();
    if (waiting.wait == PageWait::kNothing) continue;
    if (longest.wait == PageWait::kNothing || waiting.until > longest.until) {
      longest = waiting;
    }
  }
  return longest;
}

std::string WaitingText(const PageWaiting& waiting, absl::Time now) {
  switch (waiting.wait) {
    case PageWait::kBudget:
      return waiting.until <= now
                 ? "the upstream quota"
                 : absl::StrCat("the upstream quota, ",
                                absl::FormatDuration(absl::Ceil(
                                    waiting.until - now, absl::Seconds(1))),
                                " more");
    case PageWait::kCredential:
      return "a credential";
    case PageWait::kUpstream:
      return "an answer of upstream";
    case PageWait::kNothing:
      break;
  }
  return "its reader";
}

WaitingFor ToWaitingFor(PageWait wait) {
  switch (wait) {
    case PageWait::kBudget:
      return hss::antivirus::v1::WAITING_FOR_BUDGET;
    case PageWait::kCredential:
      return hss::antivirus::v1::WAITING_FOR_CREDENTIAL;
    case PageWait::kUpstream:
      return hss::antivirus::v1::WAITING_FOR_UPSTREAM;
    case PageWait::kNothing:
      break;
  }
  return hss::antivirus::v1::WAITING_FOR_UNSPECIFIED;
}

ListPlan::Leg MakeLeg(const LegKey& key) {
  ListPlan::Leg leg;
  leg.set_whether_paid_task(key.whether_paid_task);
  if (key.window.last_days) leg.set_last_days(*key.window.last_days);
  if (key.window.begin) {
    *leg.mutable_begin_time() = ToProto(*key.window.begin);
  }
  if (key.window.end) *leg.mutable_end_time() = ToProto(*key.window.end);
  return leg;
}

}  // namespace

ListProgress MakeProgress(const LegMerge& merge, int32_t tasks_sent,
                          const CallForecast& forecast, absl::Time now) {
  ListProgress progress;
  progress.set_tasks_sent(tasks_sent);
  int64_t total = 0;
  bool known = false;
  int32_t calls = 0;
  for (const auto& reader : merge.readers()) {
    calls += reader->upstream_calls();
    if (!reader->walk().last_total_num().has_value()) continue;
    total += *reader->walk().last_total_num();
    known = true;
  }
  if (known) progress.set_total_num(Clamped(total));
  progress.set_upstream_calls_made(calls);
  const auto needed = CallsNeeded(merge);
  if (needed.has_value()) progress.set_upstream_calls_needed(*needed);
  const PageWaiting waiting = WaitOf(merge);
  progress.set_waiting_for(ToWaitingFor(waiting.wait));
  if (waiting.until > now) {
    *progress.mutable_next_frame_expected_time() = ToProto(waiting.until);
  }
  if (needed.has_value()) {
    // Those asked already are in the forecast's queue, or on their way.
    const int32_t last =
        forecast.CallsWaiting() + *needed - PagesUnderWay(merge);
    const absl::Time end = std::max(waiting.until, forecast.StartOf(last));
    if (last > 0 && end > now) {
      *progress.mutable_completion_expected_time() = ToProto(end);
    }
  }
  return progress;
}

ListPlan MakePlan(const LegMerge& merge, const CallForecast& forecast,
                  absl::Time now) {
  ListPlan plan;
  for (const WindowPlan& window : merge.windows()) {
    for (const LegKey& key : window.legs) {
      *plan.add_legs() = MakeLeg(key);
    }
  }
  // Known once the first page of every leg told how long it is.
  if (merge.all_windows_opened()) {
    if (const auto needed = CallsNeeded(merge); needed.has_value()) {
      plan.set_upstream_calls_needed(*needed);
    }
  }
  const bool rows_are_there =
      std::any_of(merge.readers().begin(), merge.readers().end(),
                  [](const auto& reader) { return reader->any_page_read(); });
  *plan.mutable_first_frame_expected_time() = ToProto(
      rows_are_there
          ? now
          : std::max(now, forecast.StartOf(forecast.CallsWaiting() + 1)));
  return plan;
}

ListTasksPageResponse MakePageFields(const LegMerge& merge) {
  ListTasksPageResponse fields;
  const auto total = SumOver(merge.readers(), [](const LegReader& reader) {
    return reader.walk().last_total_num();
  });
  if (merge.all_windows_opened() && total.has_value()) {
    fields.set_total_size(Clamped(*total));
  }
  const absl::Time oldest = merge.oldest_sent_at();
  if (oldest != absl::InfiniteFuture()) {
    *fields.mutable_oldest_fetch_time() = ToProto(oldest);
  }
  fields.set_stale(
      std::any_of(merge.readers().begin(), merge.readers().end(),
                  [](const auto& reader) { return reader->stale(); }));
  return fields;
}

bool WaitsForBudget(const LegMerge& merge, absl::Time now) {
  const PageWaiting waiting = WaitOf(merge);
  return waiting.wait == PageWait::kBudget && waiting.until > now;
}

absl::Status DeadlineNear(const LegMerge& merge, absl::Time now) {
  const PageWaiting waiting = WaitOf(merge);
  ErrorFacts facts{.reason = Reason::kDeadlineNear};
  if (waiting.until > now) facts.retry_after = waiting.until - now;
  return MakeError(
      absl::StatusCode::kDeadlineExceeded,
      absl::StrCat("the deadline is near and the listing waits for ",
                   WaitingText(waiting, now),
                   ": go on with the resume token, give it longer, or accept "
                   "older data with max_staleness"),
      facts);
}

ListSummary MakePlanOnlySummary() {
  ListSummary summary;
  summary.set_end(hss::antivirus::v1::END_REASON_PLAN_ONLY);
  return summary;
}

ListSummary MakeSummary(const LegMerge& merge, int32_t tasks_sent,
                        bool enough_sent) {
  const LegReaders& readers = merge.readers();
  ListSummary summary;
  summary.set_complete(std::all_of(readers.begin(), readers.end(), IsWhole));
  summary.set_end(EndOf(readers, enough_sent));
  summary.set_task_count(tasks_sent);
  // Also of what was sent before a break.
  const absl::Time oldest = merge.oldest_sent_at();
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
    *summary.mutable_oldest_fetch_time() = ToProto(oldest);
  }
  if (newest != absl::InfinitePast()) {
    *summary.mutable_newest_fetch_time() = ToProto(newest);
  }
  return summary;
}

}  // namespace hssgw
