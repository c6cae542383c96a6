// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/caching_page_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "service/base/error.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_forecast.h"
#include "tests/testing/fake_page_source.h"

namespace hssgw {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

PageQuestion Question(const std::string& project = "p", int32_t offset = 0) {
  return {.leg = {.profile = "default", .project_id = project},
          .offset = offset,
          .limit = 200};
}

absl::Status Down() {
  return MakeError(absl::StatusCode::kUnavailable, "down",
                   {.reason = Reason::kUpstreamUnavailable});
}

class CachingPageSourceTest : public ::testing::Test {
 protected:
  // What a question came to.
  struct Asked {
    const Page& page() const { return **answer->page; }
    absl::StatusCode code() const { return answer->page.status().code(); }

    std::optional<PageAnswer> answer;
    int answers = 0;
    PageTicket ticket;  // Last: dropping it may bring the answer.
  };

  std::unique_ptr<Asked> Ask(PageTerms terms = {},
                             const PageQuestion& question = Question()) {
    auto asked = std::make_unique<Asked>();
    asked->ticket = pages_->Ask(question, std::move(terms),
                                [its = asked.get()](PageAnswer answer) {
                                  its->answer = std::move(answer);
                                  ++its->answers;
                                });
    return asked;
  }
  PageTerms NotBefore(absl::Time time) const { return {.not_before = time}; }
  PageTerms Until(absl::Duration wait) const {
    return {.deadline = clock_.Now() + wait};
  }
  // Allows a page that is older by an hour instead of an error.
  PageTerms FreshOrStale() const {
    return {.not_before = clock_.Now(),
            .not_before_on_error = clock_.Now() - absl::Hours(1)};
  }

  void Sent(size_t index) {
    upstream_.Tell(index,
                   {.wait = PageWait::kUpstream, .sent_at = clock_.Now()});
  }
  void CallsAreFree() {
    parts_.calls_are_free = true;
    pages_.emplace(parts_);
  }

