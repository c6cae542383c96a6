// SPDX-License-Identifier: Apache-2.0
#include "client/hssctl/task_tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/hssctl/text.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListPlan;
using ::hss::antivirus::v1::ListSummary;
using ::hss::antivirus::v1::Task;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(TaskTallyTest, CountsByListStateAndServer) {
  Task free;
  free.set_task_status(hss::antivirus::v1::TASK_STATUS_FINISH);
  free.mutable_start_time()->set_seconds(1700000000);
  free.set_host_num(10);
  free.set_success_host_num(7);
  free.set_fail_host_num(2);
  free.set_cancel_host_num(1);
  Task paid = free;
  paid.set_whether_paid_task(true);
  paid.mutable_start_time()->set_seconds(1600000000);
  Task scanning;
  scanning.set_task_status(hss::antivirus::v1::TASK_STATUS_SCANNING);
  TaskTally tally;

  for (const Task& task : {free, paid, scanning}) tally.Add(task);

  EXPECT_EQ(tally.ToText(),
            "tasks                    3\n"
            "began             2020-09-13T12:26:40Z to 2023-11-14T22:13:20Z\n"
            "  free                   2\n"
            "  paid                   1\n"
            "  finish                 2\n"
            "  scanning               1\n"
            "servers                 20\n"
            "  success               14\n"
            "  fail                   4\n"
            "  cancel                 2\n");
}

TEST(TaskTallyTest, NothingIsCountedAsNothing) {
  EXPECT_THAT(TaskTally().ToText(), StartsWith("tasks                    0\n"));
  EXPECT_THAT(TaskTally().ToText(), Not(HasSubstr("began")));
}

TEST(SummaryTextTest, SaysWhatIsMissingAndWhatIsOld) {
  ListSummary summary;
  summary.mutable_oldest_fetch_time()->set_seconds(1600000000);
  summary.mutable_newest_fetch_time()->set_seconds(1700000000);
  summary.set_stale(true);
  summary.set_upstream_calls(27);

  EXPECT_EQ(ToText(summary),
            "complete          NO: rows moved too fast\n"
            "read from HSS     2020-09-13T12:26:40Z to 2023-11-14T22:13:20Z, "
            "STALE\n"
            "upstream calls          27\n"
            "pages shared             0\n"
            "repairs                  0\n");
}

TEST(SummaryTextTest, SaysThatTheOrderChanged) {
  ListSummary summary;
  summary.set_end(hss::antivirus::v1::END_REASON_ORDER_UNSTABLE);

  EXPECT_THAT(ToText(summary), HasSubstr("NO: HSS changed the order"));
}

TEST(RowTest, HoldsNothingThatATerminalObeys) {
  Task task;
  task.set_task_id("a\x1b[2J");
  task.set_task_name(
      "\xc2\x9b"
      "31m\xe6\x9f\xa5\r\x7f");

  EXPECT_THAT(ToRow(task), testing::EndsWith("?31m\xe6\x9f\xa5??\n"));
  EXPECT_THAT(ToRow(task), HasSubstr("  a?[2J  "));
}

TEST(PlanTextTest, HasALineForEveryList) {
  ListPlan plan;
  auto& free = *plan.add_legs();
  free.mutable_begin_time()->set_seconds(1600000000);
  free.mutable_end_time()->set_seconds(1700000000);
  auto& paid = *plan.add_legs();
  paid.set_whether_paid_task(true);
  paid.set_last_days(7);
  plan.set_upstream_calls_needed(27);
  plan.set_pages_cached(3);
  plan.mutable_first_frame_expected_time()->set_seconds(1700000000);

  EXPECT_EQ(ToText(plan),
            "free tasks from 2020-09-13T12:26:40Z until 2023-11-14T22:13:20Z\n"
            "paid tasks of the last 7 days\n"
            "upstream calls needed: 27\n"
            "pages at hand: 3\n"
            "first tasks expected: 2023-11-14T22:13:20Z\n");
}

TEST(PlanTextTest, SaysThatTheCostIsNotKnownYet) {
  EXPECT_THAT(ToText(ListPlan()),
              HasSubstr("upstream calls needed: known when"));
}

}  // namespace
}  // namespace hssgw
