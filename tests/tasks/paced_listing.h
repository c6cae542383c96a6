// SPDX-License-Identifier: Apache-2.0
// Callers that list at the documented quota, in simulated time: above a cache,
// with or without refresh ahead, and an upstream that answers at once whatever
// the quota lets through.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "service/hss/call_budget.h"
#include "service/tasks/refresh_ahead.h"
#include "tests/tasks/cached_listing.h"
#include "tests/testing/budgeted_pages.h"

namespace hssgw {

class PacedListingTest : public CachedListingTest {
 protected:
  static constexpr int kFiftyPages = 9500;

  // What a caller saw.
  struct Listing {
    absl::Duration wait;
    hss::antivirus::v1::ListSummary summary;
    std::vector<std::string> ids;

    bool waited() const { return wait >= absl::Seconds(1); }
    // It cost no call, and nobody waited.
    bool free() const { return !waited() && summary.upstream_calls() == 0; }
  };

  void WithRefreshAhead() {
    ahead_.emplace(RefreshParts{.pages = paced_,
                                .cache = *cache_,
                                .habits = habits_,
                                .forecast = budget_,
                                .clock = clock_});
  }

  Listing ListAndWait(
      const hss::antivirus::v1::ListTasksRequest& request = FreeTasks()) {
    const absl::Time start = clock_.Now();
    Caller caller;
    caller.lister = *TaskLister::Create(
        *TaskQuery::FromProto(request, {}),
        {.pages =
             ahead_.has_value() ? static_cast<PageSource&>(*ahead_) : paced_,
         .habits = habits_,
         .forecast = budget_,
         .tokens = tokens_,
         .clock = clock_,
         .cache = &*cache_,
         .freshness = freshness_},
        {});
    for (caller.PullWhatIsThere(); !caller.ended; caller.PullWhatIsThere()) {
      clock_.Advance(absl::Seconds(1));
    }
    EXPECT_TRUE(caller.status.ok()) << caller.status;
    if (!caller.status.ok()) return {};
    return {.wait = clock_.Now() - start,
            .summary = caller.summary(),
            .ids = caller.ids()};
  }

  int32_t paced_calls() const { return paced_calls_; }

  struct Outcome {
    int callers = 0;
    int free = 0;
    int calls = 0;
    absl::Duration longest_wait;
  };

  // A caller every minute, for `hours` after the first one has everything. So
  // many rows arrive and leave in each minute.
  Outcome ListEveryMinute(int hours, int churn = 0) {
    ListAndWait();
    Outcome outcome{.calls = -paced_calls_};
    const absl::Time end = clock_.Now() + hours * absl::Hours(1);
    while (clock_.Now() < end) {
      const absl::Time next = clock_.Now() + absl::Minutes(1);
      const Listing listing = ListAndWait();
      EXPECT_TRUE(listing.summary.complete());
      outcome.longest_wait = std::max(outcome.longest_wait, listing.wait);
      ++outcome.callers;
      if (listing.free()) ++outcome.free;
      list_.Arrive(churn);
      list_.Leave(churn);
      clock_.AdvanceTo(next);
    }
    outcome.calls += paced_calls_;
    return outcome;
  }

  CallBudget budget_{{.calls = 5, .period = absl::Seconds(60)}, clock_};
  int32_t paced_calls_ = 0;
  BudgetedPages upstream_at_quota_{
      budget_, [this](const PageQuestion& question) -> absl::StatusOr<Page> {
        ++paced_calls_;
        clock_.Advance(absl::Milliseconds(1));
        if (!failure_.ok()) return failure_;
        return list_.Read(question.offset, question.limit, clock_.Now());
      }};
  CachingPageSource paced_{{.upstream = upstream_at_quota_,
                            .cache = *cache_,
                            .forecast = budget_,
                            .clock = clock_,
                            .metrics = metrics_}};
  std::optional<RefreshAhead> ahead_;
};

}  // namespace hssgw
