// SPDX-License-Identifier: Apache-2.0
// A listing that nothing breaks, and the ends that a caller makes.
#include "client/task_range.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <iterator>
#include <ranges>
#include <vector>

#include "client/call_status.h"
#include "google/rpc/error_details.pb.h"
#include "tests/client/fake_client_clock.h"
#include "tests/client/fake_gateway.h"
#include "tests/client/listed_tasks.h"
#include "tests/client/scripted_listing.h"
#include "tests/testing/status_matchers.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListProgress;
using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::Task;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

static_assert(std::ranges::input_range<TaskRange>);

TEST(TaskRangeTest, GivesEveryTaskWholeAndTheSummary) {
  const ScriptedListing listing(9);
  FakeGateway gateway([&](const ListTasksRequest& request, int) {
    return Script{.frames = listing.Answer(request)};
  });
  TaskRange range(gateway.stub(), {});

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.status, IsOk());
  EXPECT_THAT(listed.tasks, AreTasks(listing.tasks()));
  ASSERT_TRUE(range.summary().has_value());
  EXPECT_TRUE(range.summary()->complete());
  EXPECT_TRUE(range.plan().has_value());
  EXPECT_EQ(range.resume_token(), TokenBehind(9));
  EXPECT_EQ(range.tasks_since_token(), 0);
}

TEST(TaskRangeTest, AsksNothingBeforeItsFirstTaskIsWanted) {
  FakeGateway gateway([](const ListTasksRequest&, int) { return Script(); });

  { TaskRange range(gateway.stub(), {}); }

  EXPECT_THAT(gateway.requests(), IsEmpty());
}

TEST(TaskRangeTest, SecondLoopGoesOnAtTheTaskWhereTheFirstStopped) {
  const ScriptedListing listing(3);
  FakeGateway gateway([&](const ListTasksRequest& request, int) {
    return Script{.frames = listing.Answer(request)};
  });
  TaskRange range(gateway.stub(), {});
  for (absl::StatusOr<Task>& task : range) {
    if (task->task_id() == "task-1") break;
  }

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.tasks, SizeIs(2));
  EXPECT_THAT(gateway.requests(), SizeIs(1));
}

TEST(TaskRangeTest, DroppedRangeGivesItsStreamUp) {
  const ScriptedListing listing(6);
  FakeGateway gateway([&](const ListTasksRequest& request, int) {
    Script script{.frames = listing.Answer(request), .end = Script::End::kHold};
    script.frames.back().clear_summary();
    return script;
  });

  {
    TaskRange range(gateway.stub(), {});
    ASSERT_THAT(*range.begin(), IsOk());
  }

  gateway.WaitForCancel();
}

TEST(TaskRangeTest, CancelFromAnotherThreadEndsAWait) {
  FakeGateway gateway([](const ListTasksRequest&, int) {
    return Script{.end = Script::End::kHold};
  });
  TaskRange range(gateway.stub(), {});
  std::thread canceller([&] {
    gateway.WaitForHold();
    range.Cancel();
  });

  const Listed listed = TakeAll(range);

  canceller.join();
  EXPECT_THAT(listed.status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(gateway.requests(), SizeIs(1));
}

TEST(TaskRangeTest, TasksThatAreHereStillComeAfterACancel) {
  const ScriptedListing listing(6);
  FakeGateway gateway([&](const ListTasksRequest& request, int) {
    Script script{.frames = listing.Answer(request), .end = Script::End::kHold};
    script.frames.resize(2);  // the plan, and task-0 with task-1
    return script;
  });
  TaskRange range(gateway.stub(), {});
  ASSERT_THAT(*range.begin(), IsOk());

  range.Cancel();
  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.tasks, SizeIs(2));
  EXPECT_THAT(listed.status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(range.resume_token(), TokenBehind(2));
  EXPECT_EQ(range.tasks_since_token(), 0);
}

TEST(TaskRangeTest, CancelledBeforeItsStartAsksForNothing) {
  FakeGateway gateway([](const ListTasksRequest&, int) {
    return Script{.end = Script::End::kHold};
  });
  TaskRange range(gateway.stub(), {});
  range.Cancel();

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.status, StatusIs(absl::StatusCode::kCancelled));
}

