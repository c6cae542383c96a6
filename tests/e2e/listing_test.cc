// SPDX-License-Identifier: Apache-2.0
// The gateway as a user has it: real processes, real sockets, real signals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "client/call_status.h"
#include "client/task_range.h"
#include "google/rpc/error_details.pb.h"
#include "hss/antivirus/v1/task_service.pb.h"
#include "tests/e2e/child.h"
#include "tests/e2e/expected_task.h"
#include "tests/e2e/stack.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::Task;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

// One stream: a test that breaks something wants to see that break.
absl::Status ListToEnd(const Stack& stack, std::vector<Task>* tasks = nullptr,
                       const ListTasksRequest& request = {},
                       absl::Time deadline = absl::InfiniteFuture()) {
  const auto stub = stack.NewStub();
  TaskRange range(*stub, request,
                  {.deadline = deadline,
                   .patience = absl::ZeroDuration(),
                   .start_patience = absl::ZeroDuration()});
  for (absl::StatusOr<Task>& task : range) {
    if (!task.ok()) return task.status();
    if (tasks != nullptr) tasks->push_back(*std::move(task));
  }
  return absl::OkStatus();
}

// Asks the simulator until it has seen so many; ctest's time-out ends it.
void WaitForCounter(const Stack& stack, const std::string& name,
                    int64_t value) {
  int64_t seen = 0;
  while (seen < value) {
    seen = stack.Counter(name);
    ASSERT_GE(seen, 0) << "the simulator has no counter " << name;
  }
}

google::rpc::ErrorInfo ErrorInfoOf(const absl::Status& status) {
  return DetailOf<google::rpc::ErrorInfo>(status).value_or(
      google::rpc::ErrorInfo());
}

TEST(ListingTest, CppClientGetsEveryTaskAsItWasGenerated) {
  Stack stack;
  ASSERT_TRUE(stack.up());
  std::vector<Task> tasks;

  const absl::Status status = ListToEnd(stack, &tasks);

  ASSERT_TRUE(status.ok()) << status;
  ExpectGenerated(tasks, {});
  EXPECT_EQ(stack.Counter("signature_failures"), 0);
  EXPECT_TRUE(std::is_sorted(
      tasks.begin(), tasks.end(), [](const Task& a, const Task& b) {
        return a.start_time().seconds() > b.start_time().seconds();
      }));
}

TEST(ListingTest, HssctlListsEveryTaskAndTellsItsCost) {
  Stack stack;
  ASSERT_TRUE(stack.up());

  const Outcome outcome =
      RunToEnd({.program = HssctlProgram(),
                .arguments = {"--address", stack.address(), "list", "--all"}});

  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, HasSubstr("5000 tasks in "));
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'),
            5001);
}

TEST(ListingTest, SecondListingCostsNoUpstreamCall) {
  Stack stack;
  ASSERT_TRUE(stack.up());
  ASSERT_TRUE(ListToEnd(stack).ok());
  const int64_t requests = stack.Counter("list_requests");
  std::vector<Task> tasks;

  ASSERT_TRUE(ListToEnd(stack, &tasks).ok());

  EXPECT_EQ(stack.Counter("list_requests"), requests);
  ExpectGenerated(tasks, {});
}

TEST(ListingTest, HssctlTellsTheAgeOfWhatCameFromTheCache) {
  Stack stack;
  ASSERT_TRUE(stack.up());
  ASSERT_TRUE(ListToEnd(stack).ok());

  const Outcome outcome =
      RunToEnd({.program = HssctlProgram(),
                .arguments = {"--address", stack.address(), "list", "--all"}});

  EXPECT_THAT(outcome.output,
              ContainsRegex(", 0 upstream calls; [0-9]+ pages shared, the "
                            "oldest [0-9.]+m?s old\n"));
}

TEST(ListingTest, ZeroStalenessAsksUpstreamAgain) {
  Stack stack;
  ASSERT_TRUE(stack.up());
  ListTasksRequest request;
  request.mutable_freshness()->mutable_max_staleness();
  ASSERT_TRUE(ListToEnd(stack, nullptr, request).ok());
  const int64_t requests = stack.Counter("list_requests");

  ASSERT_TRUE(ListToEnd(stack, nullptr, request).ok());

  EXPECT_EQ(stack.Counter("list_requests"), 2 * requests);
}

TEST(ListingTest, WrongSignatureIsTheGatewaysFaultNotTheCallers) {
  Stack stack({.secret_key = "wrong-secret-key"});
  ASSERT_TRUE(stack.up());

  const absl::Status status = ListToEnd(stack);

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorInfoOf(status).reason(), "UPSTREAM_CREDENTIAL_REJECTED");
  // One for the free and one for the paid list, never more: five lock a key.
  EXPECT_LE(stack.Counter("signature_failures"), 2);
}

TEST(ListingTest, UpstreamDownIsUnavailableWithItsCause) {
  Stack stack;
  ASSERT_TRUE(stack.up());
  stack.simulator().Signal(SIGTERM);
  stack.simulator().Wait();

  const absl::Status status = ListToEnd(stack);

  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorInfoOf(status).metadata().at("cause"), "REFUSED");
}

TEST(ListingTest, SecretReachesNeitherLogNorError) {
  Stack stack({.secret_key = "wrong-secret-key"});
  ASSERT_TRUE(stack.up());
  const absl::Status status = ListToEnd(stack);
  stack.gateway().Signal(SIGTERM);
  stack.gateway().Wait();

  EXPECT_THAT(stack.gateway().Output(), Not(HasSubstr("wrong-secret-key")));
  EXPECT_THAT(stack.gateway().Output(), Not(HasSubstr("SIMULATORACCESSKEY01")));
  EXPECT_THAT(std::string(status.message()),
              Not(HasSubstr("SIMULATORACCESSKEY01")));
}

