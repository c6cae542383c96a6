// SPDX-License-Identifier: Apache-2.0
// Each fault of the simulator through the whole gateway to a client: what it is
// told, in bounded time and memory, and that the next call is served.
#include <gmock/gmock.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tests/e2e/fault_cases.h"
#include "tests/e2e/grpc_tool.h"
#include "tests/e2e/stack.h"
#include "tests/simulator/delivery.h"
#include "tests/simulator/fault_bodies.h"
#include "tests/simulator/task_data.h"

namespace hssgw {
namespace {

using ::google::rpc::ErrorInfo;
using ::google::rpc::RetryInfo;
using ::testing::ElementsAreArray;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;

// One list, so that one upstream call is one page.
constexpr char kFreeTasks[] = R"({"filter": {"whether_paid_task": false}})";
// Two pages of it.
constexpr int kTasks = 300;
constexpr absl::Duration kPatience = absl::Seconds(30);

size_t FreeTasks() {
  const auto tasks = simulator::GenerateTasks({.count = kTasks});
  return static_cast<size_t>(
      std::count_if(tasks.begin(), tasks.end(),
                    [](const auto& task) { return !task.whether_paid_task; }));
}

// A number in kB of /proc/PID/status.
int64_t MemoryOf(const Child& child, absl::string_view name) {
  const std::string text =
      ReadText(absl::StrCat("/proc/", child.pid(), "/status"));
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    int64_t kilobytes = -1;
    if (absl::ConsumePrefix(&line, absl::StrCat(name, ":")) &&
        absl::ConsumeSuffix(&line, " kB") &&
        absl::SimpleAtoi(line, &kilobytes)) {
      return kilobytes;
    }
  }
  return -1;
}

class FaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!client_.Missing().empty()) GTEST_SKIP() << client_.Missing();
    const std::string file = folder_.Path("gateway.yaml");
    WriteText(file,
              "limits: {response_bytes: 1MiB}\n"
              "freshness: {max_staleness: 0s}\n");
    stack_ = std::make_unique<Stack>(
        StackOptions{.simulator_flags = {"--tasks", std::to_string(kTasks)},
                     .gateway_flags = {"--config", file}});
    ASSERT_TRUE(stack_->up()) << stack_->gateway().Output();
  }

  void AddFault(const std::string& rule) {
    ASSERT_EQ(stack_->Control("/simulator/faults", rule), 200) << rule;
  }
  ToolAnswer List(absl::Duration timeout = kPatience) {
    return client_.List(stack_->target(), kFreeTasks, timeout);
  }
  // Faults gone, the same gateway gives all.
  void ExpectNextCallIsServed() {
    ASSERT_EQ(stack_->ClearFaults(), 200);
    const ToolAnswer next = MakeCppTool()->List(stack_->target(), kFreeTasks);
    EXPECT_EQ(next.code, grpc::StatusCode::OK) << next.output;
    EXPECT_THAT(next.Tasks(), SizeIs(FreeTasks()));
    EXPECT_TRUE(next.Summary().complete());
  }

  GrpcJsTool client_;
  TempFolder folder_;
  std::unique_ptr<Stack> stack_;
};

// The details but for upstream's id of the request, which an answer alone has.
void ExpectDetails(const ToolAnswer& answer, const FaultCase& fault) {
  const auto info = answer.Get<ErrorInfo>();
  ASSERT_TRUE(info.has_value()) << answer.output;
  EXPECT_EQ(info->domain(), "hss-gateway");
  EXPECT_EQ(info->reason(), fault.reason);
  std::map<std::string, std::string> metadata(info->metadata().begin(),
                                              info->metadata().end());
  const bool was_answered = metadata.contains("http_status");
  EXPECT_EQ(metadata["upstream_request_id"].size(), was_answered ? 32U : 0U);
  metadata.erase("upstream_request_id");
  EXPECT_THAT(metadata, ElementsAreArray(fault.metadata));
}

