// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/freshness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/tasks/cached_listing.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

class FreshnessTest : public CachedListingTest {};

TEST_F(FreshnessTest, ZeroIsAskedForAfterTheCallBegan) {
  List();
  clock_.Advance(absl::Seconds(1));
  const absl::Time start = clock_.Now();

  const auto caller = List(NoOlderThan(absl::ZeroDuration()));

  EXPECT_EQ(caller->summary().pages_shared(), 0);
  EXPECT_EQ(caller->summary().max_staleness_used().seconds(), 0);
  EXPECT_THAT(caller->oldest_fetch_time(), Ge(start));
}

TEST_F(FreshnessTest, AgeIsTheOldestThatTheCallerTakes) {
  List();
  clock_.Advance(absl::Seconds(60));
  const size_t before = calls();

  const auto patient = List(NoOlderThan(absl::Seconds(90)));
  EXPECT_EQ(calls(), before);
  EXPECT_EQ(patient->summary().max_staleness_used().seconds(), 90);
  EXPECT_THAT(clock_.Now() - patient->oldest_fetch_time(),
              AllOf(Ge(absl::Seconds(60)), Le(absl::Seconds(63))));

  const auto by_default = List();  // Half a minute where calls are free.
  EXPECT_EQ(by_default->summary().pages_shared(), 0);
  EXPECT_EQ(by_default->summary().max_staleness_used().seconds(), 30);
}

TEST_F(FreshnessTest, EmptyListIsNotAskedAgainWithinTenMinutes) {
  ListTasksRequest paid = FreeTasks();
  paid.mutable_filter()->set_whether_paid_task(true);
  List(paid);
  const absl::Time asked_at = clock_.Now();
  clock_.Advance(absl::Minutes(9));

  const auto again = List(paid);
  EXPECT_EQ(calls(), 1U);
  EXPECT_EQ(again->oldest_fetch_time(), asked_at);  // Its age counts.
  EXPECT_EQ(again->summary().max_staleness_used().seconds(), 600);

  clock_.Advance(absl::Seconds(61));
  List(paid);
  EXPECT_EQ(calls(), 2U);
}

TEST_F(FreshnessTest, OldPagesInsteadOfAnErrorSaySo) {
  List();
  clock_.Advance(absl::Minutes(59));
  failure_ = MakeError(absl::StatusCode::kUnavailable, "down",
                       {.reason = Reason::kUpstreamUnavailable});

  const auto stale = List();
  ASSERT_TRUE(stale->status.ok()) << stale->status;
  EXPECT_TRUE(stale->summary().stale());
  EXPECT_TRUE(stale->summary().complete());
  EXPECT_EQ(stale->summary().task_count(), kTwentyPages);

  // Nobody who asks for zero takes an old page, unless told to.
  const auto strict = List(NoOlderThan(absl::ZeroDuration()));
  EXPECT_EQ(strict->status.code(), absl::StatusCode::kUnavailable);
  ListTasksRequest told = NoOlderThan(absl::ZeroDuration());
  told.mutable_freshness()->mutable_max_staleness_on_error()->set_seconds(7200);
  EXPECT_TRUE(List(told)->summary().stale());
  clock_.Advance(absl::Minutes(2));
  EXPECT_EQ(List()->status.code(), absl::StatusCode::kUnavailable);
}

TEST_F(FreshnessTest, CallersOfOneFlightGetWhatEachOfThemTakes) {
  List();
  clock_.Advance(absl::Minutes(1));
  upstream_.Hold();
  const auto patient = List(NoOlderThan(absl::Minutes(2)));
  EXPECT_TRUE(patient->ended);
  std::vector<std::unique_ptr<Caller>> callers;
  callers.push_back(List());
  callers.push_back(List(NoOlderThan(absl::ZeroDuration())));
  const size_t before = calls();
  failure_ = MakeError(absl::StatusCode::kUnavailable, "down",
                       {.reason = Reason::kUpstreamUnavailable});

  RunToEnd(callers);

  EXPECT_EQ(calls(), before);
  EXPECT_TRUE(callers[0]->summary().stale());
  EXPECT_EQ(callers[1]->status.code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace hssgw
