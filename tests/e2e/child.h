// SPDX-License-Identifier: Apache-2.0
// A child process of a test: started, waited for until it listens, ended. Ends
// its process when dropped, by its id.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace hssgw {

struct ChildOptions {
  std::string program;
  std::vector<std::string> arguments;
  // NAME=value; the child gets these and nothing else but PATH.
  std::vector<std::string> environment;
};

class Child {
 public:
  explicit Child(const ChildOptions& options);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Waits up to a minute for the port that the child writes to `port_file`.
  // 0: it ended before that.
  int WaitForPort(const std::string& port_file);

  void Signal(int signal);

  // Waits for the end; the exit code, or -signal.
  int Wait();

  // All that it wrote to both outputs. After Wait.
  std::string Output() const;

  pid_t pid() const { return pid_; }

 private:
  bool Ended();

  pid_t pid_ = -1;
  int status_ = -1;
  bool ended_ = false;
  std::string output_file_;
};

// Runs a program to its end; its exit code and what it wrote.
struct Outcome {
  int exit_code = 0;
  std::string output;
};
Outcome RunToEnd(const ChildOptions& options);

// A folder of this test process, removed when dropped.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  std::string Path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Reads a whole file; empty if there is none.
std::string ReadText(const std::string& path);
void WriteText(const std::string& path, const std::string& text);

}  // namespace hssgw
