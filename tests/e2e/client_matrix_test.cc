// SPDX-License-Identifier: Apache-2.0
// Every client at every door: what each makes of a listing, of the services, of
// health and of an error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "tests/e2e/child.h"
#include "tests/e2e/expected_task.h"
#include "tests/e2e/grpc_tool.h"
#include "tests/e2e/stack.h"

namespace hssgw {
namespace {

using ::google::rpc::BadRequest;
using ::google::rpc::ErrorInfo;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

// A few pages of each list; a fraction of a megabyte.
constexpr int kTasks = 1000;

struct Client {
  const char* name;
  std::unique_ptr<GrpcTool> (*make)();

  friend void PrintTo(const Client& client, std::ostream* out) {
    *out << client.name;
  }
};

constexpr Client kClients[] = {
    {"Cpp", &MakeCppTool},
    {"GrpcJs",
     +[]() -> std::unique_ptr<GrpcTool> {
       return std::make_unique<GrpcJsTool>();
     }},
    {"Buf", &MakeBufTool},
    {"Grpcurl", &MakeGrpcurlTool},
};

StackOptions At(Door door) {
  return {.door = door, .simulator_flags = {"--tasks", std::to_string(kTasks)}};
}

using Cell = std::tuple<Client, Door>;

class ClientMatrixTest : public ::testing::TestWithParam<Cell> {
 protected:
  void SetUp() override {
    tool_ = std::get<Client>(GetParam()).make();
    if (!tool_->Missing().empty()) GTEST_SKIP() << tool_->Missing();
    stack_ = std::make_unique<Stack>(At(std::get<Door>(GetParam())));
    ASSERT_TRUE(stack_->up()) << stack_->gateway().Output();
  }

  std::unique_ptr<GrpcTool> tool_;
  std::unique_ptr<Stack> stack_;
};

TEST_P(ClientMatrixTest, ListsEveryTaskAsItWasGenerated) {
  const ToolAnswer answer = tool_->List(stack_->target(), "{}");

  ASSERT_EQ(answer.code, 0) << answer.output;
  ExpectGenerated(answer.Tasks(), {.count = kTasks});
  EXPECT_TRUE(answer.Summary().complete()) << answer.output;
  EXPECT_EQ(answer.Summary().task_count(), kTasks);
}

TEST_P(ClientMatrixTest, DescribesEveryService) {
  EXPECT_THAT(tool_->Methods(stack_->target()),
              IsSupersetOf(
                  {"hss.antivirus.v1.AntivirusTaskService/ListTasks",
                   "hss.antivirus.v1.AntivirusTaskService/ListTasksPage",
                   "grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch",
                   "grpc.channelz.v1.Channelz/GetServers",
                   "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                   "grpc.reflection.v1alpha.ServerReflection/"
                   "ServerReflectionInfo"}));
}

TEST_P(ClientMatrixTest, CallsHealth) {
  for (const char* service : {"", "hss.antivirus.v1.AntivirusTaskService"}) {
    const ToolAnswer answer = tool_->CheckHealth(stack_->target(), service);

    EXPECT_EQ(answer.code, 0) << service << answer.output;
    EXPECT_THAT(answer.output, HasSubstr("SERVING")) << service;
    EXPECT_THAT(answer.output, Not(HasSubstr("NOT_SERVING"))) << service;
  }
}

TEST_P(ClientMatrixTest, ShowsTheDetailsOfAnError) {
  const ToolAnswer answer =
      tool_->List(stack_->target(), R"({"filter": {"last_days": 91}})");

  EXPECT_EQ(answer.code, 3) << answer.output;  // INVALID_ARGUMENT
  EXPECT_THAT(answer.output, HasSubstr("filter.last_days: from 1 to 90"));
  EXPECT_THAT(answer.output, HasSubstr("google.rpc.ErrorInfo"));
  const auto info = answer.Get<ErrorInfo>();
  ASSERT_TRUE(info.has_value()) << answer.output;
  EXPECT_EQ(info->reason(), "REQUEST_INVALID");
  EXPECT_EQ(info->domain(), "hss-gateway");
  const auto bad_request = answer.Get<BadRequest>();
  ASSERT_TRUE(bad_request.has_value()) << answer.output;
  ASSERT_EQ(bad_request->field_violations_size(), 1);
  EXPECT_EQ(bad_request->field_violations(0).field(), "filter.last_days");
}

INSTANTIATE_TEST_SUITE_P(
    AtEveryDoor, ClientMatrixTest,
    testing::Combine(testing::ValuesIn(kClients),
                     testing::Values(Door::kTcp, Door::kTls, Door::kUnix)),
    [](const auto& cell) {
      return std::string(std::get<Client>(cell.param).name) + "Over" +
             NameOf(std::get<Door>(cell.param));
    });

// A tool that generates load from the server's own description.
class LoadTest : public ::testing::TestWithParam<Door> {};

TEST_P(LoadTest, GhzEndsEveryCallWell) {
  const std::string ghz = FromEnvironment("HSSGW_GHZ");
  if (ghz.empty()) {
    GTEST_SKIP() << "HSSGW_GHZ names no ghz, which needs Go; see ./dev test";
  }
  Stack stack(At(GetParam()));
  ASSERT_TRUE(stack.up()) << stack.gateway().Output();
  const GrpcTarget target = stack.target();
  std::vector<std::string> arguments = {
      "--call", "hss.antivirus.v1.AntivirusTaskService/ListTasks",
      "-d",     R"({"max_tasks": 20})",
      "-n",     "40",
      "-c",     "8",
      "-O",     "json"};
  if (target.door == Door::kTls) {
    arguments.insert(arguments.end(), {"--cacert", target.ca_file});
  } else {
    arguments.emplace_back("--insecure");
  }
  arguments.push_back(UriOf(target));

  const Outcome outcome = RunToEnd({.program = ghz, .arguments = arguments});

  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  const auto report = nlohmann::json::parse(outcome.output, nullptr, false);
  ASSERT_TRUE(report.is_object()) << outcome.output;
  EXPECT_EQ(report.value("statusCodeDistribution", nlohmann::json()),
            nlohmann::json({{"OK", 40}}))
      << outcome.output;
}

INSTANTIATE_TEST_SUITE_P(AtEveryDoor, LoadTest,
                         testing::Values(Door::kTcp, Door::kTls, Door::kUnix),
                         [](const auto& door) {
                           return std::string(NameOf(door.param));
                         });

}  // namespace
}  // namespace hssgw