void ExpectWait(const ToolAnswer& answer, absl::Duration wait) {
  const auto retry = answer.Get<RetryInfo>();
  ASSERT_EQ(retry.has_value(), wait > absl::ZeroDuration()) << answer.output;
  if (!retry.has_value()) {
    EXPECT_EQ(answer.retry_pushback_millis, std::nullopt);
    return;
  }
  EXPECT_EQ(absl::Seconds(retry->retry_delay().seconds()) +
                absl::Nanoseconds(retry->retry_delay().nanos()),
            wait);
  EXPECT_EQ(answer.retry_pushback_millis,
            absl::StrCat(absl::ToInt64Milliseconds(wait)));
}

class EachFaultTest : public FaultTest,
                      public ::testing::WithParamInterface<FaultCase> {};

class FailingFaultTest : public EachFaultTest {};

TEST_P(FailingFaultTest, IsToldWithItsReasonAndTheNextCallIsServed) {
  const FaultCase& fault = GetParam();
  AddFault(fault.rule);

  const ToolAnswer answer = List();

  EXPECT_EQ(answer.code, fault.code) << answer.output;
  ExpectDetails(answer, fault);
  ExpectWait(answer, fault.wait);
  EXPECT_THAT(answer.Tasks(), SizeIs(0));
  ExpectNextCallIsServed();
}

INSTANTIATE_TEST_SUITE_P(OfTheSimulator, FailingFaultTest,
                         testing::ValuesIn(FailingFaults()),
                         [](const auto& of) { return of.param.name; });

class HarmlessFaultTest : public EachFaultTest {};

TEST_P(HarmlessFaultTest, EndsWellWithWhatIsThere) {
  const FaultCase& fault = GetParam();
  AddFault(fault.rule);

  const ToolAnswer answer = List();

  EXPECT_EQ(answer.code, grpc::StatusCode::OK) << answer.output;
  EXPECT_TRUE(answer.Summary().complete()) << answer.output;
  EXPECT_THAT(answer.Tasks(), SizeIs(fault.tasks == kAllTasks
                                         ? FreeTasks()
                                         : static_cast<size_t>(fault.tasks)));
  ExpectNextCallIsServed();
}

INSTANTIATE_TEST_SUITE_P(OfTheSimulator, HarmlessFaultTest,
                         testing::ValuesIn(HarmlessFaults()),
                         [](const auto& of) { return of.param.name; });

class StallingFaultTest : public EachFaultTest {};

// How long upstream may stall is no caller's business: its deadline is.
TEST_P(StallingFaultTest, EndsAtTheDeadline) {
  AddFault(GetParam().rule);

  const ToolAnswer answer = List(absl::Seconds(1));

  EXPECT_EQ(answer.code, grpc::StatusCode::DEADLINE_EXCEEDED) << answer.output;
  EXPECT_THAT(answer.Tasks(), SizeIs(0));
  ExpectNextCallIsServed();
}

INSTANTIATE_TEST_SUITE_P(OfTheSimulator, StallingFaultTest,
                         testing::ValuesIn(StallingFaults()),
                         [](const auto& of) { return of.param.name; });

TEST(FaultCasesTest, AreAllFaultsThatTheSimulatorKnows) {
  std::set<std::string> shapes;
  std::set<std::string> transports;
  for (const auto& cases :
       {FailingFaults(), HarmlessFaults(), StallingFaults()}) {
    for (const FaultCase& fault : cases) {
      const auto rule = nlohmann::json::parse(fault.rule);
      shapes.insert(rule.value("shape", ""));
      transports.insert(rule.value("transport", ""));
    }
  }

  EXPECT_THAT(shapes, IsSupersetOf(simulator::FaultShapes()));
  for (const simulator::Transport transport : simulator::AllTransports()) {
    EXPECT_TRUE(transports.contains(std::string(ToWord(transport))))
        << ToWord(transport);
  }
}

