// SPDX-License-Identifier: Apache-2.0
#include "service/hss/call_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing/fake_clock.h"

namespace hssgw {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CallBudgetTest : public ::testing::Test {
 protected:
  // Asks for a start and remembers when it was allowed.
  BudgetTurn Take(CallBudget& budget,
                  absl::Time deadline = absl::InfiniteFuture()) {
    return budget.Take(deadline, [this](const absl::Status& status) {
      if (status.ok()) {
        starts_.push_back(clock_.Now());
      } else {
        errors_.push_back(status.code());
      }
    });
  }

  absl::Duration Since(size_t start) const {
    return starts_.at(start) - starts_.front();
  }

  FakeClock clock_;
  std::vector<absl::Time> starts_;
  std::vector<absl::StatusCode> errors_;
};

TEST_F(CallBudgetTest, AllowsTheWholeWindowAtOnce) {
  CallBudget budget({.calls = 5}, clock_);
  std::vector<BudgetTurn> tickets;
  for (int i = 0; i < 6; ++i) tickets.push_back(Take(budget));

  EXPECT_THAT(starts_, SizeIs(5));
}

TEST_F(CallBudgetTest, NextStartComesAPeriodAndAGuardAfterTheFirst) {
  CallBudget budget({.calls = 5}, clock_);
  std::vector<BudgetTurn> tickets;
  for (int i = 0; i < 6; ++i) tickets.push_back(Take(budget));

  clock_.Advance(absl::Milliseconds(60249));
  EXPECT_THAT(starts_, SizeIs(5));
  clock_.Advance(absl::Milliseconds(1));

  EXPECT_EQ(Since(5), absl::Milliseconds(60250));
}

TEST_F(CallBudgetTest, WhoComesWithinTheGuardWaitsForItsEnd) {
  CallBudget budget({.calls = 1}, clock_);
  const BudgetTurn first = Take(budget);
  clock_.Advance(absl::Milliseconds(60100));

  const BudgetTurn second = Take(budget);

  EXPECT_THAT(starts_, SizeIs(1));
  clock_.Advance(absl::Milliseconds(150));
  EXPECT_THAT(starts_, SizeIs(2));
}

// The promise "one quota, never overrun": in any period, wherever it begins.
TEST_F(CallBudgetTest, NeverMoreStartsThanCallsInAnyPeriod) {
  CallBudget budget({.calls = 5}, clock_);
  std::vector<BudgetTurn> tickets;
  for (int i = 0; i < 60; ++i) {
    tickets.push_back(Take(budget));
    clock_.Advance(absl::Seconds(i % 7));
  }
  clock_.Advance(absl::Hours(1));

  ASSERT_THAT(starts_, SizeIs(60));
  for (size_t i = 5; i < starts_.size(); ++i) {
    EXPECT_GE(starts_[i] - starts_[i - 5], absl::Seconds(60)) << i;
  }
}

TEST_F(CallBudgetTest, ServesInOrder) {
  CallBudget budget({.calls = 1}, clock_);
  std::vector<int> order;
  std::vector<BudgetTurn> tickets;
  for (int i = 0; i < 3; ++i) {
    tickets.push_back(
        budget.Take(absl::InfiniteFuture(),
                    [&, i](const absl::Status&) { order.push_back(i); }));
  }
  clock_.Advance(absl::Minutes(5));

  EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

TEST_F(CallBudgetTest, DroppedTicketSpendsNothing) {
  CallBudget budget({.calls = 1}, clock_);
  BudgetTurn first = Take(budget);
  BudgetTurn dropped = Take(budget);
  BudgetTurn third = Take(budget);

  dropped = BudgetTurn();
  clock_.Advance(absl::Milliseconds(60250));

  EXPECT_THAT(errors_, ElementsAre(absl::StatusCode::kCancelled));
  EXPECT_THAT(starts_, SizeIs(2));
}

TEST_F(CallBudgetTest, WaitEndsWithItsDeadline) {
  CallBudget budget({.calls = 1}, clock_);
  BudgetTurn first = Take(budget);
  BudgetTurn second = Take(budget, clock_.Now() + absl::Seconds(10));

  clock_.Advance(absl::Seconds(10));

  EXPECT_THAT(errors_, ElementsAre(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(CallBudgetTest, ZeroCallsIsNoLimit) {
  CallBudget budget({.calls = 0}, clock_);
  std::vector<BudgetTurn> tickets;
  for (int i = 0; i < 100; ++i) tickets.push_back(Take(budget));

  EXPECT_THAT(starts_, SizeIs(100));
  EXPECT_TRUE(budget.unlimited());
}

TEST_F(CallBudgetTest, TicketMayOutliveIt) {
  BudgetTurn ticket;
  {
    CallBudget budget({.calls = 1}, clock_);
    BudgetTurn first = Take(budget);
    ticket = Take(budget);
  }
  ticket = BudgetTurn();
  clock_.Advance(absl::Minutes(5));

  EXPECT_THAT(errors_, IsEmpty());
}

TEST_F(CallBudgetTest, ForecastComesTrue) {
  CallBudget budget({.calls = 5}, clock_);
  std::vector<BudgetTurn> turns;
  for (int i = 0; i < 3; ++i) turns.push_back(Take(budget));
  clock_.Advance(absl::Seconds(20));
  std::vector<absl::Time> expected;
  for (int32_t nth = 1; nth <= 14; ++nth) {
    expected.push_back(budget.StartOf(nth));
  }
  for (int i = 0; i < 14; ++i) turns.push_back(Take(budget));
  EXPECT_EQ(budget.CallsWaiting(), 12);

  clock_.Advance(absl::Minutes(10));

  EXPECT_THAT(std::vector<absl::Time>(starts_.begin() + 3, starts_.end()),
              ElementsAreArray(expected));
}

TEST_F(CallBudgetTest, EveryTurnKnowsWhenItComes) {
  CallBudget budget({.calls = 5}, clock_);
  std::vector<BudgetTurn> turns;
  for (int i = 0; i < 12; ++i) turns.push_back(Take(budget));
  EXPECT_EQ(turns[4].ExpectedStart(), absl::InfinitePast());
  const absl::Time eleventh = turns[10].ExpectedStart();

  turns[5] = BudgetTurn();

  EXPECT_EQ(turns[10].ExpectedStart(), clock_.Now() + absl::Seconds(60.25));
  EXPECT_EQ(eleventh, clock_.Now() + 2 * absl::Seconds(60.25));
}

TEST_F(CallBudgetTest, TimeOfAWalk) {
  const CallBudget budget({.calls = 5}, clock_);
  EXPECT_EQ(budget.TimeFor(0, 0), absl::ZeroDuration());
  EXPECT_EQ(budget.TimeFor(5, 0), absl::ZeroDuration());
  EXPECT_EQ(budget.TimeFor(6, 0), absl::Seconds(60.25));
  // Two of five are left to others.
  EXPECT_EQ(budget.TimeFor(3, 2), absl::ZeroDuration());
  EXPECT_EQ(budget.TimeFor(7, 2), 2 * absl::Seconds(60.25));
  EXPECT_EQ(budget.TimeFor(1, 5), absl::InfiniteDuration());
  const CallBudget unlimited({.calls = 0}, clock_);
  EXPECT_EQ(unlimited.TimeFor(1000, 2), absl::ZeroDuration());
  EXPECT_LE(unlimited.StartOf(1000), clock_.Now());
}

}  // namespace
}  // namespace hssgw
