// SPDX-License-Identifier: Apache-2.0
#include "service/base/worker_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

namespace hssgw {
namespace {

using ::testing::ElementsAre;

TEST(WorkerPoolTest, RunsEverythingBeforeItEnds) {
  std::atomic<int> ran = 0;
  {
    WorkerPool pool(2);
    for (int i = 0; i < 100; ++i) pool.Post([&] { ++ran; });
  }
  EXPECT_EQ(ran, 100);
}

TEST(WorkerPoolTest, OneThreadRunsInOrder) {
  std::vector<int> ran;
  {
    WorkerPool pool(1);
    for (int i = 1; i <= 3; ++i) pool.Post([&ran, i] { ran.push_back(i); });
  }
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
}

TEST(WorkerPoolTest, ThreadsRunAtOnce) {
  std::latch both(2);
  {
    WorkerPool pool(2);
    // Each waits for the other.
    for (int i = 0; i < 2; ++i) pool.Post([&] { both.arrive_and_wait(); });
  }
  EXPECT_TRUE(both.try_wait());
}

TEST(WorkerPoolTest, WorkMayPostMore) {
  int ran = 0;
  {
    WorkerPool pool(1);
    pool.Post([&] {
      ++ran;
      pool.Post([&] { ++ran; });
    });
  }
  EXPECT_EQ(ran, 2);
}

TEST(WorkerPoolTest, RunsOnItsOwnThread) {
  WorkerPool pool(1);
  std::promise<std::thread::id> ran;

  pool.Post([&] { ran.set_value(std::this_thread::get_id()); });

  EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

TEST(WorkerPoolTest, WorkMayOwnWhatCannotBeCopied) {
  std::promise<int> ran;
  WorkerPool pool(1);

  pool.Post([&, owned = std::make_unique<int>(7)] { ran.set_value(*owned); });

  EXPECT_EQ(ran.get_future().get(), 7);
}

}  // namespace
}  // namespace hssgw