class BombTest : public EachFaultTest {};

TEST_P(BombTest, TakesNoMemory) {
  constexpr int64_t kMaxGrowth = 24 << 10;  // kB; the body has 60 MB
  const int64_t before = MemoryOf(stack_->gateway(), "VmRSS");
  ASSERT_GT(before, 0);
  AddFault(GetParam().rule);

  const ToolAnswer answer = List();

  ASSERT_TRUE(answer.Get<ErrorInfo>().has_value()) << answer.output;
  EXPECT_EQ(answer.Get<ErrorInfo>()->metadata().at("cause"), "TOO_LARGE");
  EXPECT_LT(MemoryOf(stack_->gateway(), "VmHWM") - before, kMaxGrowth);
}

INSTANTIATE_TEST_SUITE_P(
    OfTheSimulator, BombTest,
    testing::Values(
        FaultCase{.name = "Plain",
                  .rule = R"({"shape": "huge", "bytes": 60000000})"},
        FaultCase{.name = "Gzip",
                  .rule = R"({"shape": "huge", "bytes": 60000000,
                              "transport": "gzip"})"}),
    [](const auto& of) { return of.param.name; });

// --- what is no single answer -----------------------------------------------

TEST_F(FaultTest, InTheMiddleOfAListingComesAfterItsTasks) {
  AddFault(R"({"path": "offset=190", "transport": "reset_in_body"})");

  const ToolAnswer answer = List();

  EXPECT_EQ(answer.code, grpc::StatusCode::UNAVAILABLE) << answer.output;
  EXPECT_EQ(answer.Get<ErrorInfo>()->metadata().at("cause"), "RESET");
  EXPECT_THAT(answer.Tasks(), SizeIs(200));
  ExpectNextCallIsServed();
}

TEST_F(FaultTest, QuotaOfUpstreamIsToldWithItsWait) {
  const auto allow = [&](const std::string& calls) {
    return stack_->Control(
        "/simulator/settings",
        R"({"quota_period": "5m", "calls_per_minute": )" + calls + "}");
  };
  ASSERT_EQ(allow("1"), 200);

  const ToolAnswer answer = List();

  EXPECT_EQ(answer.code, grpc::StatusCode::RESOURCE_EXHAUSTED) << answer.output;
  EXPECT_EQ(answer.Get<ErrorInfo>()->reason(), "UPSTREAM_THROTTLED");
  EXPECT_EQ(answer.Get<ErrorInfo>()->metadata().at("upstream_code"),
            "APIGW.0308");
  ExpectWait(answer, absl::Minutes(5));
  EXPECT_THAT(answer.Tasks(), SizeIs(200));
  ASSERT_EQ(allow("0"), 200);
  ExpectNextCallIsServed();
}

TEST_F(FaultTest, KeyThatUpstreamForgetsIsTheOperatorsToMend) {
  constexpr char kKey[] = "SIMULATORACCESSKEY01";
  const auto credentials = [&](const nlohmann::json& what) {
    return stack_->Control("/simulator/credentials", what.dump());
  };
  ASSERT_EQ(credentials({{"remove", kKey}}), 200);

  const ToolAnswer answer = List();

  EXPECT_EQ(answer.code, grpc::StatusCode::FAILED_PRECONDITION)
      << answer.output;
  EXPECT_EQ(answer.Get<ErrorInfo>()->reason(), "UPSTREAM_CREDENTIAL_REJECTED");
  ExpectWait(answer, absl::ZeroDuration());
  EXPECT_THAT(answer.output, testing::Not(testing::HasSubstr(kKey)));
  ASSERT_EQ(
      credentials({{"access_key", kKey},
                   {"secret_key", "simulator-secret-key-for-tests-only-0001"}}),
      200);
  ExpectNextCallIsServed();
}

}  // namespace
}  // namespace hssgw
