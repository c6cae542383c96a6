// SPDX-License-Identifier: Apache-2.0
// Listings before a cache: what the second one costs, and what it is given.
#include "tests/tasks/cached_listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListSummary;
using ::hss::antivirus::v1::ListTasksRequest;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Lt;
using ::testing::Not;
using ::testing::SizeIs;

TEST_F(CachedListingTest, ThousandCallersAtOnceCostOneWalk) {
  upstream_.Hold();
  const auto callers = ListMany(1000);
  EXPECT_EQ(calls(), 1U);

  RunToEnd(callers);

  EXPECT_THAT(calls(), Le(21U));
  int32_t told = 0;
  for (const auto& caller : callers) {
    ASSERT_TRUE(caller->status.ok()) << caller->status;
    const ListSummary summary = caller->summary();
    EXPECT_TRUE(summary.complete());
    EXPECT_EQ(summary.task_count(), kTwentyPages);
    told += summary.upstream_calls();
  }
  EXPECT_EQ(told, static_cast<int32_t>(calls()));

  const size_t before = calls();
  const auto again = ListMany(1000);
  EXPECT_EQ(calls(), before);
  for (const auto& caller : again) {
    ASSERT_TRUE(caller->ended);
    EXPECT_EQ(caller->summary().pages_shared(), 20);
  }
}

TEST_F(CachedListingTest, NewcomerJoinsAtTheFrontier) {
  upstream_.Hold();
  std::vector<std::unique_ptr<Caller>> callers;
  callers.push_back(List());
  for (int i = 0; i < 5; ++i) upstream_.Release(upstream_.held().front());
  const size_t before = calls();

  callers.push_back(List());

  EXPECT_EQ(calls(), before);
  EXPECT_THAT(callers[1]->frames, Not(IsEmpty()));
  RunToEnd(callers);
  EXPECT_THAT(calls(), Le(21U));
  EXPECT_EQ(callers[0]->ids(), callers[1]->ids());
}

TEST_F(CachedListingTest, WarmListingIsTwentyHitsAtOnce) {
  List();
  clock_.Advance(absl::Seconds(1));
  const size_t before = calls();

  const auto caller = List();

  EXPECT_TRUE(caller->ended);
  EXPECT_EQ(calls(), before);
  const ListSummary summary = caller->summary();
  EXPECT_EQ(summary.upstream_calls(), 0);
  EXPECT_EQ(summary.pages_shared(), 20);
  EXPECT_EQ(caller->plan().pages_cached(), 20);
  // Nothing is copied: the frames are slices of the pages in the cache.
  const PageRef first = cache_->Find(
      {.leg = {.profile = "default", .project_id = "p"}, .limit = 200},
      absl::InfinitePast(), absl::InfiniteFuture());
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(caller->frames.front().slices.front().owner.get(), &first->wire);
}

// --- lists that move --------------------------------------------------------

TEST_F(CachedListingTest, SecondThousandCostsNothingThoughRowsLeft) {
  meanwhile_ = [&] { list_.Leave(20); };
  upstream_.Hold();
  const auto callers = ListMany(1000);
  RunToEnd(callers);
  const size_t before = calls();

  const auto again = ListMany(1000);

  ASSERT_EQ(calls(), before);
  for (const auto& caller : again) {
    ASSERT_TRUE(caller->ended);
    ASSERT_TRUE(caller->status.ok()) << caller->status;
    EXPECT_TRUE(caller->summary().complete());
  }
  EXPECT_EQ(again.front()->ids(), callers.front()->ids());
}

// Property: within its age a walk is repeated page by page, however the list
// moved.
TEST_F(CachedListingTest, SecondListingCostsNothingHoweverTheListMoved) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Restart(seed);
    MoveMeanwhile(seed, /*churn=*/static_cast<int>(seed % 5) * 4);
    upstream_.Hold();
    std::vector<std::unique_ptr<Caller>> callers;
    callers.push_back(List());
    RunToEnd(callers);
    ASSERT_TRUE(callers[0]->status.ok()) << callers[0]->status;
    const size_t before = calls();

    callers.push_back(List());
    RunToEnd(callers);

    ASSERT_TRUE(callers[1]->status.ok()) << callers[1]->status;
    EXPECT_EQ(calls(), before);
    EXPECT_EQ(callers[1]->ids(), callers[0]->ids());
  }
}

