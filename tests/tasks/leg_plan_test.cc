// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/leg_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

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

}  // namespace
}  // namespace hssgw
