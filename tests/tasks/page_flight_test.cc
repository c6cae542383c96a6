// SPDX-License-Identifier: Apache-2.0
// Equal questions in flight, through the source that lets them share one.
#include "service/tasks/page_flight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "tests/tasks/asked_pages.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class PageFlightTest : public AskedPagesTest {};

TEST_F(PageFlightTest, EqualQuestionsInFlightAreOneRequest) {
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

TEST_F(PageFlightTest, FlightThatIsQueuedTakesAnyone) {
  upstream_.Hold();
  const auto leader = Ask();
  clock_.Advance(absl::Seconds(30));

  const auto strict = Ask(NotBefore(clock_.Now()));

  EXPECT_THAT(upstream_.asked(), SizeIs(1));
}

TEST_F(PageFlightTest, FlightThatWasSentTakesThoseWhomItsPageSuits) {
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

TEST_F(PageFlightTest, LateAnswerDoesNotReplaceANewerPage) {
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

TEST_F(PageFlightTest, FailedFlightAnswersAllAndPoisonsNothing) {
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

TEST_F(PageFlightTest, LeadersCancelDoesNotHurtItsFollowers) {
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

TEST_F(PageFlightTest, LeadersDeadlineDoesNotHurtItsFollowers) {
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

TEST_F(PageFlightTest, FollowersDeadlineIsItsOwn) {
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

TEST_F(PageFlightTest, DeadlineSaysWhatWasWaitedFor) {
  upstream_.Hold();
  const auto queued = Ask(Until(absl::Seconds(1)));
  const auto sent = Ask(Until(absl::Seconds(1)), Question("p", 190));
  Sent(1);

  clock_.Advance(absl::Seconds(1));

  EXPECT_THAT(queued->answer->page.status().message(), HasSubstr("quota"));
  EXPECT_THAT(sent->answer->page.status().message(),
              HasSubstr("did not answer"));
}

TEST_F(PageFlightTest, QueuedFlightEndsWithItsLastWaiter) {
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

TEST_F(PageFlightTest, SentFlightIsFinishedAndCached) {
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

TEST_F(PageFlightTest, FlightThatNobodyWaitsForCanBeJoined) {
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

TEST_F(PageFlightTest, SentFlightEndsWithItsLastWaiterWhenCallsAreFree) {
  CallsAreFree();
  upstream_.Hold();
  auto only = Ask();
  Sent(0);

  only->ticket = PageTicket();

  EXPECT_EQ(upstream_.cancelled(), 1);
}

TEST_F(PageFlightTest, FlightIsAsUrgentAsItsMostUrgentWaiter) {
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

TEST_F(PageFlightTest, WaiterIsToldWhatItsFlightWaitsFor) {
  upstream_.Hold();
  const auto leader = Ask();
  const auto follower = Ask();
  EXPECT_EQ(follower->ticket.waiting().wait, PageWait::kBudget);

  Sent(0);

  EXPECT_EQ(follower->ticket.waiting().wait, PageWait::kUpstream);
}

TEST_F(PageFlightTest, EndOfTheSourceEndsItsFlights) {
  upstream_.Hold();
  auto gone = Ask({}, Question("p", 190));
  Sent(0);
  gone->ticket = PageTicket();
  const auto waits = Ask();

  pages_.reset();

  EXPECT_EQ(waits->code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(upstream_.cancelled(), 2);
}

// --- threads ----------------------------------------------------------------

// Many threads ask, leave and are answered at once; each waiter hears once.
TEST_F(PageFlightTest, EveryWaiterHearsOnceWhateverTheThreads) {
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
