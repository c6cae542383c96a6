// SPDX-License-Identifier: Apache-2.0
#include "client/hssctl/interrupt.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <utility>

namespace hssgw {
namespace {

constexpr uint64_t kSignal = 1;
// Counts are added up: this one says that nobody waits any more.
constexpr uint64_t kEnd = 1 << 20;

std::atomic<int> wake_fd = -1;

// A handler may do little more than write, and nothing about a write that
// fails.
void Tell(uint64_t count) {
  if (write(wake_fd, &count, sizeof count) < 0) return;
}

void Wake(int /*signal*/) { Tell(kSignal); }

void Watch(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  // The second one finds the default again.
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(signal, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt(std::function<void()> callback) {
  wake_fd = eventfd(0, EFD_CLOEXEC);
  thread_ =
      std::thread([this, callback = std::move(callback)] { Run(callback); });
  Watch(SIGINT, Wake);
  Watch(SIGTERM, Wake);
}

Interrupt::~Interrupt() {
  Watch(SIGINT, SIG_DFL);
  Watch(SIGTERM, SIG_DFL);
  Tell(kEnd);
  thread_.join();
  close(wake_fd);
  wake_fd = -1;
}

void Interrupt::Run(const std::function<void()>& callback) {
  uint64_t count = 0;
  while (count < kEnd) {
    if (read(wake_fd, &count, sizeof count) != sizeof count) return;
    if (count % kEnd == 0 || came_.exchange(true)) continue;
    callback();
  }
}

}  // namespace hssgw
