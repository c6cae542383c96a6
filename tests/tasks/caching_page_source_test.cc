// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/caching_page_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "service/tasks/recent_failures.h"
#include "tests/tasks/asked_pages.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CachingPageSourceTest : public AskedPagesTest {};

// --- the cache --------------------------------------------------------------

TEST_F(CachingPageSourceTest, SecondQuestionIsAnsweredFromTheCache) {
  const auto first = Ask();
  const auto second = Ask();

  EXPECT_THAT(upstream_.asked(), SizeIs(1));
  EXPECT_EQ(first->answer->upstream_calls, 1);
  EXPECT_FALSE(first->answer->shared);
  EXPECT_EQ(second->answer->upstream_calls, 0);
  EXPECT_TRUE(second->answer->shared);
  EXPECT_EQ(*second->answer->page, *first->answer->page);  // the same object
}

TEST_F(CachingPageSourceTest, EmptyPageIsAPage) {
  Ask();

  const auto second = Ask();

  EXPECT_THAT(second->page().tasks, IsEmpty());
  EXPECT_THAT(upstream_.asked(), SizeIs(1));
}

TEST_F(CachingPageSourceTest, PageThatIsTooOldIsAskedForAgain) {
  Ask();
  clock_.Advance(absl::Seconds(10));

  EXPECT_TRUE(Ask(NotBefore(clock_.Now() - absl::Seconds(10)))->answer->shared);
  EXPECT_FALSE(Ask(NotBefore(clock_.Now() - absl::Seconds(9)))->answer->shared);
}

TEST_F(CachingPageSourceTest, ErrorIsNotKept) {
  failure_ = Down();
  EXPECT_EQ(Ask()->code(), absl::StatusCode::kUnavailable);
  failure_ = absl::OkStatus();

  EXPECT_TRUE(Ask()->answer->page.ok());
}

TEST_F(CachingPageSourceTest, DenialIsKeptForHalfAMinute) {
  failure_ = MakeError(absl::StatusCode::kPermissionDenied, "denied",
                       {.reason = Reason::kUpstreamPermission});
  Ask();
  clock_.Advance(RecentFailures::kDenialKept - absl::Seconds(1));
  EXPECT_EQ(Ask()->code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Ask({}, Question("p", 190))->code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(upstream_.asked(), SizeIs(1));

  Ask({}, Question("other"));
  EXPECT_THAT(upstream_.asked(), SizeIs(2));
  Ask(NotBefore(clock_.Now()));
  EXPECT_THAT(upstream_.asked(), SizeIs(3));
  clock_.Advance(RecentFailures::kDenialKept);
  Ask();
  EXPECT_THAT(upstream_.asked(), SizeIs(4));
}

// Property: whatever part of the question differs, the answer is not shared.
TEST_F(CachingPageSourceTest, EveryPartOfTheQuestionIsPartOfTheKey) {
  using Change = std::function<void(PageQuestion&)>;
  const std::vector<Change> changes = {
      [](auto& q) { q.leg.profile = "x"; },
      [](auto& q) { q.leg.endpoint = "https://x.example"; },
      [](auto& q) { q.leg.project_id = "x"; },
      [](auto& q) { q.leg.filter.enterprise_project_id = "x"; },
      [](auto& q) { q.leg.filter.task_name = "x"; },
      [](auto& q) { q.leg.filter.task_status = "x"; },
      [](auto& q) { q.leg.filter.host_name = "x"; },
      [](auto& q) { q.leg.filter.private_ip = "x"; },
      [](auto& q) { q.leg.filter.public_ip = "x"; },
      [](auto& q) { q.leg.filter.host_task_status = {"x"}; },
      [](auto& q) { q.leg.window.last_days = 1; },
      [](auto& q) { q.leg.window.begin = absl::FromUnixSeconds(1); },
      [](auto& q) { q.leg.window.end = absl::FromUnixSeconds(1); },
      [](auto& q) { q.leg.time_format = TimeFormat::kUtcText; },
      [](auto& q) { q.leg.whether_paid_task = true; },
      [](auto& q) { q.offset = 1; },
      [](auto& q) { q.limit = 100; },
  };
  upstream_.Hold();
  std::vector<std::unique_ptr<Asked>> asked;
  asked.push_back(Ask());
  for (const Change& change : changes) {
    PageQuestion question = Question();
    change(question);
    asked.push_back(Ask({}, question));
  }

  // In flight at once, and then from the cache: each its own.
  ASSERT_THAT(upstream_.asked(), SizeIs(changes.size() + 1));
  for (size_t i = 0; i < asked.size(); ++i) upstream_.Release(i);
  for (size_t i = 0; i < asked.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      EXPECT_NE(*asked[i]->answer->page, *asked[j]->answer->page);
    }
    const auto again = Ask({}, upstream_.asked()[i]);
    EXPECT_EQ(*again->answer->page, *asked[i]->answer->page);
  }
}

// --- instead of an error ----------------------------------------------------

TEST_F(CachingPageSourceTest, OldPageIsBetterThanAnError) {
  Ask();
  clock_.Advance(absl::Minutes(30));
  failure_ = Down();

  const auto stale = Ask(FreshOrStale());

  EXPECT_TRUE(stale->answer->stale);
  EXPECT_EQ(stale->answer->upstream_calls, 1);
  EXPECT_EQ(clock_.Now() - stale->page().sent_at, absl::Minutes(30));
}

