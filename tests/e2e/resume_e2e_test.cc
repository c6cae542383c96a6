// SPDX-License-Identifier: Apache-2.0
// Long listings as users have them: gateways die, tasks are huge.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/task_range.h"
#include "hss/antivirus/v1/task_service.pb.h"
#include "tests/e2e/grpc_tool.h"
#include "tests/e2e/stack.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::ListTasksResponse;
using ::hss::antivirus::v1::Task;

constexpr int kTasks = 5000;  // the simulator's default

// Two gateways that share a key, as replicas do.
StackOptions WithKeyFile(const TempFolder& folder) {
  WriteText(folder.Path("key"), std::string(32, 'k'));
  WriteText(folder.Path("gateway.yaml"),
            "resume: {key_files: [\"" + folder.Path("key") + "\"]}\n");
  StackOptions options;
  options.gateway_flags = {"--config", folder.Path("gateway.yaml")};
  return options;
}

TEST(ResumeE2eTest, StreamOfAKilledGatewayGoesOnAtTheNext) {
  const TempFolder folder;
  Stack stack(WithKeyFile(folder));
  ASSERT_TRUE(stack.up());
  std::vector<std::string> ids;
  ListTasksRequest request;
  {
    const auto stub = stack.NewStub();
    grpc::ClientContext context;
    const auto reader = stub->ListTasks(&context, request);
    ListTasksResponse frame;
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(reader->Read(&frame));
      for (const Task& task : frame.tasks()) ids.push_back(task.task_id());
      request.set_resume_token(frame.resume_token());
    }
    stack.KillAndStartGateway();
    context.TryCancel();
    while (reader->Read(&frame)) {
    }
    EXPECT_FALSE(reader->Finish().ok());
  }
  ASSERT_TRUE(stack.up());
  const size_t before = ids.size();
  ASSERT_GT(before, 0U);
  ASSERT_LT(before, size_t{kTasks});

  const auto stub = stack.NewStub();
  grpc::ClientContext context;
  const auto reader = stub->ListTasks(&context, request);
  ListTasksResponse frame;
  while (reader->Read(&frame)) {
    for (const Task& task : frame.tasks()) ids.push_back(task.task_id());
  }

  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_TRUE(frame.summary().complete());
  EXPECT_EQ(ids.size(), size_t{kTasks});
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(),
            size_t{kTasks});
}

TEST(ResumeE2eTest, ClientLibraryGoesOnByItself) {
  const TempFolder folder;
  Stack stack(WithKeyFile(folder));
  ASSERT_TRUE(stack.up());
  const auto stub = stack.NewStub();
  TaskRange range(*stub, ListTasksRequest(), {});
  std::vector<std::string> ids;
  for (const absl::StatusOr<Task>& task : range) {
    ASSERT_TRUE(task.ok()) << task.status();
    ids.push_back(task->task_id());
    if (ids.size() == 1000) {
      stack.KillAndStartGateway();
      ASSERT_TRUE(stack.up());
    }
  }
  EXPECT_EQ(ids.size(), size_t{kTasks});
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(),
            size_t{kTasks});
}

// About 10 MB in one task, to a client that takes 4 MiB a message.
TEST(ResumeE2eTest, GrpcJsGetsATaskOfTenThousandHosts) {
  GrpcJsTool grpc_js;
  if (!grpc_js.Missing().empty()) GTEST_SKIP() << grpc_js.Missing();
  StackOptions options;
  options.simulator_flags = {"--tasks", "20", "--hosts-of", "3=10000"};
  Stack stack(options);
  ASSERT_TRUE(stack.up());
  for (const bool paged : {false, true}) {
    SCOPED_TRACE(paged ? "paged" : "streamed");
    const ToolAnswer answer = paged ? grpc_js.ListPages(stack.target(), "{}")
                                    : grpc_js.List(stack.target(), "{}");
    ASSERT_EQ(answer.code, 0) << answer.output.substr(0, 2000);
    std::vector<Task> tasks;
    bool continues = false;
    int parts = 0;
    for (const Task& part : answer.Tasks()) {
      if (continues) {
        ASSERT_EQ(part.task_id(), tasks.back().task_id());
        tasks.back().mutable_host_info_list()->MergeFrom(part.host_info_list());
        ++parts;
      } else {
        tasks.push_back(part);
      }
      continues = part.host_info_list_continues();
    }
    EXPECT_FALSE(continues);
    EXPECT_GT(parts, 1);
    ASSERT_EQ(tasks.size(), 20U);
    EXPECT_EQ(tasks[3].host_info_list_size(), 10000);
    std::set<std::string> hosts;
    for (const auto& host : tasks[3].host_info_list()) {
      hosts.insert(host.host_id());
    }
    EXPECT_EQ(hosts.size(), 10000U);
  }
}

}  // namespace
}  // namespace hssgw
