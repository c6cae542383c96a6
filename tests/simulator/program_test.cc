// SPDX-License-Identifier: Apache-2.0
// hss-simulator as a process: its port file, its signals, its exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/simulator/raw_client.h"

namespace {

using hssgw::simulator::RawClient;

// A child whose standard output is read.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), HSSGW_SIMULATOR_PROGRAM);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    EXPECT_EQ(
        posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ),
        0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
  }
  ~Program() {
    if (pid_ > 0) End(SIGKILL);
    std::fclose(output_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  std::string ReadLine() {
    std::string line(512, '\0');
    if (std::fgets(line.data(), static_cast<int>(line.size()), output_) ==
        nullptr) {
      return "";
    }
    line.resize(line.find('\0'));
    return line;
  }

  // The exit code, or minus the signal.
  int End(int signal) {
    if (signal != 0) kill(pid_, signal);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
  std::FILE* output_ = nullptr;
};

int PortOf(const std::string& line) {
  return std::stoi(line.substr(line.rfind(':') + 1));
}

TEST(ProgramTest, SaysItsPortAndEndsWithZero) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Program program({"--tasks=3"});
    const std::string line = program.ReadLine();

    EXPECT_THAT(line, testing::HasSubstr("3 tasks at http://127.0.0.1:"));
    RawClient client(PortOf(line));
    client.Send("GET /simulator/counters HTTP/1.1\r\n\r\n");
    EXPECT_THAT(client.ReadSome(), testing::StartsWith("HTTP/1.1 200"));
    EXPECT_EQ(program.End(signal), 0);
  }
}

TEST(ProgramTest, WritesItsPortFile) {
  const std::string file = std::filesystem::temp_directory_path() /
                           ("simulator-port-" + std::to_string(getpid()));
  Program program({"--tasks=0", "--port-file", file});
  const int port = PortOf(program.ReadLine());
  int written = 0;
  std::ifstream(file) >> written;

  EXPECT_EQ(written, port);
  std::filesystem::remove(file);
}

TEST(ProgramTest, SaysWhyItCannotStart) {
  Program first({"--tasks=0"});
  const int port = PortOf(first.ReadLine());
  Program second({"--tasks=0", "--port", std::to_string(port)});

  EXPECT_THAT(second.ReadLine(), testing::HasSubstr("cannot be used"));
  EXPECT_EQ(second.End(0), 2);
}

TEST(ProgramTest, RefusesAnUnknownFlag) {
  Program program({"--surprise"});

  EXPECT_THAT(program.ReadLine(), testing::HasSubstr("--help"));
  EXPECT_EQ(program.End(0), 2);
}

}  // namespace
