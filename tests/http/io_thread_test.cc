// SPDX-License-Identifier: Apache-2.0
#include "service/http/io_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <thread>
#include <vector>

namespace hssgw {
namespace {

using ::testing::ElementsAre;

// Returns when everything posted before has run.
void Drain(IoThread& io) {
  std::promise<void> done;
  io.Post([&] { done.set_value(); });
  done.get_future().get();
}

TEST(IoThreadTest, RunsWhatIsPostedInOrderOnOneThread) {
  IoThread io;
  std::vector<int> ran;
  std::vector<std::thread::id> threads;
  for (int i = 1; i <= 3; ++i) {
    io.Post([&, i] {
      ran.push_back(i);
      threads.push_back(std::this_thread::get_id());
    });
  }

  Drain(io);

  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
  EXPECT_EQ(threads.front(), threads.back());
  EXPECT_NE(threads.front(), std::this_thread::get_id());
}

TEST(IoThreadTest, TimerRunsNotBeforeItsTime) {
  IoThread io;
  const absl::Time due = io.Now() + absl::Milliseconds(30);
  std::promise<absl::Time> ran;

  const Timer timer = io.At(due, [&] { ran.set_value(io.Now()); });

  EXPECT_GE(ran.get_future().get(), due);
}

TEST(IoThreadTest, SoonerTimerWakesAThreadThatWaitsForALaterOne) {
  IoThread io;
  const Timer late = io.At(io.Now() + absl::Hours(1), [] {});
  Drain(io);
  std::promise<void> ran;

  const Timer soon = io.At(io.Now(), [&] { ran.set_value(); });

  ran.get_future().get();
}

// Between one timer's end and the next one's start the thread must not fall
// asleep for good.
TEST(IoThreadTest, TimersOneAfterAnotherAllRun) {
  IoThread io;
  for (int i = 0; i < 500; ++i) {
    std::promise<void> ran;
    const Timer first = io.At(io.Now() + absl::Microseconds(i), [] {});
    const Timer second =
        io.At(io.Now() + absl::Microseconds(i + 1), [&] { ran.set_value(); });

    ran.get_future().get();
  }
}

TEST(IoThreadTest, TimerOfThePastRunsSoonAndNotInline) {
  IoThread io;
  std::promise<std::thread::id> ran;

  const Timer timer = io.At(absl::InfinitePast(),
                            [&] { ran.set_value(std::this_thread::get_id()); });

  EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

TEST(IoThreadTest, DroppedTimerDoesNotRun) {
  IoThread io;
  std::atomic<bool> ran = false;
  std::promise<void> later;

  {
    const Timer dropped =
        io.At(io.Now() + absl::Milliseconds(5), [&] { ran = true; });
  }
  const Timer timer =
      io.At(io.Now() + absl::Milliseconds(10), [&] { later.set_value(); });

  later.get_future().get();
  EXPECT_FALSE(ran);
}

TEST(IoThreadTest, RunsWhatIsPostedWhileItStops) {
  int ran = 0;
  {
    IoThread io;
    io.Post([&] {
      ++ran;
      io.Post([&] {
        ++ran;
        io.Post([&] { ++ran; });
      });
    });
  }
  EXPECT_EQ(ran, 3);
}

TEST(IoThreadTest, TimerMayOutliveTheThread) {
  Timer timer;
  {
    IoThread io;
    timer = io.At(io.Now() + absl::Hours(1), [] {});
  }
  timer.Cancel();
}

TEST(IoThreadTest, DroppedTicketPosts) {
  IoThread io;
  std::promise<void> ran;

  {
    const Ticket ticket = io.PostWhenDropped([&] { ran.set_value(); });
  }

  ran.get_future().get();
}

TEST(IoThreadTest, TicketDroppedAfterTheEndDoesNothing) {
  bool ran = false;
  Ticket ticket;
  {
    IoThread io;
    ticket = io.PostWhenDropped([&] { ran = true; });
  }
  ticket.Cancel();

  EXPECT_FALSE(ran);
}

TEST(IoThreadTest, ManyThreadsMayPost) {
  std::atomic<int> ran = 0;
  {
    IoThread io;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 250; ++n) io.Post([&] { ++ran; });
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(ran, 1000);
}

}  // namespace
}  // namespace hssgw
