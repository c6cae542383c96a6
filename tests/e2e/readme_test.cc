// SPDX-License-Identifier: Apache-2.0
// The grpcurl commands of README.md do what it says, as it writes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "tests/e2e/child.h"
#include "tests/e2e/grpc_tool.h"
#include "tests/e2e/stack.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Its lines between fences that call grpcurl.
std::vector<std::string> Recipes() {
  std::vector<std::string> recipes;
  bool fenced = false;
  const std::string text = ReadText(HSSGW_README);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StartsWith(line, "```")) {
      fenced = !fenced;
    } else if (fenced && absl::StartsWith(line, "grpcurl ")) {
      recipes.emplace_back(line);
    }
  }
  return recipes;
}

// What README must show, how a recipe for it looks, and what that prints.
struct Promise {
  const char* name;
  const char* pattern;
  std::vector<std::string> output;
  bool fails = false;

  bool Holds(const std::string& recipe) const {
    return std::regex_search(recipe, std::regex(pattern));
  }
  friend void PrintTo(const Promise& promise, std::ostream* out) {
    *out << promise.name;
  }
};

std::vector<Promise> Promises() {
  return {
      {"Services", " list$", {"hss.antivirus.v1.AntivirusTaskService\n"}},
      {"Description", " describe ", {"message ListTasksRequest {"}},
      {"List",
       R"(^grpcurl -plaintext 127\S+ \S+/ListTasks$)",
       {R"("task_count": 1000)", R"("complete": true)"}},
      {"Filter",
       R"("task_status":"TASK_STATUS_FAIL")",
       {R"("task_status": "TASK_STATUS_FAIL")", R"("complete": true)"}},
      {"Plan", R"("plan_only":true)", {R"("plan": {)", "END_REASON_PLAN_ONLY"}},
      {"Health", "grpc.health.v1.Health/Check", {R"("status": "SERVING")"}},
      {"Error",
       R"("last_days":91)",
       {"Code: InvalidArgument", "google.rpc.ErrorInfo", "REQUEST_INVALID",
        "google.rpc.BadRequest", "filter.last_days"},
       /*fails=*/true},
      {"FewTasks", R"("max_tasks":2)", {R"("task_count": 2)"}},
      {"Tls", "-cacert ca.pem", {R"("task_count": 2)"}},
      {"UnixSocket", "unix:/run/hss-gateway/", {R"("task_count": 2)"}},
  };
}

Door DoorOf(const std::string& recipe) {
  if (absl::StrContains(recipe, "-cacert")) return Door::kTls;
  return absl::StrContains(recipe, "unix:") ? Door::kUnix : Door::kTcp;
}

Outcome RunRecipe(const std::string& recipe, const GrpcTarget& target) {
  const std::string here = absl::StrReplaceAll(
      recipe, {{"127.0.0.1:50051", target.address},
               {"/run/hss-gateway/gateway.sock", target.address},
               {"ca.pem", target.ca_file}});
  return RunToEnd(
      {.program = "sh",
       .arguments = {"-c", R"(grpcurl() { "$GRPCURL" "$@"; }; )" + here},
       .environment = {"GRPCURL=" + FromEnvironment("HSSGW_GRPCURL")}});
}

class ReadmeTest : public ::testing::TestWithParam<Promise> {};

TEST_P(ReadmeTest, ShowsIt) {
  if (FromEnvironment("HSSGW_GRPCURL").empty()) {
    GTEST_SKIP() << MakeGrpcurlTool()->Missing();
  }
  int recipes = 0;
  for (const std::string& recipe : Recipes()) {
    if (!GetParam().Holds(recipe)) continue;
    ++recipes;
    Stack stack(
        {.door = DoorOf(recipe), .simulator_flags = {"--tasks", "1000"}});
    ASSERT_TRUE(stack.up()) << stack.gateway().Output();

    const Outcome outcome = RunRecipe(recipe, stack.target());

    EXPECT_EQ(outcome.exit_code != 0, GetParam().fails) << outcome.output;
    for (const std::string& text : GetParam().output) {
      EXPECT_THAT(outcome.output, HasSubstr(text)) << recipe;
    }
  }
  EXPECT_GT(recipes, 0);
}

INSTANTIATE_TEST_SUITE_P(EachPromise, ReadmeTest, testing::ValuesIn(Promises()),
                         [](const auto& of) {
                           return std::string(of.param.name);
                         });

TEST(ReadmeRecipesTest, EachHasATest) {
  ASSERT_THAT(Recipes(), Not(IsEmpty()));
  for (const std::string& recipe : Recipes()) {
    const std::vector<Promise> promises = Promises();
    EXPECT_TRUE(std::any_of(
        promises.begin(), promises.end(),
        [&](const Promise& promise) { return promise.Holds(recipe); }))
        << recipe;
  }
}

}  // namespace
}  // namespace hssgw
