// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/refresh_ahead.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/tasks/paced_listing.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Lt;

ListTasksRequest Newest(int32_t tasks) {
  ListTasksRequest request = FreeTasks();
  request.set_max_tasks(tasks);
  return request;
}

// Ages of half a minute: a list of so few pages is read again within them.
class RefreshAheadTest : public PacedListingTest {
 protected:
  static constexpr int kThreePages = 500;

  RefreshAheadTest() {
    list_ = MovingList(kThreePages, /*seed=*/1);
    WithRefreshAhead();
  }

  // A caller at each of these seconds after `begin_`, who does not wait.
  void ListAt(std::initializer_list<int> seconds,
              const ListTasksRequest& request = FreeTasks()) {
    for (const int second : seconds) {
      clock_.AdvanceTo(begin_ + absl::Seconds(second));
      EXPECT_TRUE(ListAndWait(request).free()) << second;
    }
  }

  const absl::Time begin_ = clock_.Now();
};

TEST_F(RefreshAheadTest, ListThatIsReadOftenIsNewBeforeItIsTooOld) {
  freshness_.max_staleness = absl::Minutes(2);
  ListAndWait();
  ListAt({30, 60, 100});
  EXPECT_EQ(paced_calls_, 3);
  list_.Arrive(1);

  ListAt({109});  // It is given the old pages; then they are read anew.

  EXPECT_EQ(paced_calls_, 6);
  EXPECT_EQ(ListAndWait().summary.task_count(), kThreePages + 1);
  ListAt({121, 200});
  EXPECT_EQ(paced_calls_, 6);
  EXPECT_THAT(metrics_.Text(),
              HasSubstr("hss_gateway_page_reads_total{from=\"refresh\"} 3\n"));
}

TEST_F(RefreshAheadTest, ListThatIsReadOnceIsNotReadAnew) {
  freshness_.max_staleness = absl::Minutes(2);
  ListAndWait();

  ListAt({115});

  EXPECT_EQ(paced_calls_, 3);
}

TEST_F(RefreshAheadTest, ListThatWasReadOftenLongAgoIsNotReadAnew) {
  freshness_.max_staleness = absl::Minutes(2);
  ListAndWait();
  ListAt({30, 60});
  clock_.Advance(absl::Minutes(10));
  ListAndWait();
  EXPECT_EQ(paced_calls_, 6);

  ListAt({775});

  EXPECT_EQ(paced_calls_, 6);
}

TEST_F(RefreshAheadTest, ListThatNobodyListsAnyMoreIsReadInVainOnce) {
  freshness_.max_staleness = absl::Minutes(2);
  ListAndWait();
  ListAt({30, 60, 110});

  clock_.Advance(absl::Hours(10));

  EXPECT_EQ(paced_calls_, 6);
}

TEST_F(RefreshAheadTest, NoMoreIsReadAnewThanIsReadOften) {
  freshness_.max_staleness = absl::Minutes(2);
  ListAndWait();

  ListAt({30, 60, 110, 150}, Newest(20));

  EXPECT_EQ(paced_calls_, 4);
}

// Its ten minutes are that nobody asks.
TEST_F(RefreshAheadTest, EmptyListIsNotReadAnew) {
  list_ = MovingList(0, /*seed=*/1);
  ListAndWait();

  ListAt({200, 400, 590});

  EXPECT_EQ(paced_calls_, 1);
}

// --- room -------------------------------------------------------------------

TEST_F(RefreshAheadTest, TwoStartsAreLeftToCallers) {
  list_ = MovingList(1100, /*seed=*/1);  // six pages
  freshness_.max_staleness = absl::Minutes(10);
  ListAndWait();
  ListAt({120, 240, 500});
  ASSERT_EQ(paced_calls_, 9);

  // Two lists that nobody has asked for yet.
  for (const char* project : {"a", "b"}) {
    ListTasksRequest request = Newest(1);
    request.set_project_id(project);
    EXPECT_FALSE(ListAndWait(request).waited());
  }
}

TEST_F(RefreshAheadTest, BusyQuotaIsLeftAlone) {
  freshness_.max_staleness = absl::Minutes(2);
  ListAndWait();
  ListAt({30, 60, 100});
  for (const char* project : {"a", "b"}) {
    ListTasksRequest request = Newest(1);
    request.set_project_id(project);
    ListAndWait(request);
  }

  ListAt({110, 119});  // Three of five are free: one, without the callers'.

  EXPECT_EQ(paced_calls_, 5);
}

// Four pages take longer than they may be old, at the pace that is left.
TEST_F(RefreshAheadTest, WalkThatWouldBeReadyTooLateIsNotBegun) {
  list_ = MovingList(700, /*seed=*/1);
  ListAndWait();
  clock_.AdvanceTo(begin_ + absl::Seconds(61));
  ListAndWait();
  const int32_t before = paced_calls_;

  ListAt({70, 80, 90});

  EXPECT_EQ(paced_calls_, before);
}

