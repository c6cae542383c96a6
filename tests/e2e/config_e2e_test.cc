// SPDX-License-Identifier: Apache-2.0
// --config and --check-config of the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "tests/e2e/child.h"
#include "tests/e2e/stack.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ConfigE2eTest : public ::testing::Test {
 protected:
  Outcome CheckConfig(const std::string& text) {
    WriteText(folder_.Path("gateway.yaml"), text);
    return RunToEnd({.program = GatewayProgram(),
                     .arguments = {"--check-config", "--config",
                                   folder_.Path("gateway.yaml")},
                     .environment = {"HUAWEICLOUD_SDK_AK=an-access-key",
                                     "HUAWEICLOUD_SDK_SK=a-secret-key"}});
  }

  TempFolder folder_;
};

TEST_F(ConfigE2eTest, GoodFileIsPrintedAndEndsWith0) {
  const Outcome outcome = CheckConfig(
      "profiles:\n  - {region: cn-north-4, projects: [p]}\n"
      "drain: {grace: 90s}\n");

  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("grace: 1m30s\n"));
  EXPECT_THAT(outcome.output, HasSubstr("calls: 5\n"));
  EXPECT_THAT(outcome.output, Not(HasSubstr("a-secret-key")));
}

TEST_F(ConfigE2eTest, BadFileIsToldALineAProblemAndEndsWith2) {
  const Outcome outcome = CheckConfig(
      "profiles:\n  - {region: cn-north-4, projects: [p]}\n"
      "budgets:\n  - calls: five\n    period: 60\nrelay: {}\n");

  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 3)
      << outcome.output;
  EXPECT_THAT(outcome.output,
              HasSubstr("gateway.yaml:4: budgets[0].calls: want a whole "
                        "number, got \"five\"\n"));
  EXPECT_THAT(outcome.output, HasSubstr("gateway.yaml:6: relay: unknown key"));
}

TEST_F(ConfigE2eTest, FileAloneMakesAGateway) {
  WriteText(folder_.Path("ak"), "an-access-key\n");
  WriteText(folder_.Path("sk"), "a-secret-key\n");
  WriteText(folder_.Path("gateway.yaml"),
            "listen: {grpc: [\"127.0.0.1:0\"]}\n"
            "profiles:\n"
            "  - endpoint: http://127.0.0.1:1\n"
            "    allow_plaintext_upstream: true\n"
            "    projects: [p]\n"
            "    credential: {ak_file: " +
                folder_.Path("ak") + ", sk_file: " + folder_.Path("sk") +
                "}\n"
                "log: {format: json}\n");

  Child gateway({.program = GatewayProgram(),
                 .arguments = {"--config", folder_.Path("gateway.yaml"),
                               "--port-file", folder_.Path("port")}});
  EXPECT_GT(gateway.WaitForPort(folder_.Path("port")), 0);
  gateway.Signal(SIGTERM);

  EXPECT_EQ(gateway.Wait(), 0) << gateway.Output();
}

}  // namespace
}  // namespace hssgw
