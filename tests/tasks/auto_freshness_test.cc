// SPDX-License-Identifier: Apache-2.0
// Hours of callers at the documented quota, in simulated time: what the age
// that the gateway chooses is for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "service/hss/call_budget.h"
#include "tests/tasks/cached_listing.h"

namespace hssgw {
namespace {

using ::testing::Ge;
using ::testing::Le;

// Upstream behind its quota: a question waits for a call, and is answered at
// once.
class PacedUpstream : public PageSource {
 public:
  PacedUpstream(CallBudget& budget, const Clock& clock, const MovingList& list)
      : budget_(budget), clock_(clock), list_(list) {}

  PageTicket Ask(PageQuestion question, PageTerms terms,
                 PageCallback done) override {
    auto turn = std::make_shared<BudgetTurn>(
        budget_.Take(terms.deadline, [this, question, done = std::move(done)](
                                         const absl::Status& status) mutable {
          if (!status.ok()) return done({.page = status});
          ++calls_;
          done({.page = std::make_shared<const Page>(
                    list_.Read(question.offset, question.limit, clock_.Now())),
                .upstream_calls = 1});
        }));
    return PageTicket(Ticket([turn]() mutable { turn.reset(); }), nullptr,
                      [turn] {
                        return PageWaiting{.wait = PageWait::kBudget,
                                           .until = turn->ExpectedStart()};
                      });
  }

  int calls() const { return calls_; }

 private:
  CallBudget& budget_;
  const Clock& clock_;
  const MovingList& list_;
  int calls_ = 0;
};

class AutoFreshnessTest : public CachedListingTest {
 protected:
  static constexpr int kFiftyPages = 9500;

  struct Outcome {
    int callers = 0;
    int free = 0;  // that cost no call and did not wait
    int calls = 0;
    absl::Duration longest_wait;
  };

  // A caller every minute, for `hours` after the first one has everything.
  Outcome ListEveryMinute(int hours) {
    list_ = MovingList(kFiftyPages, /*seed=*/1);
    CallBudget budget({.calls = 5, .period = absl::Seconds(60)}, clock_);
    PacedUpstream upstream(budget, clock_, list_);
    CachingPageSource pages({.upstream = upstream,
                             .cache = *cache_,
                             .forecast = budget,
                             .clock = clock_,
                             .metrics = metrics_});
    const ListerParts parts{.pages = pages,
                            .habits = habits_,
                            .forecast = budget,
                            .tokens = tokens_,
                            .clock = clock_,
                            .cache = &*cache_,
                            .freshness = freshness_};
    Outcome outcome;
    ListAndWait(parts, outcome);
    outcome = {.calls = -upstream.calls()};
    const absl::Time end = clock_.Now() + hours * absl::Hours(1);
    while (clock_.Now() < end) {
      const absl::Time next = clock_.Now() + absl::Minutes(1);
      ListAndWait(parts, outcome);
      clock_.AdvanceTo(next);
    }
    outcome.calls += upstream.calls();
    return outcome;
  }

 private:
  void ListAndWait(const ListerParts& parts, Outcome& outcome) {
    const absl::Time start = clock_.Now();
    Caller caller;
    caller.lister =
        *TaskLister::Create(*TaskQuery::FromProto(FreeTasks(), {}), parts, {});
    for (caller.PullWhatIsThere(); !caller.ended; caller.PullWhatIsThere()) {
      clock_.Advance(absl::Seconds(1));
    }
    ASSERT_TRUE(caller.status.ok()) << caller.status;
    EXPECT_EQ(caller.summary().task_count(), kFiftyPages);
    const absl::Duration wait = clock_.Now() - start;
    outcome.longest_wait = std::max(outcome.longest_wait, wait);
    ++outcome.callers;
    if (wait == absl::ZeroDuration() &&
        caller.summary().upstream_calls() == 0) {
      ++outcome.free;
    }
  }
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