TEST_F(RefreshAheadTest, AgeLeavesTimeForTheWalk) {
  EXPECT_EQ(RefreshAge(absl::Seconds(30), 3, budget_), absl::Seconds(27));
  EXPECT_EQ(RefreshAge(absl::Seconds(30), 4, budget_),
            absl::InfiniteDuration());
  EXPECT_EQ(RefreshAge(absl::Minutes(10), 4, budget_),
            absl::Minutes(9) - (absl::Minutes(1) + CallBudget::kGuard));
  EXPECT_EQ(RefreshAge(absl::InfiniteDuration(), 4, budget_),
            absl::InfiniteDuration());
  const CallBudget two({.calls = 2}, clock_);
  EXPECT_EQ(RefreshAge(absl::Hours(1), 1, two), absl::InfiniteDuration());
}

// A first listing that comes late finds it too late to begin.
TEST_F(RefreshAheadTest, WalkThatIsTooLateToBeReadyIsNotBegun) {
  list_ = MovingList(kFiftyPages, /*seed=*/1);
  freshness_.max_staleness = absl::Hours(1);
  ListAndWait();

  ListAt({700, 800, 2800});

  EXPECT_EQ(paced_calls_, 50);
}

// The pages of walks that run are taken into account.
TEST_F(RefreshAheadTest, SecondLongListIsNotBegunBesideTheFirst) {
  list_ = MovingList(kFiftyPages, /*seed=*/1);
  freshness_.max_staleness = absl::Hours(1);
  ListTasksRequest free_and_paid = FreeTasks();
  free_and_paid.mutable_filter()->clear_whether_paid_task();
  ListAndWait(free_and_paid);
  ASSERT_EQ(paced_calls_, 100);

  ListAt({1300, 1400, 2400, 2500}, free_and_paid);
  clock_.AdvanceTo(begin_ + absl::Minutes(59));

  EXPECT_EQ(paced_calls_, 150);
}

// From a boundary on, "until now" is another question.
TEST_F(RefreshAheadTest, QuestionThatNobodyWillAskAgainIsNotReadAnew) {
  freshness_.max_staleness = absl::Seconds(109);
  ListTasksRequest request = FreeTasks();
  request.mutable_filter()->mutable_begin_time()->set_seconds(
      absl::ToUnixSeconds(begin_) - 9000);
  ListAndWait(request);

  ListAt({30, 60, 99}, request);  // The next five minutes begin at 100 s.

  EXPECT_EQ(paced_calls_, 3);
}

// Time goes on between two looks at the clock.
class RunningClock : public FakeClock {
 public:
  absl::Time Now() const override {
    return FakeClock::Now() + absl::Nanoseconds(++looks_);
  }

 private:
  mutable int64_t looks_ = 0;
};

TEST(RoomForRefreshTest, IsNowAlsoOnAClockThatRuns) {
  RunningClock clock;
  CallBudget budget({.calls = 5}, clock);
  std::vector<BudgetTurn> turns;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(RoomForRefresh(budget, clock), absl::InfinitePast()) << i;
    turns.push_back(budget.Take(absl::InfiniteFuture(),
                                [](const absl::Status& /*status*/) {}));
  }

  EXPECT_THAT(RoomForRefresh(budget, clock), Gt(clock.Now()));
}

// --- lists that move, and upstreams that fail -------------------------------

// Readers keep the whole old walk until the new one is whole.
TEST_F(RefreshAheadTest, LongListThatMovesLeavesNobodyWaiting) {
  list_ = MovingList(kFiftyPages, /*seed=*/1);
  freshness_.max_staleness = absl::Hours(1);

  const Outcome outcome = ListEveryMinute(/*hours=*/3, /*churn=*/5);

  EXPECT_THAT(outcome.longest_wait, Lt(absl::Seconds(1)));
  EXPECT_EQ(outcome.callers, 180);
  EXPECT_THAT(outcome.free, Ge(170));
  EXPECT_THAT(outcome.calls, Le(250));  // of 900
  RecordProperty("free", outcome.free);
  RecordProperty("calls", outcome.calls);
}

// Whoever reads to the end does so when the list has grown.
TEST_F(RefreshAheadTest, ListThatGrewIsReadAnewToItsEnd) {
  list_ = MovingList(560, /*seed=*/1);
  freshness_.max_staleness = absl::Minutes(20);
  ListAndWait();
  ListAt({300, 600});
  list_.Arrive(25);  // A fourth page.

  ListAt({1081, 1201});
  const Listing listing = ListAndWait();

  EXPECT_TRUE(listing.free());
  EXPECT_EQ(listing.summary.task_count(), 585);
}

