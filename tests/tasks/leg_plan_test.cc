// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/leg_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;
using ::testing::SizeIs;

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error))
      << error;
  return time;
}

const absl::Time kNow = absl::FromUnixSeconds(1790000000);

TEST(WidenWindowTest, BeginGoesDownToTheHour) {
  const LegWindow window =
      WidenWindow(At("2026-01-02T03:59:59Z"), At("2026-01-02T04:00:01Z"),
                  At("2026-01-02T05:00:00Z"));

  EXPECT_EQ(window.begin, At("2026-01-02T03:00:00Z"));
}

TEST(WidenWindowTest, EndGoesUpToFiveMinutes) {
  const LegWindow window =
      WidenWindow(At("2026-01-02T03:00:00Z"), At("2026-01-02T04:00:01Z"),
                  At("2026-01-02T05:00:00Z"));

  EXPECT_EQ(window.end, At("2026-01-02T04:05:00Z"));
}

TEST(WidenWindowTest, EndOlderThanADayGoesUpToTheHour) {
  const LegWindow window =
      WidenWindow(At("2026-01-02T03:00:00Z"), At("2026-01-02T04:00:01Z"),
                  At("2026-01-04T05:00:00Z"));

  EXPECT_EQ(window.end, At("2026-01-02T05:00:00Z"));
}

TEST(WidenWindowTest, BoundsOnTheGridStayAsTheyAre) {
  const LegWindow window =
      WidenWindow(At("2026-01-02T03:00:00Z"), At("2026-01-02T04:05:00Z"),
                  At("2026-01-02T05:00:00Z"));

  EXPECT_EQ(window.begin, At("2026-01-02T03:00:00Z"));
  EXPECT_EQ(window.end, At("2026-01-02T04:05:00Z"));
}

TEST(PlanWindowsTest, LegsSayWhoseListTheyAre) {
  ListTasksRequest request;
  const TaskQuery query =
      *TaskQuery::FromProto(request, {.profile = "prod",
                                      .endpoint = "https://hss.example",
                                      .projects = {"p1"}});

  const std::vector<WindowPlan> windows = PlanWindows(query, kNow, {});
  ASSERT_THAT(windows, SizeIs(1));
  for (const LegKey& leg : windows[0].legs) {
    EXPECT_EQ(leg.profile, "prod");
    EXPECT_EQ(leg.endpoint, "https://hss.example");
    EXPECT_EQ(leg.project_id, "p1");
  }
}

TEST(PlanWindowsTest, UnsetPaidFlagReadsBothLists) {
  const auto query =
      TaskQuery::FromProto(ListTasksRequest(), {.projects = {"p"}});

  const std::vector<WindowPlan> windows = PlanWindows(*query, kNow, {});

  ASSERT_THAT(windows, SizeIs(1));
  ASSERT_THAT(windows[0].legs, SizeIs(2));
  EXPECT_FALSE(windows[0].legs[0].whether_paid_task);
  EXPECT_TRUE(windows[0].legs[1].whether_paid_task);
}

TEST(PlanWindowsTest, QuestionsAlikeButForAMinuteAreTheSame) {
  const auto plan = [](int64_t minute) {
    ListTasksRequest request;
    auto& filter = *request.mutable_filter();
    filter.mutable_begin_time()->set_seconds(1789990200 + 60 * minute);
    filter.mutable_end_time()->set_seconds(1789999801 + 60 * minute);
    const auto query = TaskQuery::FromProto(request, {.projects = {"p"}});
    return PlanWindows(*query, kNow, {})[0];
  };

  EXPECT_EQ(plan(0).legs, plan(1).legs);
  EXPECT_NE(plan(0).rows.begin_millis, plan(1).rows.begin_millis);
}

TEST(PlanWindowsTest, RowsAreThoseWithinTheCallersBounds) {
  ListTasksRequest request;
  auto& filter = *request.mutable_filter();
  filter.mutable_begin_time()->set_seconds(1000);
  filter.mutable_begin_time()->set_nanos(1);
  filter.mutable_end_time()->set_seconds(2000);
  filter.mutable_end_time()->set_nanos(1999999);
  const auto query = TaskQuery::FromProto(request, {.projects = {"p"}});

  const WindowPlan window = PlanWindows(*query, kNow, {})[0];

  EXPECT_EQ(window.rows.begin_millis, 1000001);
  EXPECT_EQ(window.rows.end_millis, 2000001);
  EXPECT_FALSE(window.open_ended);
}

