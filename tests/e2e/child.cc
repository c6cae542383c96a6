// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace hssgw {
namespace {

constexpr int kPollMillis = 10;
constexpr int kMaxPolls = 6000;

std::string NewOutputFile() {
  static std::atomic<int> number = 0;
  return std::filesystem::temp_directory_path().string() + "/hssgw-child-" +
         std::to_string(getpid()) + "-" + std::to_string(number++);
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Child::Child(const ChildOptions& options) : output_file_(NewOutputFile()) {
  std::vector<std::string> arguments = options.arguments;
  arguments.insert(arguments.begin(), options.program);
  std::vector<std::string> environment = options.environment;
  if (const char* path = std::getenv("PATH")) {
    environment.push_back(std::string("PATH=") + path);
  }
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  const int output = open(output_file_.c_str(),
                          O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execvpe(options.program.c_str(), argv.data(), envp.data());
    _exit(127);
  }
  close(output);
}

Child::~Child() {
  if (!Ended()) {
    kill(pid_, SIGKILL);
    Wait();
  }
  std::filesystem::remove(output_file_);
}

int Child::WaitForPort(const std::string& port_file) {
  for (int i = 0; i < kMaxPolls && !Ended(); ++i) {
    const std::string text = ReadText(port_file);
    if (!text.empty()) return std::atoi(text.c_str());
    poll(nullptr, 0, kPollMillis);
  }
  return 0;
}

void Child::Signal(int signal) { kill(pid_, signal); }

bool Child::Ended() {
  if (!ended_) ended_ = waitpid(pid_, &status_, WNOHANG) == pid_;
  return ended_;
}

int Child::Wait() {
  if (!ended_) waitpid(pid_, &status_, 0);
  ended_ = true;
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

std::string Child::Output() const { return ReadText(output_file_); }

Outcome RunToEnd(const ChildOptions& options) {
  Child child(options);
  const int exit_code = child.Wait();
  return {exit_code, child.Output()};
}

TempFolder::TempFolder() {
  std::string pattern =
      std::filesystem::temp_directory_path().string() + "/hssgw-XXXXXX";
  path_ = mkdtemp(pattern.data());
}

TempFolder::~TempFolder() { std::filesystem::remove_all(path_); }

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

}  // namespace hssgw
