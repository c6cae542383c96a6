// SPDX-License-Identifier: Apache-2.0
// What a range asks for after a break, how long it waits, and when it gives up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client/call_status.h"
#include "client/gateway_channel.h"
#include "client/task_range.h"
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
using ::hss::antivirus::v1::ListTasksResponse;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::SizeIs;

constexpr int kTasks = 9;

// One break after so many frames, then everything.
class BrokenOnceTest : public ::testing::Test {
 protected:
  FakeGateway::Answer BreaksOnce(size_t frames, const grpc::Status& status) {
    return [=, this](const ListTasksRequest& request, int stream) {
      Script script{.frames = listing_.Answer(request)};
      if (stream > 0) return script;
      script.frames.resize(frames);
      script.status = status;
      return script;
    };
  }

  const ScriptedListing listing_{kTasks};
  FakeClientClock clock_;
};

const grpc::Status& SocketClosed() {
  static const auto& status =
      *new grpc::Status(grpc::StatusCode::UNAVAILABLE, "Socket closed");
  return status;
}

TEST_F(BrokenOnceTest, ResumedStreamIsAskedForWhatIsMissing) {
  FakeGateway gateway(BreaksOnce(6, SocketClosed()));  // task-0 to task-2
  ListTasksRequest request;
  request.set_project_id("p");
  request.mutable_filter()->set_task_name("weekly");
  request.set_max_tasks(7);
  request.set_allow_incomplete(true);
  TaskRange range(gateway.stub(), request, {.clock = clock_});

  EXPECT_THAT(TakeAll(range).tasks, SizeIs(7));

  ASSERT_THAT(gateway.requests(), SizeIs(2));
  ListTasksRequest resumed = request;
  resumed.set_max_tasks(4);
  resumed.set_resume_token(TokenBehind(3));
  EXPECT_EQ(gateway.requests()[1].SerializeAsString(),
            resumed.SerializeAsString());
}

TEST_F(BrokenOnceTest, CountsGoOnOverTheBreak) {
  FakeGateway gateway(BreaksOnce(6, SocketClosed()));
  std::vector<ListProgress> told;
  TaskRange range(gateway.stub(), {},
                  {.on_progress = [&](const auto& p) { told.push_back(p); },
                   .clock = clock_});

  TakeAll(range);

  ASSERT_GT(told.size(), 7U);
  EXPECT_EQ(told[6].tasks_sent(), 3);  // the plan of the second stream
  EXPECT_EQ(told[6].upstream_calls_made(), 6);
  EXPECT_EQ(told.back().tasks_sent(), kTasks);
  EXPECT_EQ(range.summary()->task_count(), kTasks);
  EXPECT_EQ(range.summary()->upstream_calls(), 6);
}

TEST_F(BrokenOnceTest, BreakIsToldWithTheTimeOfTheNextTry) {
  FakeGateway gateway(BreaksOnce(2, SocketClosed()));
  std::vector<absl::Status> broke;
  absl::Time next;
  TaskRange range(gateway.stub(), {},
                  {.on_break =
                       [&](const absl::Status& status, absl::Time retry) {
                         broke.push_back(status);
                         next = retry;
                       },
                   .clock = clock_});

  TakeAll(range);

  EXPECT_THAT(broke, ElementsAre(StatusIs(absl::StatusCode::kUnavailable,
                                          "Socket "
                                          "closed")));
  EXPECT_EQ(next, clock_.Now());
}

TEST_F(BrokenOnceTest, WaitsAsLongAsRetryInfoSays) {
  FakeGateway gateway(BreaksOnce(
      2, MakeGatewayError({.code = grpc::StatusCode::RESOURCE_EXHAUSTED,
                           .reason = "UPSTREAM_THROTTLED",
                           .resume_token = TokenBehind(2),
                           .tasks_sent = 2,
                           .retry_seconds = 38})));
  TaskRange range(gateway.stub(), {}, {.clock = clock_});

  EXPECT_THAT(TakeAll(range).status, IsOk());

  EXPECT_THAT(clock_.waits(),
              ElementsAre(AllOf(Ge(absl::Seconds(38)), Lt(absl::Seconds(39)))));
}

