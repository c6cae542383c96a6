// SPDX-License-Identifier: Apache-2.0
// The one thread that runs libcurl and the timers: the program's clock.
//
// Threads: any may call; callbacks and posted work run on its thread.
// Lifetime: outlives the clients that transfer on it; tickets may outlive it.
// The destructor answers what is under way with CURLE_ABORTED_BY_CALLBACK, runs
// what was posted, and joins; timers that are not due yet never run.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"
#include "service/base/ticket.h"
#include "service/base/timer_queue.h"
#include "service/http/open_sockets.h"

namespace hssgw {

class IoThread : public Clock {
 public:
  IoThread();
  ~IoThread() override;
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  absl::Time Now() const override { return absl::Now(); }
  Timer At(absl::Time when, absl::AnyInvocable<void()> callback) override;

  // Called exactly once, also while the thread stops; on its thread; never
  // under a lock.
  void Post(absl::AnyInvocable<void()> work);

  // A ticket that posts `work` when it is dropped. Dropped after the thread has
  // ended, it does nothing.
  Ticket PostWhenDropped(absl::AnyInvocable<void()> work);

  // Starts a transfer; `done` is called with its result unless Remove comes
  // first. Called at most once; on the thread, not from within Add; never under
  // a lock. REQUIRES: on the thread.
  void Add(CURL* transfer, absl::AnyInvocable<void(CURLcode)> done);

  // Ends a transfer at once; its connection is closed. REQUIRES: on the thread,
  // not in a callback of libcurl.
  void Remove(CURL* transfer);

  // For every transfer that is added. REQUIRES: on the thread.
  OpenSockets& sockets() { return sockets_; }

 private:
  // What was posted. Shared with tickets, which may outlive the thread.
  class Inbox;
  struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  void Run();
  void RunPosted();
  void FinishTransfers();
  void AbortTransfers();
  int PollMillis() const;

  OpenSockets sockets_;  // Before the connections that multi_ keeps.
  const std::unique_ptr<CURLM, MultiDeleter> multi_;
  const std::shared_ptr<Inbox> inbox_;
  TimerQueue timers_;
  // Only the thread touches these.
  absl::flat_hash_map<CURL*, absl::AnyInvocable<void(CURLcode)>> transfers_;

  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace hssgw
