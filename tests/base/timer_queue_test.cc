// SPDX-License-Identifier: Apache-2.0
#include "service/base/timer_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace hssgw {
namespace {

using ::testing::ElementsAre;

const absl::Time kStart = absl::UnixEpoch();

TEST(TimerQueueTest, RunsWhatIsDueInOrderOfTime) {
  TimerQueue queue;
  std::vector<int> ran;
  const Timer late =
      queue.Add(kStart + absl::Seconds(2), [&] { ran.push_back(2); });
  const Timer soon =
      queue.Add(kStart + absl::Seconds(1), [&] { ran.push_back(1); });
  const Timer never =
      queue.Add(kStart + absl::Seconds(3), [&] { ran.push_back(3); });

  EXPECT_EQ(queue.RunDue(kStart + absl::Seconds(2)), 2);

  EXPECT_THAT(ran, ElementsAre(1, 2));
  EXPECT_EQ(queue.Next(), kStart + absl::Seconds(3));
}

TEST(TimerQueueTest, EqualTimesRunInOrderOfAdding) {
  TimerQueue queue;
  std::vector<int> ran;
  const Timer a = queue.Add(kStart, [&] { ran.push_back(1); });
  const Timer b = queue.Add(kStart, [&] { ran.push_back(2); });

  queue.RunDue(kStart);

  EXPECT_THAT(ran, ElementsAre(1, 2));
}

TEST(TimerQueueTest, DroppedTimerDoesNotRun) {
  TimerQueue queue;
  bool ran = false;
  std::optional<Timer> timer = queue.Add(kStart, [&] { ran = true; });

  timer.reset();

  EXPECT_EQ(queue.RunDue(kStart), 0);
  EXPECT_FALSE(ran);
}

TEST(TimerQueueTest, CallbackMayAddAndDropTimers) {
  TimerQueue queue;
  std::optional<Timer> second;
  bool ran = false;
  const Timer first = queue.Add(
      kStart, [&] { second = queue.Add(kStart, [&] { ran = true; }); });

  EXPECT_EQ(queue.RunDue(kStart), 2);
  EXPECT_TRUE(ran);
}

TEST(TimerQueueTest, TimerMayOutliveTheQueue) {
  Timer timer;
  {
    TimerQueue queue;
    timer = queue.Add(kStart, [] {});
  }
  timer.Cancel();
}

TEST(TimerQueueTest, InfiniteFutureNeverComes) {
  TimerQueue queue;
  const Timer timer = queue.Add(absl::InfiniteFuture(), [] {});

  EXPECT_EQ(queue.Next(), absl::InfiniteFuture());
}

TEST(TimerQueueTest, NobodyWaitsInAnEmptyQueue) {
  TimerQueue queue;

  EXPECT_EQ(queue.Next(), absl::InfiniteFuture());
  EXPECT_EQ(queue.RunDue(kStart), 0);
}

TEST(TimerQueueTest, CallbackMayDropADueTimer) {
  TimerQueue queue;
  bool ran = false;
  Timer second;
  const Timer first = queue.Add(kStart, [&] { second.Cancel(); });
  second = queue.Add(kStart, [&] { ran = true; });

  EXPECT_EQ(queue.RunDue(kStart), 1);

  EXPECT_FALSE(ran);
}

TEST(TimerQueueTest, CallbackMayDropItsOwnTimer) {
  TimerQueue queue;
  Timer timer;
  timer = queue.Add(kStart, [&] { timer.Cancel(); });

  EXPECT_EQ(queue.RunDue(kStart), 1);
}

// What a dropped callback owns is let go without the queue's lock.
TEST(TimerQueueTest, DroppedCallbackMayOwnATimerOfTheQueue) {
  TimerQueue queue;
  Timer inner = queue.Add(kStart, [] {});
  Timer outer = queue.Add(kStart, [owned = std::move(inner)] {});

  outer.Cancel();

  EXPECT_EQ(queue.RunDue(kStart), 0);
}

TEST(TimerQueueTest, ManyThreadsMayAddAndDrop) {
  TimerQueue queue;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 250; ++n)
        const Timer timer = queue.Add(kStart, [] {});
    });
  }
  for (int n = 0; n < 250; ++n) queue.RunDue(kStart);

  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(queue.Next(), absl::InfiniteFuture());
}

}  // namespace
}  // namespace hssgw
