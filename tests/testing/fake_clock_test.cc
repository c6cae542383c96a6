// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace hssgw {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Duration kSecond = absl::Seconds(1);
const absl::Time kStart = absl::UnixEpoch();

class FakeClockTest : public ::testing::Test {
 protected:
  Timer Note(absl::Duration after) {
    return clock_.At(kStart + after,
                     [this] { seen_.push_back(clock_.Now() - kStart); });
  }

  FakeClock clock_{kStart};
  std::vector<absl::Duration> seen_;
};

TEST_F(FakeClockTest, TimersRunInOrderAtTheirOwnTime) {
  const Timer second = Note(5 * kSecond);
  const Timer first = Note(1 * kSecond);

  clock_.Advance(10 * kSecond);

  EXPECT_THAT(seen_, ElementsAre(1 * kSecond, 5 * kSecond));
  EXPECT_EQ(clock_.Now(), kStart + 10 * kSecond);
}

TEST_F(FakeClockTest, TimerRunsExactlyAtItsTime) {
  const Timer timer = Note(5 * kSecond);

  clock_.AdvanceTo(kStart + 5 * kSecond - absl::Nanoseconds(1));
  EXPECT_THAT(seen_, IsEmpty());

  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_THAT(seen_, ElementsAre(5 * kSecond));
}

TEST_F(FakeClockTest, TimerAddedOnTheWayRunsOnTheWay) {
  Timer second;
  const Timer first =
      clock_.At(kStart + 1 * kSecond, [&] { second = Note(2 * kSecond); });

  clock_.Advance(3 * kSecond);

  EXPECT_THAT(seen_, ElementsAre(2 * kSecond));
}

TEST_F(FakeClockTest, TimerOfThePastRunsAtTheNextMoveWithoutGoingBack) {
  clock_.Advance(9 * kSecond);
  const Timer timer = Note(1 * kSecond);
  EXPECT_THAT(seen_, IsEmpty());

  clock_.Advance(absl::ZeroDuration());

  EXPECT_THAT(seen_, ElementsAre(9 * kSecond));
}

TEST_F(FakeClockTest, TimeNeverGoesBack) {
  clock_.AdvanceTo(kStart - kSecond);

  EXPECT_EQ(clock_.Now(), kStart);
}

TEST_F(FakeClockTest, DroppedTimerDoesNotRun) {
  { const Timer dropped = Note(kSecond); }

  clock_.Advance(2 * kSecond);

  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(FakeClockTest, NextTimerTellsWhoIsWaitedFor) {
  EXPECT_EQ(clock_.NextTimer(), absl::InfiniteFuture());

  const Timer timer = Note(kSecond);

  EXPECT_EQ(clock_.NextTimer(), kStart + kSecond);
}

TEST_F(FakeClockTest, EndOfTimeCanBeReached) {
  const Timer timer = Note(kSecond);

  clock_.AdvanceTo(absl::InfiniteFuture());

  EXPECT_THAT(seen_, ElementsAre(kSecond));
}

TEST_F(FakeClockTest, OtherThreadsMayAskAndAddMeanwhile) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) {
        const Timer timer = clock_.At(clock_.Now() + kSecond, [] {});
      }
    });
  }

  for (int n = 0; n < 100; ++n) clock_.Advance(kSecond);

  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(clock_.Now(), kStart + 100 * kSecond);
}

}  // namespace
}  // namespace hssgw
