// SPDX-License-Identifier: Apache-2.0
#include "service/hss/rest_page_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "tests/testing/fake_authorizer.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_http_client.h"

namespace hssgw {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kOneTask[] =
    R"({"total_num":1,"data_list":[{"task_id":"t-1","start_time":1000}]})";

absl::Status StaleConnection() {
  return MakeError(
      absl::StatusCode::kUnavailable, "closed",
      {.reason = Reason::kUpstreamUnavailable, .cause = "STALE_CONNECTION"});
}

class RestPageSourceTest : public ::testing::Test {
 protected:
  // Asks for the first page; the answer may come on a decode thread.
  void Ask(PageTerms terms = {}) {
    answer_ = std::promise<PageAnswer>();
    ticket_ = source_.Ask({.leg = {.profile = "default", .project_id = "p"},
                           .offset = 190,
                           .limit = 200},
                          std::move(terms), [this](PageAnswer answer) {
                            answer_.set_value(std::move(answer));
                          });
  }
  PageAnswer Answer() { return answer_.get_future().get(); }

  Metrics metrics_;
  FakeClock clock_;
  FakeHttpClient http_;
  FakeAuthorizer authorizer_;
  CallBudget budget_{{.calls = 5}, clock_};
  std::vector<UpstreamState> states_;
  WorkerPool pool_{1};
  RestPageSource source_{"https://hss.example.com",
                         {.http = http_,
                          .authorizer = authorizer_,
                          .budget = budget_,
                          .decode_pool = pool_,
                          .clock = clock_,
                          .metrics = metrics_,
                          .upstream_is = [this](UpstreamState state) {
                            states_.push_back(state);
                          }}};
  std::promise<PageAnswer> answer_;
  PageTicket ticket_;
};

TEST_F(RestPageSourceTest, DecodesThePageItAskedFor) {
  http_.AnswerWith(200, kOneTask);
  Ask();

  const PageAnswer answer = Answer();

  ASSERT_TRUE(answer.page.ok()) << answer.page.status();
  EXPECT_EQ((*answer.page)->offset, 190);
  EXPECT_THAT((*answer.page)->tasks, SizeIs(1));
  EXPECT_EQ(answer.upstream_calls, 1);
}

TEST_F(RestPageSourceTest, SaysWhenTheRequestWasSentNotAnswered) {
  const absl::Time sent = clock_.Now();
  Ask();
  clock_.Advance(absl::Seconds(7));
  http_.AnswerWith(200, kOneTask);

  EXPECT_EQ((*Answer().page)->sent_at, sent);
}

TEST_F(RestPageSourceTest, UpstreamsErrorBecomesAStatus) {
  http_.AnswerWith(400, R"({"error_code":"HSS.0001","error_msg":"bad"})");
  Ask();

  const PageAnswer answer = Answer();

  EXPECT_EQ(answer.page.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FactsOf(answer.page.status()).upstream_code, "HSS.0001");
}

TEST_F(RestPageSourceTest, ErrorBodyInsideA200IsAnError) {
  http_.AnswerWith(200, R"({"error_code":"HSS.0013","error_msg":"no"})");
  Ask();

  EXPECT_EQ(FactsOf(Answer().page.status()).upstream_code, "HSS.0013");
}

TEST_F(RestPageSourceTest, ErrorBodyInsideA200NeverShowsTheCredential) {
  http_.AnswerWith(200,
                   absl::StrCat(R"({"error_code":"HSS.0013","error_msg":"no )",
                                FakeAuthorizer::kToken, R"( here"})"));
  Ask();

  const absl::Status status = Answer().page.status();

  EXPECT_THAT(std::string(status.message()), HasSubstr("no *** here"));
}

struct Blame {
  int http_status;
  const char* code;
  size_t refusals;
};

// The code decides whether the credential is at fault, as it does for the
// caller's status; without one the HTTP status does.
TEST_F(RestPageSourceTest, AuthorizerIsToldOfWhatBlamesItsCredential) {
  for (const Blame& blame :
       {Blame{401, "APIGW.0301", 1}, Blame{401, "", 1},
        Blame{400, "APIGW.0303", 1}, Blame{200, "APIG.0301", 1},
        Blame{401, "APIGW.0302", 0}, Blame{403, "APIGW.0302", 0},
        Blame{200, "HSS.0013", 0}, Blame{500, "", 0}}) {
    SCOPED_TRACE(absl::StrCat(blame.http_status, " ", blame.code));
    const size_t before = authorizer_.refusals().size();
    http_.AnswerWith(blame.http_status,
                     absl::StrCat(R"({"error_code":")", blame.code,
                                  R"(","error_msg":"x"})"));
    Ask();
    Answer();

    ASSERT_EQ(authorizer_.refusals().size(), before + blame.refusals);
    clock_.Advance(absl::Minutes(2));  // the budget's window
    if (blame.refusals == 0) continue;
    const auto refusal = authorizer_.refusals().back();
    EXPECT_EQ(refusal.response.status, blame.http_status);
    EXPECT_EQ(refusal.request.headers.back().value, FakeAuthorizer::kToken);
  }
}

