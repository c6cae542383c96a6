// SPDX-License-Identifier: Apache-2.0
// hssctl before a real gateway: what a count costs, and how a listing goes on
// that a person ended.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "tests/e2e/child.h"
#include "tests/e2e/stack.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;

constexpr int kTasks = 5000;  // the simulator's default

ChildOptions Hssctl(const Stack& stack, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--address", stack.address()});
  return {.program = HssctlProgram(), .arguments = std::move(arguments)};
}

// The ids of the rows, as often as they are there.
std::multiset<std::string> IdsIn(const std::string& output) {
  std::multiset<std::string> ids;
  for (absl::string_view line : absl::StrSplit(output, '\n')) {
    const std::vector<std::string> words =
        absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (words.size() > 4 && words[3] == "hosts") ids.insert(words[4]);
  }
  return ids;
}

TEST(HssctlE2eTest, CountCostsOneUpstreamCallAList) {
  Stack stack;
  ASSERT_TRUE(stack.up());

  const Outcome outcome = RunToEnd(Hssctl(stack, {"count"}));

  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, "about 5000 tasks\n");
  EXPECT_EQ(stack.Counter("list_requests"), 2);
}

TEST(HssctlE2eTest, TaskThatNoMessageHoldsIsOneRow) {
  Stack stack({.simulator_flags = {"--tasks", "20", "--hosts-of", "3=10000"}});
  ASSERT_TRUE(stack.up());

  const Outcome outcome = RunToEnd(Hssctl(stack, {"list", "--all"}));

  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(IdsIn(outcome.output).size(), 20U);
  EXPECT_THAT(outcome.output, HasSubstr(" 10000 hosts "));
  EXPECT_THAT(outcome.output, HasSubstr("20 tasks in "));
}

TEST(HssctlE2eTest, InterruptedListGoesOnWithTheFlagsItPrinted) {
  Stack stack({.simulator_flags = {"--latency", "300ms"}});
  ASSERT_TRUE(stack.up());
  Child first(Hssctl(stack, {"list", "--all"}));
  // Rows are written in blocks, so that the first is early; ctest's time-out
  // ends this.
  while (first.Output().empty()) {
  }
  first.Signal(SIGINT);
  ASSERT_EQ(first.Wait(), 130) << "it ended before it was interrupted";
  const std::string output = first.Output();
  constexpr char kFlag[] = "--all --resume-token ";
  ASSERT_THAT(output, HasSubstr(kFlag));
  const std::string token(absl::StripAsciiWhitespace(
      output.substr(output.find(kFlag) + sizeof kFlag - 1)));

  const Outcome second =
      RunToEnd(Hssctl(stack, {"list", "--all", "--resume-token", token}));

  EXPECT_EQ(second.exit_code, 0) << second.output;
  std::multiset<std::string> ids = IdsIn(output);
  EXPECT_FALSE(ids.empty());
  ids.merge(IdsIn(second.output));
  EXPECT_EQ(ids.size(), size_t{kTasks});
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(),
            size_t{kTasks});
}

}  // namespace
}  // namespace hssgw
