// SPDX-License-Identifier: Apache-2.0
// What listings cost in upstream calls, over quiet lists: for each query our
// calls, and the least that anyone could make who knew the lists beforehand, at
// the same overlap of pages. Fails if one costs more than that and a call a
// leg.
//
//   calls_bench [--json FILE]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/figure_file.h"
#include "bench/quiet_upstream.h"
#include "service/base/metrics.h"
#include "service/tasks/caching_page_source.h"
#include "service/tasks/task_lister.h"
#include "tests/tasks/frame_reader.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_forecast.h"
#include "tests/testing/fake_page_source.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksPageRequest;
using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::TaskFilter;

constexpr absl::Duration kDay = absl::Hours(24);

// Calls for a list of so many rows. A full page never ends one.
int CallsForAll(int rows) { return 1 + std::max(0, rows - 10) / 190; }
// Calls for its newest `wanted` rows.
int CallsForNewest(int wanted, int rows) {
  return std::min(CallsForAll(rows), 1 + std::max(0, wanted - 11) / 190);
}

// What the least is found from: the rows that a query asks for.
struct Span {
  absl::Time begin = absl::InfinitePast();
  absl::Time end = absl::InfiniteFuture();
};

struct Cost {
  int calls = 0;
  int legs = 0;
};

// The cheapest of all ways to ask for a span: as one window or several, as
// last_days, or as the whole list.
class Least {
 public:
  Least(const QuietUpstream& upstream, absl::Time now,
        const ListTasksRequest& request)
      : upstream_(upstream), now_(now), request_(request) {}

  Cost Of(const Span& span) const {
    Cost best = InWhole(span, {});
    if (span.begin == absl::InfinitePast()) return best;
    const absl::Time end = std::min(span.end, now_);
    const auto days = absl::Ceil(now_ - span.begin, kDay);
    if (days <= 90 * kDay) Improve(best, InWhole(span, {now_ - days, now_}));
    Cost cut;
    for (absl::Time at = end; at > span.begin; at -= QuietUpstream::kMaxRange) {
      const Cost part = InWhole(
          span, {std::max(span.begin, at - QuietUpstream::kMaxRange), at});
      cut.calls += part.calls;
      cut.legs += part.legs;
    }
    Improve(best, cut);
    return best;
  }

 private:
  static void Improve(Cost& best, const Cost& other) {
    if (other.calls < best.calls) best = other;
  }

  // One list a paid flag, of the rows in `asked`. With max_tasks only as much
  // of each as the newest rows in `span` need.
  Cost InWhole(const Span& span, const Span& asked) const {
    Cost cost;
    const std::optional<absl::Time> oldest = OldestWanted(span);
    for (const bool paid : Flags()) {
      const int rows = Rows(paid, asked.begin, asked.end);
      const int newest =
          oldest.has_value() ? Rows(paid, *oldest, asked.end) : rows;
      cost.calls +=
          oldest.has_value() ? CallsForNewest(newest, rows) : CallsForAll(rows);
      ++cost.legs;
    }
    return cost;
  }

  std::vector<bool> Flags() const {
    if (!request_.filter().has_whether_paid_task()) return {false, true};
    return {request_.filter().whether_paid_task()};
  }

  int Rows(bool paid, absl::Time begin, absl::Time end) const {
    return upstream_.CountRows(
        {.filter = {.task_name = request_.filter().task_name()},
         .window = {.begin = begin, .end = end},
         .whether_paid_task = paid});
  }

  // The start time of the last row that max_tasks lets through, to the minute.
  std::optional<absl::Time> OldestWanted(const Span& span) const {
    if (request_.max_tasks() == 0) return std::nullopt;
    for (absl::Time at = now_; at > now_ - QuietUpstream::kDays * kDay;
         at -= absl::Minutes(1)) {
      int rows = 0;
      for (const bool paid : Flags()) {
        rows += Rows(paid, std::max(at, span.begin), span.end);
      }
      if (rows >= request_.max_tasks()) return at;
    }
    return std::nullopt;
  }

