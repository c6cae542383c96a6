// SPDX-License-Identifier: Apache-2.0
// A few threads that run what takes long (decoding a page), in order of
// arrival.
//
// Threads: any. The destructor runs what was posted, then joins.
#pragma once

#include <deque>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "service/base/mutex.h"

namespace hssgw {

class WorkerPool {
 public:
  explicit WorkerPool(int threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Called exactly once; on a thread of the pool; never under a lock.
  void Post(absl::AnyInvocable<void()> work);

 private:
  void Run();

  Mutex mu_;
  CondVar wake_;
  std::deque<absl::AnyInvocable<void()>> queue_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace hssgw