TEST_F(RestPageSourceTest, Upstreams401IsNeverUnauthenticated) {
  http_.AnswerWith(401, R"({"error_code":"APIGW.0301","error_msg":"x"})");
  Ask();

  EXPECT_EQ(Answer().page.status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(RestPageSourceTest, UnreadableAnswerIsDataLoss) {
  http_.AnswerWith(200, "<html>");
  Ask();

  EXPECT_EQ(Answer().page.status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(RestPageSourceTest, UnreadableAnswerNamesUpstreamsRequest) {
  http_.Answer(HttpResponse{.status = 200,
                            .headers = {{"X-Request-Id", "97e2-11df"}},
                            .body = "<html>"});
  Ask();

  const ErrorFacts facts = FactsOf(Answer().page.status());

  EXPECT_EQ(facts.upstream_request_id, "97e2-11df");
  EXPECT_EQ(facts.cause, "HTML");
}

TEST_F(RestPageSourceTest, StaleConnectionIsRetriedOnceAndCounted) {
  http_.Answer(StaleConnection());
  http_.AnswerWith(200, kOneTask);
  Ask();

  const PageAnswer answer = Answer();

  EXPECT_TRUE(answer.page.ok());
  EXPECT_EQ(answer.upstream_calls, 2);
  EXPECT_TRUE(http_.sent().back().fresh_connection);
}

TEST_F(RestPageSourceTest, StaleConnectionTwiceIsAnError) {
  http_.Answer(StaleConnection());
  http_.Answer(StaleConnection());
  Ask();

  EXPECT_FALSE(Answer().page.ok());
}

TEST_F(RestPageSourceTest, RetryWaitsForTheBudgetToo) {
  std::vector<BudgetTurn> spent;
  for (int i = 0; i < 4; ++i) {
    spent.push_back(
        budget_.Take(absl::InfiniteFuture(), [](const absl::Status&) {}));
  }
  http_.Answer(StaleConnection());
  http_.AnswerWith(200, kOneTask);
  Ask();
  EXPECT_THAT(http_.sent(), SizeIs(1));

  clock_.Advance(absl::Milliseconds(60250));

  EXPECT_THAT(http_.sent(), SizeIs(2));
  EXPECT_TRUE(Answer().page.ok());
}

TEST_F(RestPageSourceTest, DroppedTicketReachesTheRequest) {
  Ask();
  ticket_ = PageTicket();

  EXPECT_EQ(Answer().page.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(http_.cancelled(), 1);
}

TEST_F(RestPageSourceTest, DroppedTicketLeavesTheQueueOfTheBudget) {
  std::vector<BudgetTurn> spent;
  for (int i = 0; i < 5; ++i) {
    spent.push_back(
        budget_.Take(absl::InfiniteFuture(), [](const absl::Status&) {}));
  }
  Ask();
  ticket_ = PageTicket();

  const PageAnswer answer = Answer();

  EXPECT_EQ(answer.page.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(answer.upstream_calls, 0);
  EXPECT_THAT(http_.sent(), SizeIs(0));
}

TEST_F(RestPageSourceTest, CountsEveryRequestByItsResult) {
  http_.Answer(StaleConnection());
  http_.AnswerWith(200, kOneTask);
  Ask();
  Answer();

  const std::string text = metrics_.Text();
  EXPECT_THAT(text,
              HasSubstr("hss_gateway_upstream_requests_total{profile="
                        "\"default\",result=\"UPSTREAM_UNAVAILABLE\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("{profile=\"default\",result=\"OK\"} 1\n"));
  EXPECT_THAT(
      text,
      HasSubstr("hss_gateway_upstream_request_duration_seconds_count 2\n"));
}

TEST_F(RestPageSourceTest, CountsWhatNoTableHas) {
  http_.AnswerWith(200, R"({"total_num":1,"data_list":[
      {"task_id":"t","brand_new":1}]})");
  Ask();
  Answer();

  EXPECT_THAT(metrics_.Text(),
              HasSubstr("hss_gateway_unrecognized_total{kind=\"field\",name="
                        "\"brand_new\"} 1\n"));
}

TEST_F(RestPageSourceTest, TellsOnceAQuestionWhatUpstreamIs) {
  http_.Answer(StaleConnection());
  http_.AnswerWith(200, kOneTask);
  Ask();
  Answer();
  http_.AnswerWith(403, "{}");
  Ask();
  Answer();

  EXPECT_THAT(states_,
              ElementsAre(UpstreamState::kServes, UpstreamState::kFails));
}

TEST_F(RestPageSourceTest, CancelledQuestionSaysNothingOfUpstream) {
  Ask();
  ticket_ = PageTicket();
  Answer();

  EXPECT_THAT(states_, SizeIs(0));
}

TEST_F(RestPageSourceTest, DeadlineOfTheCallIsTheRequests) {
  const absl::Time deadline = clock_.Now() + absl::Seconds(9);
  http_.AnswerWith(200, kOneTask);
  Ask({.deadline = deadline});
  Answer();

  EXPECT_EQ(http_.deadlines().at(0), deadline);
}

}  // namespace
}  // namespace hssgw
