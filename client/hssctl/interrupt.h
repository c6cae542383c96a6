// SPDX-License-Identifier: Apache-2.0
// Ctrl-C asks once for an orderly end; the second ends the program at once.
//
// Threads: the callback runs on a thread of its own, at most once.
// Lifetime: one at a time, for signals belong to the process.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace hssgw {

class Interrupt {
 public:
  // Calls it at SIGINT or SIGTERM.
  explicit Interrupt(std::function<void()> callback);
  // The callback does not run after that.
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool came() const { return came_; }

 private:
  void Run(const std::function<void()>& callback);

  std::atomic<bool> came_ = false;
  std::thread thread_;
};

}  // namespace hssgw