TEST_F(CachingPageSourceTest, ErrorIsBetterThanAPageThatIsOlderThanAllowed) {
  Ask();
  clock_.Advance(absl::Minutes(61));
  failure_ = Down();

  EXPECT_EQ(Ask(FreshOrStale())->code(), absl::StatusCode::kUnavailable);
}

TEST_F(CachingPageSourceTest, WhoAllowsNoOldPageGetsTheErrorOfItsFlight) {
  Ask();
  clock_.Advance(absl::Minutes(1));
  upstream_.Hold();
  const auto stale = Ask(FreshOrStale());
  const auto strict = Ask(NotBefore(clock_.Now()));
  failure_ = Down();

  upstream_.Release(1);

  EXPECT_TRUE(stale->answer->stale);
  EXPECT_EQ(strict->code(), absl::StatusCode::kUnavailable);
}

TEST_F(CachingPageSourceTest, RefusalIsNotHiddenByAnOldPage) {
  Ask();
  clock_.Advance(absl::Minutes(1));
  for (const Reason reason :
       {Reason::kUpstreamPermission, Reason::kUpstreamRefused}) {
    failure_ =
        MakeError(absl::StatusCode::kInvalidArgument, "no", {.reason = reason});
    EXPECT_FALSE(Ask(FreshOrStale())->answer->page.ok());
  }
}

TEST_F(CachingPageSourceTest, FailingUpstreamIsNotAskedForEveryOldPage) {
  Ask();
  Ask({}, Question("p", 190));
  clock_.Advance(absl::Minutes(30));
  failure_ = Down();
  Ask(FreshOrStale());
  EXPECT_THAT(upstream_.asked(), SizeIs(3));

  EXPECT_TRUE(Ask(FreshOrStale(), Question("p", 190))->answer->stale);
  EXPECT_THAT(upstream_.asked(), SizeIs(3));
  // Who wants an answer or an error is not put off.
  EXPECT_FALSE(Ask(NotBefore(clock_.Now()))->answer->page.ok());
  EXPECT_THAT(upstream_.asked(), SizeIs(4));
  clock_.Advance(RecentFailures::kOutageKept);
  failure_ = absl::OkStatus();
  EXPECT_FALSE(Ask(FreshOrStale())->answer->stale);
}

TEST_F(CachingPageSourceTest, OldPageComesAtTheDeadline) {
  Ask();
  clock_.Advance(absl::Minutes(1));
  upstream_.Hold();
  PageTerms terms = FreshOrStale();
  terms.deadline = clock_.Now() + absl::Seconds(5);
  const auto asked = Ask(terms);
  EXPECT_FALSE(asked->answer.has_value());

  clock_.Advance(absl::Seconds(5));

  EXPECT_TRUE(asked->answer->stale);
}

TEST_F(CachingPageSourceTest, OldPageComesAtOnceWhenTheQuotaIsTooLate) {
  const FakeForecast slow(clock_, absl::Seconds(12));
  const CachingPageParts parts{.upstream = upstream_,
                               .cache = cache_,
                               .forecast = slow,
                               .clock = clock_,
                               .metrics = metrics_};
  pages_.emplace(parts);
  Ask();
  clock_.Advance(absl::Minutes(1));
  upstream_.Hold();
  PageTerms terms = FreshOrStale();
  terms.deadline = clock_.Now() + absl::Seconds(12);
  const auto in_time = Ask(terms);
  EXPECT_FALSE(in_time->answer.has_value());

  terms.deadline = clock_.Now() + absl::Seconds(11);
  const auto joins = Ask(terms);
  EXPECT_FALSE(joins->answer.has_value());
  const auto too_late = Ask(terms, Question("p", 190));
  EXPECT_FALSE(too_late->answer.has_value());  // There is no page.
  upstream_.Release(1);
  clock_.Advance(absl::Seconds(1));
  terms.not_before = clock_.Now();

  EXPECT_TRUE(Ask(terms)->answer->stale);
}

// --- what is told -----------------------------------------------------------

TEST_F(CachingPageSourceTest, ReadsAreCountedBySourceAndAge) {
  upstream_.Hold();
  const auto leader = Ask();
  const auto follower = Ask();
  upstream_.Release(0);
  clock_.Advance(absl::Seconds(20));
  Ask();

  const std::string text = metrics_.Text();
  for (const char* from : {"upstream", "flight", "cache"}) {
    EXPECT_THAT(text, HasSubstr("hss_gateway_page_reads_total{from=\"" +
                                std::string(from) + "\"} 1\n"));
  }
  EXPECT_THAT(text, HasSubstr("\nhss_gateway_page_age_seconds_sum 20\n"));
  EXPECT_THAT(text, HasSubstr("\nhss_gateway_cache_limit_bytes 1048576\n"));
  EXPECT_THAT(text, HasSubstr("\nhss_gateway_cache_bytes " +
                              std::to_string(cache_.bytes()) + "\n"));
}

}  // namespace
}  // namespace hssgw
