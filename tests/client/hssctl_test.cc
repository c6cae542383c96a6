// SPDX-License-Identifier: Apache-2.0
// The program hssctl before a gateway that does what a script says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include "tests/client/fake_gateway.h"
#include "tests/client/scripted_listing.h"
#include "tests/e2e/child.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksPageRequest;
using ::hss::antivirus::v1::ListTasksPageResponse;
using ::hss::antivirus::v1::ListTasksRequest;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

ChildOptions Command(const FakeGateway& gateway,
                     std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--address", gateway.address()});
  return {.program = HSSGW_HSSCTL, .arguments = std::move(arguments)};
}

class HssctlTest : public ::testing::Test {
 protected:
  const ScriptedListing listing_{9};
  FakeGateway gateway_{[this](const ListTasksRequest& request, int) {
                         return Script{.frames = listing_.Answer(request)};
                       },
                       [this](const ListTasksPageRequest& request,
                              ListTasksPageResponse& response) {
                         page_request_ = request;
                         response.set_total_size(5000);
                         return grpc::Status::OK;
                       }};
  ListTasksPageRequest page_request_;
};

TEST_F(HssctlTest, ListPrintsARowATaskAndOneLineAtTheEnd) {
  const Outcome outcome = RunToEnd(Command(gateway_, {"list"}));

  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, HasSubstr("7 hosts  task-2"));
  EXPECT_THAT(outcome.output, HasSubstr("9 tasks in "));
  EXPECT_THAT(outcome.output, HasSubstr(", 3 upstream calls\n"));
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 10);
}

TEST_F(HssctlTest, ShowsNoProgressWhereThereIsNoTerminal) {
  const Outcome outcome = RunToEnd(Command(gateway_, {"list"}));

  EXPECT_THAT(outcome.output, Not(HasSubstr("\r")));
  EXPECT_THAT(outcome.output, Not(HasSubstr("of ~9")));
}

TEST_F(HssctlTest, QuietPrintsTheRowsAlone) {
  const Outcome outcome = RunToEnd(Command(gateway_, {"list", "--quiet"}));

  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 9);
}

TEST_F(HssctlTest, FlagsBecomeTheRequest) {
  RunToEnd(Command(
      gateway_,
      {"--project-id", "p", "list", "--max-tasks", "3", "--resume-token",
       "behind-2", "--allow-incomplete", "--plan", "--task-status", "finish",
       "--paid", "true", "--host-task-status", "fail", "--last-days", "7"}));

  ASSERT_THAT(gateway_.requests(), SizeIs(1));
  const ListTasksRequest request = gateway_.requests()[0];
  EXPECT_EQ(request.ShortDebugString(),
            "project_id: \"p\" filter { last_days: 7 task_status: "
            "TASK_STATUS_FINISH whether_paid_task: true host_task_status: "
            "HOST_TASK_STATUS_FAIL } max_tasks: 3 allow_incomplete: true "
            "resume_token: \"behind-2\" plan_only: true");
}

TEST_F(HssctlTest, ListAsksForTheNewestFiftyUnlessToldOtherwise) {
  RunToEnd(Command(gateway_, {"list"}));
  RunToEnd(Command(gateway_, {"list", "--all"}));

  ASSERT_THAT(gateway_.requests(), SizeIs(2));
  EXPECT_EQ(gateway_.requests()[0].max_tasks(), 50);
  EXPECT_EQ(gateway_.requests()[1].max_tasks(), 0);
}

TEST_F(HssctlTest, CountSaysAboutHowMany) {
  const Outcome outcome = RunToEnd(Command(gateway_, {"count", "--paid=true"}));

  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, "about 5000 tasks\n");
  EXPECT_EQ(page_request_.page_size(), 1);
  EXPECT_TRUE(page_request_.filter().whether_paid_task());
}

TEST_F(HssctlTest, SummaryCountsEveryTaskWithoutItsServers) {
  const Outcome outcome = RunToEnd(Command(gateway_, {"summary"}));

  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, HasSubstr("tasks                    9\n"));
  EXPECT_THAT(outcome.output, HasSubstr("  paid                   4\n"));
  EXPECT_THAT(outcome.output, HasSubstr("complete          yes\n"));
  ASSERT_THAT(gateway_.requests(), SizeIs(1));
  EXPECT_EQ(gateway_.requests()[0].view(), hss::antivirus::v1::TASK_VIEW_BASIC);
  EXPECT_EQ(gateway_.requests()[0].max_tasks(), 0);
}

TEST_F(HssctlTest, TimeoutAndDeadlineExcludeEachOther) {
  const Outcome outcome =
      RunToEnd(Command(gateway_, {"list", "--timeout", "5s", "--deadline",
                                  "2026-01-31T08:00:00Z"}));

  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(gateway_.requests(), IsEmpty());
}

TEST_F(HssctlTest, PastDeadlineIsAnError) {
  const Outcome outcome = RunToEnd(
      Command(gateway_, {"list", "--deadline", "2026-01-31T08:00:00Z"}));

  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr(gateway_.address()));
}

// Two tasks, then no.
Script RefusedBehindTwo(const ListTasksRequest& request) {
  Script script{.frames = ScriptedListing(9).Answer(request),
                .status = {grpc::StatusCode::PERMISSION_DENIED, "no more"}};
  script.frames.resize(2);
  return script;
}

TEST(HssctlEndTest, ErrorTellsHowToGoOn) {
  FakeGateway gateway([](const ListTasksRequest& request, int) {
    return RefusedBehindTwo(request);
  });

  const Outcome outcome =
      RunToEnd(Command(gateway, {"list", "--max-tasks", "7"}));

  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("no more"));
  EXPECT_THAT(outcome.output,
              HasSubstr("go on behind what came with: --max-tasks 5 "
                        "--resume-token behind-2\n"));
}

// Half of its counts are gone: there is nothing to go on with.
TEST(HssctlEndTest, SummaryThatFailsPrintsItsErrorAlone) {
  FakeGateway gateway([](const ListTasksRequest& request, int) {
    return RefusedBehindTwo(request);
  });

  const Outcome outcome = RunToEnd(Command(gateway, {"summary"}));

  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.output, "hssctl: " + gateway.address() + ": no more\n");
}

// The first stream breaks, so that the second one says that its tasks came.
TEST(HssctlEndTest, CtrlCTellsHowToGoOn) {
  const ScriptedListing listing(9);
  FakeGateway gateway([&](const ListTasksRequest& request, int stream) {
    if (stream > 0) return Script{.end = Script::End::kHold};
    Script script{.frames = listing.Answer(request),
                  .status = {grpc::StatusCode::UNAVAILABLE, "broke"}};
    script.frames.resize(2);
    return script;
  });
  Child hssctl(Command(gateway, {"list", "--all"}));
  gateway.WaitForHold();

  hssctl.Signal(SIGINT);

  EXPECT_EQ(hssctl.Wait(), 130);
  EXPECT_THAT(hssctl.Output(), HasSubstr("hssctl: stopped\n"));
  EXPECT_THAT(hssctl.Output(),
              HasSubstr("with: --all --resume-token behind-2\n"));
  gateway.WaitForCancel();
}

}  // namespace
}  // namespace hssgw