TEST_F(BrokenOnceTest, RetryPastTheDeadlineEndsTheListingAtOnce) {
  FakeGateway gateway(
      BreaksOnce(2, MakeGatewayError({.resume_token = TokenBehind(2),
                                      .tasks_sent = 2,
                                      .retry_seconds = 38})));
  TaskRange range(
      gateway.stub(), {},
      {.deadline = clock_.Now() + absl::Seconds(37), .clock = clock_});

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(clock_.waits(), IsEmpty());
  EXPECT_EQ(range.resume_token(), TokenBehind(2));
  EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(listed.status).has_value());
}

// A pushback in the trailers, as stubs that retry by themselves read it.
Script PushedBack(const std::string& millis) {
  return {.status = {grpc::StatusCode::UNAVAILABLE, ""},
          .trailers = {{"grpc-retry-pushback-ms", millis}}};
}

TEST_F(BrokenOnceTest, WaitsAsLongAsThePushbackSays) {
  FakeGateway gateway([&](const ListTasksRequest& request, int stream) {
    if (stream == 0) return PushedBack("4000");
    return Script{.frames = listing_.Answer(request)};
  });
  TaskRange range(gateway.stub(), {}, {.clock = clock_});

  EXPECT_THAT(TakeAll(range).status, IsOk());

  EXPECT_THAT(clock_.waits(), ElementsAre(Ge(absl::Seconds(4))));
}

TEST_F(BrokenOnceTest, NegativeOrUnreadablePushbackForbidsAnotherTry) {
  for (const char* pushback : {"-1", "soon"}) {
    FakeGateway gateway([pushback](const ListTasksRequest&, int) {
      return PushedBack(pushback);
    });
    TaskRange range(gateway.stub(), {}, {.clock = clock_});

    EXPECT_THAT(TakeAll(range).status,
                StatusIs(absl::StatusCode::kUnavailable));

    EXPECT_THAT(gateway.requests(), SizeIs(1)) << pushback;
  }
}

TEST_F(BrokenOnceTest, PatienceIsForOneTaskNotForTheListing) {
  FakeGateway gateway([&](const ListTasksRequest& request, int) {
    Script script{.frames = listing_.Answer(request)};
    if (script.frames.size() <= 5) return script;
    script.frames.resize(5);
    script.status = MakeGatewayError({.retry_seconds = 38});
    return script;
  });
  TaskRange range(gateway.stub(), {},
                  {.patience = absl::Minutes(1), .clock = clock_});

  EXPECT_THAT(TakeAll(range).tasks, AreTasks(listing_.tasks()));

  EXPECT_GT(clock_.waits().size(), 2U);
}

TEST_F(BrokenOnceTest, TokenOfTheErrorIsTakenIfNothingIsMissingHere) {
  // Behind tasks that a filter left out: no frame told of them.
  FakeGateway gateway(BreaksOnce(
      2, MakeGatewayError({.resume_token = TokenBehind(5), .tasks_sent = 2})));
  TaskRange range(gateway.stub(), {}, {.clock = clock_});

  TakeAll(range);

  EXPECT_EQ(gateway.requests()[1].resume_token(), TokenBehind(5));
}

TEST_F(BrokenOnceTest, TokenAheadOfWhatCameIsNotTaken) {
  FakeGateway gateway(BreaksOnce(
      2, MakeGatewayError({.resume_token = TokenBehind(5), .tasks_sent = 5})));
  TaskRange range(gateway.stub(), {}, {.clock = clock_});

  EXPECT_THAT(TakeAll(range).tasks, AreTasks(listing_.tasks()));

  EXPECT_EQ(gateway.requests()[1].resume_token(), TokenBehind(2));
}

TEST_F(BrokenOnceTest, SummaryIsTheEndWhateverFollowsIt) {
  FakeGateway gateway([&](const ListTasksRequest& request, int) {
    return Script{.frames = listing_.Answer(request), .status = SocketClosed()};
  });
  TaskRange range(gateway.stub(), {}, {.clock = clock_});

  EXPECT_THAT(TakeAll(range).status, IsOk());

  EXPECT_TRUE(range.summary().has_value());
  EXPECT_THAT(gateway.requests(), SizeIs(1));
}

TEST_F(BrokenOnceTest, BreakBehindTheLastOfMaxTasksIsTheEnd) {
  FakeGateway gateway([&](const ListTasksRequest& request, int) {
    Script script{.frames = listing_.Answer(request), .status = SocketClosed()};
    script.frames.back().clear_summary();
    return script;
  });
  ListTasksRequest request;
  request.set_max_tasks(3);
  TaskRange range(gateway.stub(), request, {.clock = clock_});

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.status, IsOk());
  EXPECT_THAT(listed.tasks, SizeIs(3));
  EXPECT_FALSE(range.summary().has_value());
  // Zero more would mean: all.
  EXPECT_THAT(gateway.requests(), SizeIs(1));
}

