// SPDX-License-Identifier: Apache-2.0
// Hours of callers at the documented quota, in simulated time: what the age
// that the gateway chooses is for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tasks/paced_listing.h"

namespace hssgw {
namespace {

using ::testing::Ge;
using ::testing::Le;

class AutoFreshnessTest : public PacedListingTest {
 protected:
  AutoFreshnessTest() { list_ = MovingList(kFiftyPages, /*seed=*/1); }
};

TEST_F(AutoFreshnessTest, LongListIsAnsweredFromTheCacheToWhoComesAgain) {
  const Outcome outcome = ListEveryMinute(/*hours=*/3);

  EXPECT_THAT(outcome.callers, Ge(90));
  EXPECT_THAT(outcome.free * 2, Ge(outcome.callers)) << outcome.free;
  // The quota would allow 900.
  EXPECT_THAT(outcome.calls, Le(600));
  RecordProperty("callers", outcome.callers);
  RecordProperty("free", outcome.free);
  RecordProperty("calls", outcome.calls);
}

// Why the age is not simply half a minute.
TEST_F(AutoFreshnessTest, HalfAMinuteWouldAnswerNobody) {
  freshness_.max_staleness = kLeastStaleness;

  const Outcome outcome = ListEveryMinute(/*hours=*/1);

  EXPECT_EQ(outcome.free, 0);
}

TEST_F(AutoFreshnessTest, AgeGrowsWithTheListAndTheQuota) {
  const CallBudget budget({.calls = 5, .period = absl::Seconds(60)}, clock_);

  EXPECT_EQ(AutoStaleness(std::nullopt, budget), kLeastStaleness);
  EXPECT_EQ(AutoStaleness(0, budget), kEmptyStaleness);
  EXPECT_EQ(AutoStaleness(900, budget), kLeastStaleness);  // five pages
  EXPECT_EQ(AutoStaleness(9500, budget),
            2 * 9 * (absl::Seconds(60) + CallBudget::kGuard));
  EXPECT_EQ(AutoStaleness(9500, FakeForecast()), kLeastStaleness);
}

}  // namespace
}  // namespace hssgw