// What a query of these bounds (seconds) is planned as.
std::vector<WindowPlan> Plan(std::optional<absl::Time> begin,
                             std::optional<absl::Time> end,
                             const WindowLimits& limits = {}) {
  ListTasksRequest request;
  auto& filter = *request.mutable_filter();
  filter.set_whether_paid_task(false);
  if (begin)
    filter.mutable_begin_time()->set_seconds(absl::ToUnixSeconds(*begin));
  if (end) filter.mutable_end_time()->set_seconds(absl::ToUnixSeconds(*end));
  const auto query = TaskQuery::FromProto(request, {.projects = {"p"}});
  return PlanWindows(*query, kNow, limits);
}

// The promise "Any window".
TEST(PlanWindowsTest, WindowFromABeginIsAskedAsLastDaysWithADayToSpare) {
  const std::vector<WindowPlan> windows =
      Plan(kNow - absl::Hours(24 * 10), std::nullopt);

  ASSERT_THAT(windows, SizeIs(1));
  EXPECT_EQ(windows[0].legs[0].window.last_days, 11);
  EXPECT_EQ(windows[0].rows.begin_millis,
            absl::ToUnixMillis(kNow - absl::Hours(24 * 10)));
  EXPECT_TRUE(windows[0].open_ended);
}

TEST(PlanWindowsTest, WindowOfADayAndAHalfIsOneQuestion) {
  const std::vector<WindowPlan> windows =
      Plan(kNow - absl::Hours(36), std::nullopt);

  ASSERT_THAT(windows, SizeIs(1));
  EXPECT_TRUE(windows[0].legs[0].window.begin.has_value());
}

TEST(PlanWindowsTest, WindowUntilAnEndIsTheWholeListCutHere) {
  const std::vector<WindowPlan> windows =
      Plan(std::nullopt, kNow - absl::Hours(100));

  ASSERT_THAT(windows, SizeIs(1));
  EXPECT_EQ(windows[0].legs[0].window, LegWindow());
  EXPECT_EQ(windows[0].rows.end_millis,
            absl::ToUnixMillis(kNow - absl::Hours(100)));
}

TEST(PlanWindowsTest, OldWindowIsCutNewestFirstWithoutGapOrOverlap) {
  const absl::Time begin = kNow - absl::Hours(24 * 200);
  const absl::Time end = kNow - absl::Hours(24 * 190);
  const std::vector<WindowPlan> windows = Plan(begin, end);

  ASSERT_THAT(windows, SizeIs(6));
  EXPECT_EQ(windows.front().rows.end_millis, absl::ToUnixMillis(end));
  EXPECT_EQ(windows.back().rows.begin_millis, absl::ToUnixMillis(begin));
  for (size_t i = 0; i < windows.size(); ++i) {
    const LegWindow& window = windows[i].legs[0].window;
    EXPECT_LE(*window.end - *window.begin, absl::Hours(48));
    if (i == 0) continue;
    EXPECT_EQ(windows[i].rows.end_millis + 1, windows[i - 1].rows.begin_millis);
    EXPECT_EQ(window.end, windows[i - 1].legs[0].window.begin);
  }
}

TEST(PlanWindowsTest, SeamsAreSharedByQueriesThatDiffer) {
  const auto a =
      Plan(kNow - absl::Hours(24 * 200), kNow - absl::Hours(24 * 190));
  const auto b =
      Plan(kNow - absl::Hours(24 * 201), kNow - absl::Hours(24 * 189));

  EXPECT_EQ(a[1].legs, b[2].legs);
}

TEST(PlanWindowsTest, FormatWithoutLimitAsksOnce) {
  const std::vector<WindowPlan> windows =
      Plan(kNow - absl::Hours(24 * 200), kNow,
           {.time_format = TimeFormat::kUtcText, .max_range = std::nullopt});

  ASSERT_THAT(windows, SizeIs(1));
  EXPECT_EQ(windows[0].legs[0].time_format, TimeFormat::kUtcText);
}

}  // namespace
}  // namespace hssgw