TEST_F(BrokenOnceTest, CancelDuringTheWaitEndsTheListing) {
  FakeGateway gateway(BreaksOnce(2, SocketClosed()));
  TaskRange range(gateway.stub(), {}, {.clock = clock_});
  clock_.OnWait([&] { range.Cancel(); });

  EXPECT_THAT(TakeAll(range).status, StatusIs(absl::StatusCode::kCancelled));

  EXPECT_THAT(gateway.requests(), SizeIs(1));
}

TEST_F(BrokenOnceTest, ExpiredTokenEndsTheListing) {
  FakeGateway gateway([&](const ListTasksRequest& request, int stream) {
    Script script{.frames = listing_.Answer(request)};
    script.frames.resize(stream == 0 ? 2 : 0);
    script.status = stream == 0
                        ? SocketClosed()
                        : MakeGatewayError({.code = grpc::StatusCode::ABORTED,
                                            .reason = "TOKEN_EXPIRED"});
    return script;
  });
  TaskRange range(gateway.stub(), {}, {.clock = clock_});

  EXPECT_THAT(TakeAll(range).status, StatusIs(absl::StatusCode::kAborted));

  EXPECT_THAT(gateway.requests(), SizeIs(2));
}

// A gateway that sends no tokens.
Script WithoutTokens(Script script) {
  for (ListTasksResponse& frame : script.frames) frame.clear_resume_token();
  return script;
}

TEST_F(BrokenOnceTest, WithoutTokensItBeginsAgainWhileNothingWasGivenOut) {
  FakeGateway gateway([&](const ListTasksRequest& request, int stream) {
    return WithoutTokens(BreaksOnce(1, SocketClosed())(request, stream));
  });
  TaskRange range(gateway.stub(), {}, {.clock = clock_});

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.status, IsOk());
  EXPECT_THAT(listed.tasks, AreTasks(listing_.tasks()));
}

TEST_F(BrokenOnceTest, WithoutTokensItEndsRatherThanRepeat) {
  FakeGateway gateway([&](const ListTasksRequest& request, int stream) {
    return WithoutTokens(BreaksOnce(2, SocketClosed())(request, stream));
  });
  TaskRange range(gateway.stub(), {}, {.clock = clock_});

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.tasks, SizeIs(2));
  EXPECT_THAT(listed.status, StatusIs(absl::StatusCode::kUnavailable,
                                      HasSubstr("2 tasks came without")));
  EXPECT_EQ(range.tasks_since_token(), 2);
  EXPECT_THAT(gateway.requests(), SizeIs(1));
}

TEST_F(BrokenOnceTest, WithoutSummaryForeverIsDataLoss) {
  FakeGateway gateway([](const ListTasksRequest&, int) { return Script(); });
  TaskRange range(gateway.stub(), {}, {.clock = clock_});

  EXPECT_THAT(TakeAll(range).status, StatusIs(absl::StatusCode::kDataLoss,
                                              HasSubstr("without a summary")));

  EXPECT_GT(gateway.requests().size(), 2U);
}

TEST_F(BrokenOnceTest, TaskThatNeverComesWholeIsGivenUp) {
  FakeGateway gateway([&](const ListTasksRequest& request, int) {
    Script script{.frames = listing_.Answer(request), .status = SocketClosed()};
    script.frames.resize(4);  // into the parts of task-2
    return script;
  });
  TaskRange range(gateway.stub(), {}, {.clock = clock_});

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.status,
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("tried")));
  EXPECT_LE(clock_.waits().size(), 100U);
}

TEST_F(BrokenOnceTest, GatewayThatDoesNotAnswerIsGivenUpSoon) {
  const auto nobody =
      hss::antivirus::v1::AntivirusTaskService::NewStub(MakeGatewayChannel(
          "unix:/nonexistent/socket", grpc::InsecureChannelCredentials()));
  TaskRange range(*nobody, {}, {.clock = clock_});
  const absl::Time start = clock_.Now();

  EXPECT_THAT(TakeAll(range).status, StatusIs(absl::StatusCode::kUnavailable));

  EXPECT_LE(clock_.Now() - start, absl::Seconds(5));
  EXPECT_THAT(clock_.waits(), Each(Lt(absl::Seconds(5))));
}

}  // namespace
}  // namespace hssgw