TEST(ListingTest, CancelReachesTheSocketOfUpstream) {
  Stack stack({.simulator_flags = {"--latency", "30s"}});
  ASSERT_TRUE(stack.up());
  const auto stub = stack.NewStub();
  grpc::ClientContext context;
  const auto stream = stub->ListTasks(&context, ListTasksRequest());
  WaitForCounter(stack, "lists_in_flight", 1);

  context.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);

  WaitForCounter(stack, "disconnects_seen", 1);
}

TEST(ListingTest, DeadlineReachesTheSocketOfUpstream) {
  Stack stack({.simulator_flags = {"--latency", "30s"}});
  ASSERT_TRUE(stack.up());

  const absl::Status status =
      ListToEnd(stack, nullptr, {}, absl::Now() + absl::Seconds(1));

  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  WaitForCounter(stack, "disconnects_seen", 1);
}

TEST(ListingTest, SigtermLetsARunningListingFinish) {
  Stack stack({.simulator_flags = {"--latency", "200ms"}});
  ASSERT_TRUE(stack.up());
  const auto stub = stack.NewStub();
  TaskRange range(*stub, {});
  ASSERT_TRUE(range.begin()->ok());

  stack.gateway().Signal(SIGTERM);
  for (const absl::StatusOr<Task>& task : range) {
    ASSERT_TRUE(task.ok()) << task.status();
  }

  EXPECT_EQ(range.task_count(), 5000);
  EXPECT_EQ(stack.gateway().Wait(), 0);
}

TEST(ListingTest, SigtermEndsAfterTheGrace) {
  Stack stack({.simulator_flags = {"--latency", "30s"},
               .gateway_flags = {"--drain-grace", "100ms"}});
  ASSERT_TRUE(stack.up());
  const auto stub = stack.NewStub();
  grpc::ClientContext context;
  const auto stream = stub->ListTasks(&context, ListTasksRequest());
  WaitForCounter(stack, "lists_in_flight", 1);

  stack.gateway().Signal(SIGTERM);

  EXPECT_EQ(stack.gateway().Wait(), 0);
  EXPECT_FALSE(stream->Finish().ok());
}

struct BadStart {
  const char* name;
  std::vector<std::string> flags;
  std::vector<std::string> environment;
  const char* complaint;

  friend void PrintTo(const BadStart& start, std::ostream* out) {
    *out << start.name;
  }
};

class BadStartTest : public ::testing::TestWithParam<BadStart> {};

TEST_P(BadStartTest, EndsWithOneLineThatSaysHowToFixIt) {
  const Outcome outcome = RunToEnd({.program = GatewayProgram(),
                                    .arguments = GetParam().flags,
                                    .environment = GetParam().environment});

  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.output, HasSubstr(GetParam().complaint));
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 1)
      << outcome.output;
}

const std::vector<std::string>& Keys() {
  static const auto& keys = *new std::vector<std::string>{
      "HUAWEICLOUD_SDK_AK=a", "HUAWEICLOUD_SDK_SK=s",
      "HUAWEICLOUD_SDK_PROJECT_ID=p"};
  return keys;
}

INSTANTIATE_TEST_SUITE_P(
    EveryInput, BadStartTest,
    testing::Values(
        BadStart{"NoUpstream", {}, Keys(), "--region"},
        BadStart{"BadRegion", {"--region", "no such"}, Keys(), "region"},
        BadStart{
            "BadEndpoint", {"--endpoint", "ftp://x"}, Keys(), "--endpoint"},
        BadStart{"Plaintext",
                 {"--endpoint", "http://127.0.0.1:1"},
                 Keys(),
                 "--allow-plaintext-upstream"},
        BadStart{"NoCredential",
                 {"--region", "cn-north-4", "--project-id", "p"},
                 {},
                 "HUAWEICLOUD_SDK_AK"},
        BadStart{"NoProject",
                 {"--region", "cn-north-4"},
                 {"HUAWEICLOUD_SDK_AK=a", "HUAWEICLOUD_SDK_SK=s"},
                 "--project-id"},
        BadStart{"UnreadableFile",
                 {"--region", "cn-north-4", "--ak-file", "/nowhere/ak",
                  "--sk-file", "/nowhere/sk"},
                 Keys(),
                 "/nowhere/ak"},
        BadStart{"BadListen",
                 {"--region", "cn-north-4", "--listen", "0.0.0.0:1"},
                 Keys(),
                 "loopback"},
        BadStart{"UnknownFlag", {"--frobnicate"}, Keys(), "--frobnicate"},
        BadStart{"BadGrace",
                 {"--region", "cn-north-4", "--drain-grace", "soon"},
                 Keys(),
                 "--drain-grace"}),
    [](const auto& start) { return std::string(start.param.name); });

TEST(StartTest, PortInUseIsAnErrorThatNamesIt) {
  Stack stack;
  ASSERT_TRUE(stack.up());

  const Outcome outcome = RunToEnd(
      {.program = GatewayProgram(),
       .arguments = {"--region", "cn-north-4", "--listen", stack.address()},
       .environment = Keys()});

  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.output, HasSubstr(stack.address()));
}

}  // namespace
}  // namespace hssgw