TEST(TaskRangeTest, ProgressIsToldFrameByFrame) {
  const ScriptedListing listing(4);
  FakeGateway gateway([&](const ListTasksRequest& request, int) {
    return Script{.frames = listing.Answer(request)};
  });
  std::vector<int32_t> sent;
  TaskRange range(gateway.stub(), {},
                  {.on_progress = [&](const ListProgress& progress) {
                    sent.push_back(progress.tasks_sent());
                    EXPECT_EQ(progress.total_num(), 4);
                  }});

  TakeAll(range);

  // The plan; two tasks; three unfinished parts and the last; a task.
  EXPECT_THAT(sent, ElementsAre(0, 2, 2, 2, 2, 3, 4));
}

TEST(TaskRangeTest, ErrorIsTheLastElementAndKeepsItsDetails) {
  FakeGateway gateway([](const ListTasksRequest&, int) {
    return Script{
        .status = MakeGatewayError({.code = grpc::StatusCode::PERMISSION_DENIED,
                                    .reason = "CALLER_NOT_ALLOWED"})};
  });
  TaskRange range(gateway.stub(), {});

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.tasks, IsEmpty());
  EXPECT_THAT(listed.status, StatusIs(absl::StatusCode::kPermissionDenied,
                                      "what happened; "
                                      "what to do"));
  const auto info = DetailOf<google::rpc::ErrorInfo>(listed.status);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->reason(), "CALLER_NOT_ALLOWED");
  EXPECT_THAT(gateway.requests(), SizeIs(1));
  EXPECT_FALSE(range.summary().has_value());
}

TEST(TaskRangeTest, SummaryInsideATaskIsDataLoss) {
  const ScriptedListing listing(3);
  FakeGateway gateway([&](const ListTasksRequest& request, int) {
    Script script{.frames = listing.Answer(request)};
    script.frames.resize(3);  // the plan, two tasks, the first part of task-2
    script.frames.back().mutable_summary()->set_complete(true);
    return script;
  });
  TaskRange range(gateway.stub(), {});

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.tasks, SizeIs(2));
  EXPECT_THAT(listed.status,
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("hosts")));
}

TEST(TaskRangeTest, PartOfAnotherTaskIsDataLossAndGivesTheStreamUp) {
  const ScriptedListing listing(4);
  FakeGateway gateway([&](const ListTasksRequest& request, int) {
    Script script{.frames = listing.Answer(request), .end = Script::End::kHold};
    script.frames.erase(script.frames.begin() + 3, script.frames.end() - 1);
    return script;
  });
  TaskRange range(gateway.stub(), {});

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.status,
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("another task")));
  gateway.WaitForCancel();
}

TEST(TaskRangeTest, MessageOverTheLimitOfGrpcIsNotAskedForAgain) {
  FakeGateway gateway([](const ListTasksRequest&, int) {
    Script script{.frames = ScriptedListing::Frames(1)};
    script.frames[0].add_tasks()->set_task_name(std::string(5 << 20, 'x'));
    return script;
  });
  TaskRange range(gateway.stub(), {});

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.status, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(gateway.requests(), SizeIs(1));
}

TEST(TaskRangeTest, DeadlineReachesTheGateway) {
  FakeGateway gateway([](const ListTasksRequest&, int) {
    return Script{.end = Script::End::kHold};
  });
  TaskRange range(gateway.stub(), {}, {.deadline = absl::UnixEpoch()});

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.status, StatusIs(absl::StatusCode::kDeadlineExceeded));
}

}  // namespace
}  // namespace hssgw