  const QuietUpstream& upstream_;
  const absl::Time now_;
  const ListTasksRequest& request_;
};

struct Query {
  const char* name;
  std::function<void(ListTasksRequest&, absl::Time now)> fill = {};
  // The dialect takes times as text alone; that is learned at a call.
  bool text_alone = false;
  // It came once before, through the same cache, and asks now for a time that
  // is so much later.
  std::optional<absl::Duration> repeated_with = {};
  bool is_count = false;
};

void SetBegin(ListTasksRequest& request, absl::Time time) {
  request.mutable_filter()->mutable_begin_time()->set_seconds(
      absl::ToUnixSeconds(time));
}
void SetEnd(ListTasksRequest& request, absl::Time time) {
  request.mutable_filter()->mutable_end_time()->set_seconds(
      absl::ToUnixSeconds(time));
}

void LastHours(ListTasksRequest& request, absl::Time now) {
  SetBegin(request, now - absl::Hours(36));
}

std::vector<Query> Queries() {
  return {
      {"last_36_hours", LastHours},
      {"last_30_days", [](ListTasksRequest& r,
                          absl::Time now) { SetBegin(r, now - 30 * kDay); }},
      {"since_5_hours_ago",
       [](ListTasksRequest& r, absl::Time now) {
         SetBegin(r, now - absl::Hours(5));
         r.mutable_filter()->set_whether_paid_task(false);
       }},
      {"until_50_days_ago",
       [](ListTasksRequest& r, absl::Time now) { SetEnd(r, now - 50 * kDay); }},
      {"paid_tasks_of_7_days",
       [](ListTasksRequest& r, absl::Time) {
         r.mutable_filter()->set_last_days(7);
         r.mutable_filter()->set_whether_paid_task(true);
       }},
      {"last_7_days", [](ListTasksRequest& r,
                         absl::Time) { r.mutable_filter()->set_last_days(7); }},
      {"everything", [](ListTasksRequest&, absl::Time) {}},
      {"newest_20",
       [](ListTasksRequest& r, absl::Time) { r.set_max_tasks(20); }},
      {"newest_500_of_both",
       [](ListTasksRequest& r, absl::Time) { r.set_max_tasks(500); }},
      {"a_day_40_days_ago",
       [](ListTasksRequest& r, absl::Time now) {
         SetBegin(r, now - 40 * kDay);
         SetEnd(r, now - 39 * kDay);
       }},
      {"four_days_40_days_ago",
       [](ListTasksRequest& r, absl::Time now) {
         SetBegin(r, now - 40 * kDay);
         SetEnd(r, now - 36 * kDay);
       }},
      {"one_leg_empty",
       [](ListTasksRequest& r, absl::Time now) {
         LastHours(r, now);
         r.mutable_filter()->set_task_name(QuietUpstream::kOnlyFree);
       }},
      {.name = "times_as_text_alone", .fill = LastHours, .text_alone = true},
      {.name = "count",
       .fill = [](ListTasksRequest& r, absl::Time) { r.set_max_tasks(1); },
       .is_count = true},
      {.name = "repeated",
       .fill = LastHours,
       .repeated_with = absl::ZeroDuration()},
      {.name = "alike_but_for_a_minute",
       .fill = LastHours,
       .repeated_with = absl::Minutes(1)},
  };
}

// A gateway's parts over the lists.
class Gateway {
 public:
  explicit Gateway(bool text_alone) {
    if (text_alone) upstream_.TakeTextAlone();
  }