  FakeClock clock_;
  FakeForecast forecast_;
  Metrics metrics_;
  PageCache cache_{1 << 20};
  absl::Status failure_;
  FakePageSource upstream_{
      [this](const PageQuestion& question) -> absl::StatusOr<Page> {
        if (!failure_.ok()) return failure_;
        return Page{.wire = std::string(100, 'x'),
                    .offset = question.offset,
                    .limit = question.limit,
                    .total_num = 0,
                    .sent_at = clock_.Now()};
      }};
  CachingPageParts parts_{.upstream = upstream_,
                          .cache = cache_,
                          .forecast = forecast_,
                          .clock = clock_,
                          .metrics = metrics_};
  std::optional<CachingPageSource> pages_{std::in_place, parts_};
};

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
  clock_.Advance(CachingPageSource::kDenialKept - absl::Seconds(1));
  EXPECT_EQ(Ask()->code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Ask({}, Question("p", 190))->code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(upstream_.asked(), SizeIs(1));

  Ask({}, Question("other"));
  EXPECT_THAT(upstream_.asked(), SizeIs(2));
  Ask(NotBefore(clock_.Now()));
  EXPECT_THAT(upstream_.asked(), SizeIs(3));
  clock_.Advance(CachingPageSource::kDenialKept);
  Ask();
  EXPECT_THAT(upstream_.asked(), SizeIs(4));
}

// Property: whatever part of the question differs, the answer is not shared.
TEST_F(CachingPageSourceTest, EveryPartOfTheQuestionIsPartOfTheKey) {
  using Change = std::function<void(PageQuestion&)>;
  const std::vector<Change> changes = {
      [](auto& q) { q.leg.profile = "x"; },
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

// --- one flight -------------------------------------------------------------

TEST_F(CachingPageSourceTest, EqualQuestionsInFlightAreOneRequest) {
  upstream_.Hold();
  const auto leader = Ask();
  const auto follower = Ask();

  upstream_.Release(0);

  EXPECT_THAT(upstream_.asked(), SizeIs(1));
  EXPECT_EQ(leader->answer->upstream_calls, 1);
  EXPECT_FALSE(leader->answer->shared);
  EXPECT_EQ(follower->answer->upstream_calls, 0);
  EXPECT_TRUE(follower->answer->shared);
  EXPECT_EQ(*leader->answer->page, *follower->answer->page);
}

TEST_F(CachingPageSourceTest, FlightThatIsQueuedTakesAnyone) {
  upstream_.Hold();
  const auto leader = Ask();
  clock_.Advance(absl::Seconds(30));

  const auto strict = Ask(NotBefore(clock_.Now()));

  EXPECT_THAT(upstream_.asked(), SizeIs(1));
}

TEST_F(CachingPageSourceTest, FlightThatWasSentTakesThoseWhomItsPageSuits) {
  upstream_.Hold();
  const auto leader = Ask();
  clock_.Advance(absl::Seconds(30));
  Sent(0);
  const absl::Time sent_at = clock_.Now();
  clock_.Advance(absl::Seconds(1));

  const auto suited = Ask(NotBefore(sent_at));
  EXPECT_THAT(upstream_.asked(), SizeIs(1));
  const auto strict = Ask(NotBefore(sent_at + absl::Nanoseconds(1)));
  EXPECT_THAT(upstream_.asked(), SizeIs(2));

  // Newcomers join the newer one; each gets the page of its own flight.
  const auto newcomer = Ask(NotBefore(clock_.Now()));
  upstream_.Release(1);
  EXPECT_FALSE(suited->answer.has_value());
  upstream_.Release(0);
  EXPECT_EQ(*newcomer->answer->page, *strict->answer->page);
  EXPECT_NE(*suited->answer->page, *strict->answer->page);
  EXPECT_THAT(upstream_.asked(), SizeIs(2));
}

TEST_F(CachingPageSourceTest, LateAnswerDoesNotReplaceANewerPage) {
  upstream_.Hold();
  const auto first = Ask();
  Sent(0);
  clock_.Advance(absl::Seconds(1));
  const auto second = Ask(NotBefore(clock_.Now()));
  upstream_.Release(1);
  const absl::Time newer = clock_.Now();

  upstream_.Release(0);

  EXPECT_EQ(Ask(NotBefore(newer))->page().sent_at, newer);
}

TEST_F(CachingPageSourceTest, FailedFlightAnswersAllAndPoisonsNothing) {
  upstream_.Hold();
  std::vector<std::unique_ptr<Asked>> asked;
  for (int i = 0; i < 51; ++i) asked.push_back(Ask());
  for (const absl::Status& failure :
       {Down(), MakeError(absl::StatusCode::kDataLoss, "cut",
                          {.reason = Reason::kUpstreamAnswerUnreadable})}) {
    failure_ = failure;
    upstream_.Release(upstream_.asked().size() - 1);

    for (const auto& its : asked) {
      EXPECT_EQ(its->code(), failure.code());
      EXPECT_EQ(its->answers, 1);
    }
    EXPECT_EQ(cache_.bytes(), 0);
    failure_ = absl::OkStatus();
    asked.clear();
    for (int i = 0; i < 51; ++i) asked.push_back(Ask());
  }
  EXPECT_THAT(upstream_.asked(), SizeIs(3));
  upstream_.Release(2);
  for (const auto& its : asked) EXPECT_TRUE(its->answer->page.ok());
}

TEST_F(CachingPageSourceTest, LeadersCancelDoesNotHurtItsFollowers) {
  upstream_.Hold();
  auto leader = Ask();
  std::vector<std::unique_ptr<Asked>> followers;
  for (int i = 0; i < 50; ++i) followers.push_back(Ask());

  leader->ticket = PageTicket();
  EXPECT_EQ(leader->code(), absl::StatusCode::kCancelled);
  upstream_.Release(0);

  EXPECT_EQ(upstream_.cancelled(), 0);
  int32_t calls = 0;
  for (const auto& its : followers) {
    EXPECT_TRUE(its->answer->page.ok());
    calls += its->answer->upstream_calls;
  }
  EXPECT_EQ(calls, 1);  // The next one leads.
}

TEST_F(CachingPageSourceTest, LeadersDeadlineDoesNotHurtItsFollowers) {
  upstream_.Hold();
  const auto leader = Ask(Until(absl::Seconds(1)));
  const auto follower = Ask(Until(absl::Seconds(60)));

  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(leader->code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(follower->answer.has_value());
  upstream_.Release(0);

  EXPECT_TRUE(follower->answer->page.ok());
  EXPECT_EQ(upstream_.terms()[0].deadline, absl::InfiniteFuture());
}

TEST_F(CachingPageSourceTest, FollowersDeadlineIsItsOwn) {
  upstream_.Hold();
  const auto leader = Ask();
  const auto follower = Ask(Until(absl::Seconds(1)));

  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(follower->code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(leader->answer.has_value());
  upstream_.Release(0);

  EXPECT_TRUE(leader->answer->page.ok());
  EXPECT_EQ(follower->answers, 1);
}

TEST_F(CachingPageSourceTest, DeadlineSaysWhatWasWaitedFor) {
  upstream_.Hold();
  const auto queued = Ask(Until(absl::Seconds(1)));
  const auto sent = Ask(Until(absl::Seconds(1)), Question("p", 190));
  Sent(1);

  clock_.Advance(absl::Seconds(1));

  EXPECT_THAT(queued->answer->page.status().message(), HasSubstr("quota"));
  EXPECT_THAT(sent->answer->page.status().message(),
              HasSubstr("did not answer"));
}

TEST_F(CachingPageSourceTest, QueuedFlightEndsWithItsLastWaiter) {
  upstream_.Hold();
  auto first = Ask();
  auto second = Ask();
  first->ticket = PageTicket();
  EXPECT_EQ(upstream_.cancelled(), 0);

  second->ticket = PageTicket();

  EXPECT_EQ(upstream_.cancelled(), 1);
  EXPECT_EQ(second->answers, 1);
  EXPECT_EQ(second->answer->upstream_calls, 0);
}

TEST_F(CachingPageSourceTest, SentFlightIsFinishedAndCached) {
  upstream_.Hold();
  auto only = Ask();
  Sent(0);

  only->ticket = PageTicket();
  EXPECT_EQ(upstream_.cancelled(), 0);
  EXPECT_EQ(only->answer->upstream_calls, 1);  // It is spent.
  upstream_.Release(0);

  EXPECT_TRUE(Ask()->answer->shared);
  EXPECT_THAT(upstream_.asked(), SizeIs(1));
}

TEST_F(CachingPageSourceTest, FlightThatNobodyWaitsForCanBeJoined) {
  upstream_.Hold();
  auto gone = Ask();
  Sent(0);
  gone->ticket = PageTicket();

  const auto newcomer = Ask();
  upstream_.Release(0);

  EXPECT_TRUE(newcomer->answer->page.ok());
  EXPECT_EQ(newcomer->answer->upstream_calls, 0);
  EXPECT_TRUE(newcomer->answer->shared);
}

TEST_F(CachingPageSourceTest, SentFlightEndsWithItsLastWaiterWhenCallsAreFree) {
  CallsAreFree();
  upstream_.Hold();
  auto only = Ask();
  Sent(0);

  only->ticket = PageTicket();

  EXPECT_EQ(upstream_.cancelled(), 1);
}

TEST_F(CachingPageSourceTest, FlightIsAsUrgentAsItsMostUrgentWaiter) {
  upstream_.Hold();
  auto prefetch = Ask({.call_class = CallClass::kPrefetch});
  EXPECT_EQ(upstream_.class_of(0), CallClass::kPrefetch);

  const auto needed = Ask({.call_class = CallClass::kNeeded});
  EXPECT_EQ(upstream_.class_of(0), CallClass::kNeeded);
  const auto refresh = Ask({.call_class = CallClass::kRefresh});
  EXPECT_EQ(upstream_.class_of(0), CallClass::kNeeded);
  prefetch->ticket.Raise(CallClass::kFirstPage);

  EXPECT_EQ(upstream_.class_of(0), CallClass::kFirstPage);
}

TEST_F(CachingPageSourceTest, WaiterIsToldWhatItsFlightWaitsFor) {
  upstream_.Hold();
  const auto leader = Ask();
  const auto follower = Ask();
  EXPECT_EQ(follower->ticket.waiting().wait, PageWait::kBudget);

  Sent(0);

  EXPECT_EQ(follower->ticket.waiting().wait, PageWait::kUpstream);
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
  clock_.Advance(CachingPageSource::kOutageKept);
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

// --- threads ----------------------------------------------------------------

// Many threads ask, leave and are answered at once; each waiter hears once.
TEST_F(CachingPageSourceTest, EveryWaiterHearsOnceWhateverTheThreads) {
  upstream_.Hold();
  std::atomic<int> answers = 0;
  std::atomic<int> asking = 4;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        PageTerms terms{
            .not_before = i % 3 == 0 ? clock_.Now() : absl::InfinitePast(),
            .call_class = static_cast<CallClass>((i + t) % 4)};
        PageTicket ticket = pages_->Ask(Question("p", 190 * (i % 5)), terms,
                                        [&](const PageAnswer&) { ++answers; });
        static_cast<void>(ticket.waiting());
        ticket.Raise(CallClass::kFirstPage);
      }  // The ticket is dropped.
      --asking;
    });
  }
  while (asking > 0) {
    for (const size_t index : upstream_.held()) {
      if (index % 2 == 0) Sent(index);
      upstream_.Release(index);
    }
    clock_.Advance(absl::Milliseconds(1));
  }
  for (std::thread& thread : threads) thread.join();
  for (const size_t index : upstream_.held()) upstream_.Release(index);

  EXPECT_EQ(answers, 1200);
}

}  // namespace
}  // namespace hssgw