// Property: callers who want pages of different age, over a list that moves,
// share what they can, and each listing is whole or says that it is not.
TEST_F(CachedListingTest, EveryListingIsWholeWhateverItShares) {
  int whole = 0;
  int too_fast = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    for (const auto& caller : ListAtTimesOfTheirOwn(seed)) {
      if (!caller->status.ok()) {
        EXPECT_EQ(FactsOf(caller->status).reason, Reason::kListChangedTooFast);
        ++too_fast;
        continue;
      }
      ++whole;
      const std::vector<std::string> ids = caller->ids();
      const std::set<std::string> once(ids.begin(), ids.end());
      EXPECT_EQ(once.size(), ids.size());
      for (const uint64_t id : list_.steady()) {
        EXPECT_TRUE(once.contains(TaskIdText(id))) << "lost " << id;
      }
    }
  }
  EXPECT_THAT(whole, Ge(30 * too_fast));
}

// Who takes old rows does not wait for somebody who wants new ones.
TEST_F(CachedListingTest, NewcomerTakesAWholeWalkBeforeOneThatIsStillRead) {
  List();
  list_.Arrive(40);
  clock_.Advance(absl::Seconds(1));
  const absl::Time moved_at = clock_.Now();
  upstream_.Hold();
  std::vector<std::unique_ptr<Caller>> callers;
  callers.push_back(List(NoOlderThan(absl::ZeroDuration())));
  for (int i = 0; i < 3; ++i) upstream_.Release(upstream_.held().front());
  const size_t before = calls();

  const auto newcomer = List();

  EXPECT_EQ(calls(), before);
  ASSERT_TRUE(newcomer->ended);
  EXPECT_TRUE(newcomer->summary().complete());
  EXPECT_THAT(newcomer->oldest_fetch_time(), Lt(moved_at));

  // Once that one is whole, too, it is the newer one.
  RunToEnd(callers);
  EXPECT_THAT(List()->oldest_fetch_time(), Ge(moved_at));
}

// --- a cache that is too small ----------------------------------------------

TEST_F(CachedListingTest, SlowReaderKeepsPagesThatWereEvicted) {
  const PageRef sample =
      std::make_shared<const Page>(list_.Read(0, 200, clock_.Now()));
  CacheOf(static_cast<int64_t>(5 * sample->wire.size()));
  upstream_.Hold();
  std::vector<std::unique_ptr<Caller>> callers;
  callers.push_back(List());
  upstream_.Release(upstream_.held().front());
  Caller& slow = *callers[0];
  slow.PullWhatIsThere();
  ASSERT_THAT(slow.frames, Not(IsEmpty()));
  slow.PullWhatIsThere();
  RunToEnd(callers);

  // Another list takes its room, while its frames are still being written.
  for (const char* project : {"a", "b", "c"}) {
    ListTasksRequest other = FreeTasks();
    other.set_project_id(project);
    std::vector<std::unique_ptr<Caller>> others;
    others.push_back(List(other));
    RunToEnd(others);
  }

  EXPECT_THAT(cache_->bytes(), Le(cache_->max_bytes()));
  const std::vector<std::string> ids = slow.ids();
  ASSERT_THAT(ids, SizeIs(kTwentyPages));
  EXPECT_EQ(ids.front(), TaskIdText(kTwentyPages));
  EXPECT_EQ(ids.back(), TaskIdText(1));
}

TEST_F(CachedListingTest, ListLargerThanTheCacheKeepsItsHeadAndSaysItsSize) {
  const size_t page_bytes = list_.Read(0, 200, clock_.Now()).wire.size();
  CacheOf(static_cast<int64_t>(10 * page_bytes));
  List();
  const size_t before = calls();

  const auto again = List();

  EXPECT_TRUE(again->summary().complete());
  EXPECT_THAT(again->summary().pages_shared(), AllOf(Ge(4), Le(9)));
  EXPECT_EQ(calls() - before,
            static_cast<size_t>(again->summary().upstream_calls()));
  EXPECT_THAT(metrics_.Text(),
              Not(HasSubstr("\nhss_gateway_cache_oversized_list_bytes 0\n")));
}

}  // namespace
}  // namespace hssgw
