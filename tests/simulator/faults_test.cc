// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulator/counters.h"
#include "tests/simulator/quota.h"

namespace hssgw::simulator {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

const absl::Time kStart = absl::UnixEpoch();

// Which of the first `count` requests, from 1, meet the rule.
std::vector<int> Hits(const FaultRule& rule, int count,
                      const std::string& target = "/v5/p/antivirus/task") {
  FaultBook book;
  book.Add(rule, kStart);
  std::vector<int> hits;
  for (int i = 1; i <= count; ++i) {
    if (book.Next("GET", target, kStart)) hits.push_back(i);
  }
  return hits;
}

TEST(FaultsTest, NthRequestAlone) {
  EXPECT_THAT(Hits({.nth = 3}, 9), ElementsAre(3));
}

TEST(FaultsTest, EveryKthUntilTheCount) {
  EXPECT_THAT(Hits({.every = 2, .count = 3}, 20), ElementsAre(2, 4, 6));
}

TEST(FaultsTest, LetsTheFirstPass) {
  EXPECT_THAT(Hits({.after = 2, .count = 2}, 9), ElementsAre(3, 4));
}

TEST(FaultsTest, ShareIsSeeded) {
  const FaultRule rule{.share = 0.3, .seed = 5};
  const std::vector<int> hits = Hits(rule, 1000);

  EXPECT_EQ(hits, Hits(rule, 1000));
  EXPECT_NEAR(static_cast<double>(hits.size()), 300, 50);
}

TEST(FaultsTest, OtherPathsDoNotCount) {
  EXPECT_THAT(Hits({.path = "/v3/"}, 5), ElementsAre());
  EXPECT_THAT(Hits({.path = "offset=190"}, 1, "/x?offset=190"), ElementsAre(1));
}

TEST(FaultsTest, EndsAfterItsTime) {
  FaultBook book;
  book.Add({.duration = absl::Seconds(10)}, kStart);

  EXPECT_TRUE(book.Next("GET", "/", kStart + absl::Seconds(9)));
  EXPECT_FALSE(book.Next("GET", "/", kStart + absl::Seconds(10)));
}

TEST(FaultsTest, FirstRuleThatFiresWins) {
  FaultBook book;
  book.Add({.name = "first", .count = 1}, kStart);
  book.Add({.name = "second"}, kStart);

  EXPECT_EQ(book.Next("GET", "/", kStart)->name, "first");
  EXPECT_EQ(book.Next("GET", "/", kStart)->name, "second");
  EXPECT_EQ(book.fired(), 2);
}

TEST(FaultsTest, ReadsARuleFromJson) {
  const auto rule = FaultRuleFromJson(json::parse(R"({
      "name": "n", "path": "/x", "nth": 2, "for": "3s", "status": 503,
      "shape": "html", "retry_after": "7", "headers": {"X-A": "b"},
      "transport": "slow_body", "bytes_per_second": 9, "before_body": "1s"})"));

  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_EQ(rule->count, 1);
  EXPECT_EQ(rule->duration, absl::Seconds(3));
  EXPECT_THAT(rule->action.headers, ElementsAre(NameValue{"X-A", "b"},
                                                NameValue{"Retry-After", "7"}));
  EXPECT_EQ(rule->action.delivery->transport, Transport::kSlowBody);
  EXPECT_EQ(rule->action.delivery->before_body, absl::Seconds(1));
  EXPECT_EQ(MakeReply(rule->action, "id").status, 503);
}

struct BadRule {
  const char* name;
  const char* text;
  const char* says;
};

class BadFaultRuleTest : public testing::TestWithParam<BadRule> {};

TEST_P(BadFaultRuleTest, SaysWhatIsWrong) {
  const auto rule = FaultRuleFromJson(json::parse(GetParam().text));

  ASSERT_FALSE(rule.ok());
  EXPECT_THAT(std::string(rule.status().message()), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Forms, BadFaultRuleTest,
    testing::Values(
        BadRule{"NotAnObject", "7", "want a JSON object"},
        BadRule{"UnknownName", R"({"statsu":503})", "statsu is not known"},
        BadRule{"UnknownShape", R"({"shape":"x"})", "one of hss, flat"},
        BadRule{"UnknownTransport", R"({"transport":"x"})", "one of plain"},
        BadRule{"StatusText", R"({"status":"503"})", "status: want an integer"},
        BadRule{"Duration", R"({"for":"3 parsecs"})", "a duration"},
        BadRule{"Every", R"({"every":0})", "every: want 1 or more"},
        BadRule{"Headers", R"({"headers":{"a":1}})", "text values"}),
    [](const auto& param) { return param.param.name; });

TEST(FaultsTest, EveryShapeHasAStatusAndFillsItsWords) {
  for (const std::string& shape : FaultShapes()) {
    SCOPED_TRACE(shape);
    const auto reply =
        MakeFaultReply(shape, 0, {.code = "C.1", .message = "m\"m"});
    ASSERT_TRUE(reply.has_value());
    EXPECT_GE(reply->status, 200);
    EXPECT_EQ(MakeFaultReply(shape, 418, {})->status, 418);
  }
}

TEST(FaultsTest, GatewayShapeIsUpstreams) {
  const auto reply = MakeFaultReply(
      "gateway", 504,
      {.code = "APIGW.0201", .message = "Backend timeout.", .request_id = "r"});

  EXPECT_EQ(reply->body,
            R"({"error_msg":"Backend timeout.","error_code":"APIGW.0201",)"
            R"("request_id":"r"})");
}

TEST(FaultsTest, ThrottleTextNamesLimitAndTime) {
  const auto reply = MakeFaultReply(
      "throttle", 0, {.throttle_limit = 200, .throttle_time = "5 minute"});

  EXPECT_EQ(reply->status, 429);
  EXPECT_EQ(json::parse(reply->body).at("error_msg"),
            "The throttling threshold has been reached: policy user over "
            "ratelimit,limit:200,time:5 minute");
}

TEST(FaultsTest, HugeBodyHasTheSizeAskedFor) {
  EXPECT_EQ(MakeFaultReply("huge", 0, {.bytes = 5000})->body.size(), 5000U);
}

TEST(FaultsTest, StatusAloneIsAGatewayError) {
  const Reply reply = MakeReply({.status = 502}, "r");

  EXPECT_EQ(reply.status, 502);
  EXPECT_EQ(json::parse(reply.body).at("error_code"), "APIGW.0201");
}

TEST(FaultsTest, TransportWordsGoBothWays) {
  for (const Transport transport : AllTransports()) {
    EXPECT_EQ(TransportFromWord(ToWord(transport)), transport);
  }
}

TEST(QuotaTest, CountsInAnExactWindow) {
  Quota quota({.calls = 2, .period = absl::Minutes(1)});

  EXPECT_TRUE(quota.Take(kStart));
  EXPECT_TRUE(quota.Take(kStart + absl::Seconds(30)));
  EXPECT_FALSE(quota.Take(kStart + absl::Seconds(59)));
  EXPECT_TRUE(quota.Take(kStart + absl::Seconds(60)));
  EXPECT_FALSE(quota.Take(kStart + absl::Seconds(89)));
}

TEST(QuotaTest, ZeroIsNoQuota) {
  Quota quota({});
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(quota.Take(kStart));
}

TEST(QuotaTest, WordsOfThePeriod) {
  EXPECT_EQ(PeriodWords(absl::Seconds(30)), "30 second");
  EXPECT_EQ(PeriodWords(absl::Seconds(90)), "90 second");
  EXPECT_EQ(PeriodWords(absl::Minutes(5)), "5 minute");
  EXPECT_EQ(PeriodWords(absl::Hours(1)), "1 hour");
}

TEST(CountersTest, SecretsAreCut) {
  EXPECT_THAT(CutSecrets({{"Authorization", "SDK-HMAC-SHA256 Access=AK"},
                          {"authorization", "secret-without-scheme"},
                          {"X-Auth-Token", "0123456789"},
                          {"x-security-token", "abc"},
                          {"Host", "h"}}),
              ElementsAre(NameValue{"Authorization", "SDK-HMAC-SHA256 (cut)"},
                          NameValue{"authorization", "(cut)"},
                          NameValue{"X-Auth-Token", "(cut, 10 bytes)"},
                          NameValue{"x-security-token", "(cut, 3 bytes)"},
                          NameValue{"Host", "h"}));
}

TEST(CountersTest, MostListRequestsInAnyMinute) {
  Ledger ledger;
  for (const int second : {0, 10, 50, 60, 65, 200}) {
    ledger.BeginList(kStart + absl::Seconds(second));
  }
  EXPECT_EQ(ledger.counters().max_list_requests_in_a_minute, 4);
  EXPECT_EQ(ledger.counters().max_lists_in_flight, 6);
}

TEST(CountersTest, LogIsBounded) {
  Ledger ledger(/*max_records=*/3);
  for (int i = 0; i < 5; ++i) ledger.Add({.status = 200 + i});

  EXPECT_EQ(ledger.records().front().status, 202);
  EXPECT_EQ(ledger.counters().statuses.size(), 5U);
}

}  // namespace
}  // namespace hssgw::simulator