// Callers who want new heads meanwhile do not undo it.
TEST_F(RefreshAheadTest, WalkIsGivenThoughNewerHeadsWereAskedForMeanwhile) {
  list_ = MovingList(kFiftyPages, /*seed=*/1);
  freshness_.max_staleness = absl::Hours(1);
  ListAndWait();
  ListAt({600, 1200});
  list_.Arrive(1);
  ListAt({2400});
  for (int second = 2431; second < 3400; second += 300) {
    clock_.AdvanceTo(begin_ + absl::Seconds(second));
    ListTasksRequest head = Newest(1);
    head.mutable_freshness()->mutable_max_staleness()->set_seconds(30);
    EXPECT_EQ(ListAndWait(head).summary.upstream_calls(), 1);
    list_.Arrive(20);
  }
  clock_.AdvanceTo(begin_ + absl::Seconds(3500));

  const Listing listing = ListAndWait();

  EXPECT_TRUE(listing.free());
  EXPECT_THAT(listing.summary.task_count(), Gt(kFiftyPages));
}

// Callers who read a part keep the old one until the new one is there.
TEST_F(RefreshAheadTest, PartThatIsReadOftenIsGivenOnceItIsWhole) {
  list_ = MovingList(kFiftyPages, /*seed=*/1);
  freshness_.max_staleness = absl::Minutes(30);
  const ListTasksRequest request = Newest(1100);  // of six pages
  const std::string newest = ListAndWait(request).ids.front();
  list_.Arrive(40);
  ListAt({600, 1200}, request);
  ASSERT_EQ(paced_calls_, 6);

  ListAt({1570}, request);  // Three pages are read anew at once.
  EXPECT_EQ(paced_calls_, 9);
  ListAt({1600}, request);
  EXPECT_EQ(ListAndWait(request).ids.front(), newest);
  ListAt({1700}, request);

  EXPECT_THAT(paced_calls_, AllOf(Ge(12), Le(13)));
  EXPECT_NE(ListAndWait(request).ids.front(), newest);
}

// The quota turned out to be busy: callers ask for themselves by now.
TEST_F(RefreshAheadTest, WalkThatComesTooLateIsEnded) {
  list_ = MovingList(kFiftyPages, /*seed=*/1);
  freshness_.max_staleness = absl::Hours(1);
  ListAndWait();
  ListAt({600, 1200, 2400});
  ASSERT_EQ(paced_calls_, 53);
  for (int i = 0; clock_.Now() < begin_ + absl::Minutes(61); ++i) {
    ListTasksRequest request = Newest(1);
    request.set_project_id(absl::StrCat("other-", i));
    ListAndWait(request);
  }
  const int32_t before = paced_calls_;

  clock_.Advance(absl::Hours(1));

  EXPECT_EQ(paced_calls_, before);
}

TEST_F(RefreshAheadTest, FailureIsNotRepeatedAndNobodySeesIt) {
  list_ = MovingList(150, /*seed=*/1);
  freshness_.max_staleness = absl::Minutes(2);
  ListAndWait();
  ListAt({30, 60});
  failure_ = MakeError(absl::StatusCode::kUnavailable, "down",
                       {.reason = Reason::kUpstreamUnavailable});

  ListAt({110, 112, 114, 116, 118});
  EXPECT_EQ(paced_calls_, 2);

  failure_ = absl::OkStatus();
  clock_.AdvanceTo(begin_ + absl::Seconds(125));
  EXPECT_EQ(ListAndWait().summary.upstream_calls(), 1);
}

TEST_F(RefreshAheadTest, AnswersThatTooOldPagesStandInForDoNotBeginIt) {
  ListAndWait();
  ListAt({5, 10});
  failure_ = MakeError(absl::StatusCode::kUnavailable, "down",
                       {.reason = Reason::kUpstreamUnavailable});
  clock_.AdvanceTo(begin_ + absl::Minutes(30));
  EXPECT_TRUE(ListAndWait().summary.stale());
  const int32_t before = paced_calls_;

  EXPECT_TRUE(ListAndWait().summary.stale());

  EXPECT_EQ(paced_calls_, before);
}

// What is under way when the gateway ends is let go of.
TEST_F(RefreshAheadTest, EndStopsWhatIsUnderWay) {
  list_ = MovingList(kFiftyPages, /*seed=*/1);
  freshness_.max_staleness = absl::Hours(1);
  ListAndWait();
  ListAt({600, 1200, 2400});
  clock_.Advance(absl::Minutes(2));
  const int32_t at_the_end = paced_calls_;
  ASSERT_THAT(at_the_end, AllOf(Ge(53), Le(59)));

  ahead_.reset();
  clock_.Advance(absl::Hours(1));

  EXPECT_EQ(paced_calls_, at_the_end);
}

}  // namespace
}  // namespace hssgw
