// SPDX-License-Identifier: Apache-2.0
// hssctl as a person sees it: on a terminal of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "tests/client/fake_gateway.h"
#include "tests/client/scripted_listing.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kErased[] = "\r\x1b[K";

// Everything that the program wrote to a terminal of 100 columns.
std::string OnTerminal(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  winsize size{.ws_row = 24, .ws_col = 100};
  int terminal = -1;
  const pid_t pid = forkpty(&terminal, nullptr, nullptr, &size);
  if (pid == 0) {
    execv(argv[0], argv.data());
    _exit(127);
  }
  std::string output;
  std::array<char, 4096> buffer{};
  // Ends with an error when the program has closed the other side.
  for (ssize_t n = 0; (n = read(terminal, buffer.data(), buffer.size())) > 0;) {
    output.append(buffer.data(), static_cast<size_t>(n));
  }
  waitpid(pid, nullptr, 0);
  close(terminal);
  return output;
}

class HssctlTerminalTest : public ::testing::Test {
 protected:
  std::string List(const std::vector<std::string>& flags = {}) {
    std::vector<std::string> arguments = {HSSGW_HSSCTL, "--address",
                                          gateway_.address(), "list"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return OnTerminal(std::move(arguments));
  }

  // The first stream breaks behind two tasks.
  const ScriptedListing listing_{9};
  FakeGateway gateway_{[this](const ListTasksRequest& request, int stream) {
    Script script{.frames = listing_.Answer(request)};
    if (stream == 0) {
      script.frames.resize(2);
      script.status = {grpc::StatusCode::UNAVAILABLE, "gone"};
    }
    script.frames[0].mutable_progress()->set_waiting_for(
        hss::antivirus::v1::WAITING_FOR_BUDGET);
    return script;
  }};
};

TEST_F(HssctlTerminalTest, ShowsProgressAndTakesItAwayForRows) {
  const std::string output = List();

  EXPECT_THAT(output, StartsWith("\r[>                          ] 0 of ~9 "
                                 "tasks, waits for quota\x1b[K"));
  // The first row finds the line erased.
  EXPECT_THAT(output, HasSubstr(std::string(kErased) + "-  "));
  EXPECT_THAT(output, EndsWith(" upstream calls\r\n"));
}

TEST_F(HssctlTerminalTest, LeavesNoProgressBehind) {
  const std::string output = List();

  const size_t last = output.rfind("of ~9 tasks");
  ASSERT_NE(last, std::string::npos);
  EXPECT_NE(output.find(kErased, last), std::string::npos);
}

TEST_F(HssctlTerminalTest, TellsThatTheStreamBroke) {
  EXPECT_THAT(List(), HasSubstr("2 of ~9 tasks, the stream broke, "));
}

TEST_F(HssctlTerminalTest, QuietShowsNone) {
  const std::string output = List({"--quiet"});

  EXPECT_THAT(output, Not(HasSubstr("of ~9")));
  EXPECT_THAT(output, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace hssgw