  // Our calls; absent if the listing failed.
  std::optional<int> Calls(const Query& query, absl::Duration later = {}) {
    const ListTasksRequest request = Request(query, later);
    ListerOptions options;
    options.one_page = query.is_count;
    absl::StatusOr<TaskQuery> checked = TaskQuery::FromProto(request, {});
    if (query.is_count) {
      ListTasksPageRequest page;
      page.set_project_id(request.project_id());
      page.set_page_size(1);
      checked = TaskQuery::FromProto(page, {});
    }
    if (!checked.ok()) return std::nullopt;
    auto lister = TaskLister::Create(
        *checked, {pages_, habits_, forecast_, tokens_, clock_}, options);
    if (!lister.ok()) return std::nullopt;
    const size_t before = source_.asked().size();
    FrameReader reader(*std::move(lister));
    reader.PullAll();
    if (!reader.status.ok()) {
      std::printf("%s: %s\n", query.name,
                  std::string(reader.status.message()).c_str());
      return std::nullopt;
    }
    return static_cast<int>(source_.asked().size() - before);
  }

  Cost LeastOf(const Query& query) const {
    const ListTasksRequest request = Request(query, absl::ZeroDuration());
    if (query.repeated_with.has_value()) return {.calls = 0, .legs = 2};
    const TaskFilter& filter = request.filter();
    Span span;
    if (filter.has_begin_time()) {
      span.begin = absl::FromUnixSeconds(filter.begin_time().seconds());
    }
    if (filter.has_end_time()) {
      span.end = absl::FromUnixSeconds(filter.end_time().seconds());
    }
    if (filter.has_last_days()) {
      span.begin = clock_.Now() - filter.last_days() * kDay;
    }
    return Least(upstream_, clock_.Now(), request).Of(span);
  }

 private:
  ListTasksRequest Request(const Query& query, absl::Duration later) const {
    ListTasksRequest request;
    request.set_project_id("p");
    query.fill(request, clock_.Now() + later);
    return request;
  }

  FakeClock clock_;
  FakeForecast forecast_;
  Metrics metrics_;
  QuietUpstream upstream_{clock_};
  FakePageSource source_{[this](const PageQuestion& question) {
    return upstream_.Answer(question);
  }};
  PageCache cache_{int64_t{64} << 20};
  CachingPageSource pages_{{.upstream = source_,
                            .cache = cache_,
                            .forecast = forecast_,
                            .clock = clock_,
                            .metrics = metrics_}};
  std::shared_ptr<ResumeKeys> keys_ = *ResumeKeys::Open({}, clock_);
  ResumeTokens tokens_{*keys_, absl::Hours(24)};
  UpstreamHabits habits_;
};

bool Run(const Query& query, FigureFile& figures) {
  Gateway gateway(query.text_alone);
  std::optional<int> calls = gateway.Calls(query);
  if (query.repeated_with.has_value()) {
    calls = gateway.Calls(query, *query.repeated_with);
  }
  if (!calls.has_value()) return false;
  const Cost least = gateway.LeastOf(query);
  const int most = least.calls + least.legs;
  const BenchFigure figure{.name = absl::StrCat("calls_", query.name),
                           .value = static_cast<double>(*calls),
                           .unit = "calls",
                           .against = static_cast<double>(least.calls),
                           .goal = static_cast<double>(most)};
  std::printf("%-24s %5d %6d %5d %5d  %s\n", query.name, *calls, least.calls,
              least.legs, most, figure.ok() ? "ok" : "TOO MANY");
  figures.Add(figure);
  return figure.ok();
}

int Main(int argc, char** argv) {
  FigureFile figures(argc, argv);
  if (!figures.ok()) return 2;
  std::printf("%d free and %d paid tasks of %d days, quiet\n",
              QuietUpstream::kFreeRows, QuietUpstream::kPaidRows,
              QuietUpstream::kDays);
  std::printf("%-24s %5s %6s %5s %5s\n", "query", "calls", "least", "legs",
              "most");
  bool kept = true;
  for (const Query& query : Queries()) kept = Run(query, figures) && kept;
  return kept ? 0 : 1;
}

}  // namespace
}  // namespace hssgw

int main(int argc, char** argv) { return hssgw::Main(argc, argv); }
