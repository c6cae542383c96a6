// SPDX-License-Identifier: Apache-2.0
#include "service/hss/upstream_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "service/base/error.h"

namespace hssgw {
namespace {

using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

const absl::Time kNow = absl::FromUnixSeconds(1790000000);

HttpResponse Response(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

HttpResponse Coded(int status, const std::string& code,
                   const std::string& message = "m") {
  return Response(
      status,
      nlohmann::json{{"error_code", code}, {"error_msg", message}}.dump());
}

absl::Status StatusOf(const HttpResponse& response,
                      const HttpRequest* authorized = nullptr) {
  return ReadUpstreamError(response, kNow, authorized).status;
}

std::string MessageOf(const HttpResponse& response) {
  return std::string(StatusOf(response).message());
}

std::optional<absl::Duration> RetryAfterIn(const absl::Status& status) {
  return FactsOf(status).retry_after;
}

TEST(UpstreamErrorTest, SaysWhatHappenedAndWhatToDo) {
  EXPECT_EQ(MessageOf(Coded(400, "HSS.0001", "Invalid parameter")),
            "upstream calls a parameter invalid (HSS.0001, HTTP 400: "
            "\"Invalid parameter\"): mend the filter that the text names");
}

TEST(UpstreamErrorTest, FactsNameCodeRequestAndStatus) {
  HttpResponse response = Coded(400, "HSS.0011");
  response.headers = {{"X-Request-Id", "97e2-11df"}};

  const ErrorFacts facts = FactsOf(StatusOf(response));

  EXPECT_EQ(facts.reason, Reason::kUpstreamRefused);
  EXPECT_EQ(facts.upstream_code, "HSS.0011");
  EXPECT_EQ(facts.upstream_request_id, "97e2-11df");
  EXPECT_EQ(facts.http_status, 400);
  EXPECT_THAT(facts.retry_after, Eq(std::nullopt));
}

// The fixtures say what kind of error each is; what is not a kind of ours is
// what error_reason.proto makes of it.
TEST(UpstreamErrorTest, FixturesBecomeTheCodeOfTheirKind) {
  const std::map<std::string, absl::StatusCode> codes = {
      {"invalid_argument", absl::StatusCode::kInvalidArgument},
      {"permission_denied", absl::StatusCode::kPermissionDenied},
      {"unimplemented", absl::StatusCode::kFailedPrecondition},
      {"unauthenticated", absl::StatusCode::kFailedPrecondition},
      {"resource_exhausted", absl::StatusCode::kResourceExhausted},
      {"deadline_exceeded", absl::StatusCode::kUnavailable},
      {"unavailable", absl::StatusCode::kUnavailable},
      {"internal", absl::StatusCode::kUnavailable},  // an array with HTTP 500
  };
  std::ifstream file(HSSGW_TEST_DATA "/upstream/error-bodies.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto fixture = nlohmann::json::parse(line);
    const std::string name = fixture["name"];
    SCOPED_TRACE(name);
    const HttpResponse response =
        Response(fixture["http_status"], fixture["body"]);
    if (!fixture.contains("kind")) continue;
    EXPECT_EQ(StatusOf(response).code(), name == "gw-headers-too-large"
                                             ? absl::StatusCode::kInternal
                                             : codes.at(fixture["kind"]));
  }
}

TEST(UpstreamErrorTest, NoStatusIsOkOrUnauthenticated) {
  for (int http_status = 0; http_status < 700; ++http_status) {
    SCOPED_TRACE(http_status);
    for (const char* body : {"", "{}", "<html>", R"({"error_code":"X.1"})"}) {
      const absl::Status status = StatusOf(Response(http_status, body));
      EXPECT_FALSE(status.ok());
      EXPECT_NE(status.code(), absl::StatusCode::kUnauthenticated);
      EXPECT_NE(FactsOf(status).reason, Reason::kUnspecified);
    }
  }
}

TEST(UpstreamErrorTest, OnlyWhatMayBeRetriedIsUnavailable) {
  for (int http_status = 0; http_status < 700; ++http_status) {
    SCOPED_TRACE(http_status);
    const UpstreamError error =
        ReadUpstreamError(Response(http_status, ""), kNow);
    EXPECT_EQ(error.status.code() == absl::StatusCode::kUnavailable,
              error.kind == FailureKind::kRetryable);
  }
}

TEST(UpstreamErrorTest, ThrottleTextTellsRateAndWait) {
  const UpstreamError error = ReadUpstreamError(
      Coded(429, "APIGW.0308",
            "The throttling threshold has been reached: policy user over "
            "ratelimit,limit:200,time:5 minute"),
      kNow);

  EXPECT_EQ(error.kind, FailureKind::kThrottled);
  EXPECT_THAT(error.rate, Optional(ThrottleRate{200, absl::Minutes(5)}));
  EXPECT_THAT(error.wait, Optional(absl::Minutes(5)));
  EXPECT_THAT(RetryAfterIn(error.status), Optional(absl::Minutes(5)));
  EXPECT_THAT(std::string(error.status.message()),
              HasSubstr("try again in 5m"));
}

TEST(UpstreamErrorTest, RetryAfterBeatsTheThrottleText) {
  HttpResponse response =
      Coded(429, "APIGW.0308", "over ratelimit,limit:200,time:5 minute");
  response.headers = {{"Retry-After", "7"}};

  EXPECT_THAT(RetryAfterIn(StatusOf(response)), Optional(absl::Seconds(7)));
}

TEST(UpstreamErrorTest, ThrottleWithoutTextWaitsTheDocumentedMinute) {
  const UpstreamError error = ReadUpstreamError(Response(429, ""), kNow);

  EXPECT_THAT(error.rate, Eq(std::nullopt));
  EXPECT_THAT(error.wait, Optional(absl::Minutes(1)));
}

TEST(UpstreamErrorTest, ThrottleWaitHasBounds) {
  HttpResponse response =
      Coded(429, "APIGW.0308", "over ratelimit,limit:5,time:1 day");
  EXPECT_THAT(RetryAfterIn(StatusOf(response)), Optional(absl::Minutes(15)));

  response.headers = {{"Retry-After", "0"}};
  EXPECT_THAT(RetryAfterIn(StatusOf(response)), Optional(absl::Seconds(1)));
}

TEST(UpstreamErrorTest, OutageMayNameItsWait) {
  HttpResponse response = Response(503, "");
  EXPECT_THAT(RetryAfterIn(StatusOf(response)), Eq(std::nullopt));

  response.headers = {{"Retry-After", "999999"}};
  EXPECT_THAT(RetryAfterIn(StatusOf(response)), Optional(absl::Minutes(15)));
}

TEST(UpstreamErrorTest, LockedKeyRestsButNoCallerRetries) {
  const UpstreamError error = ReadUpstreamError(
      Coded(401, "APIGW.0301",
            "Incorrect IAM authentication information: AK access failed to "
            "reach the limit,forbidden."),
      kNow);

  EXPECT_EQ(error.kind, FailureKind::kCredential);
  EXPECT_THAT(error.wait, Optional(absl::Minutes(5)));
  EXPECT_THAT(RetryAfterIn(error.status), Eq(std::nullopt));
}

TEST(UpstreamErrorTest, RefusalNeverNamesAWait) {
  HttpResponse response = Coded(400, "HSS.0001");
  response.headers = {{"Retry-After", "7"}};

  EXPECT_THAT(ReadUpstreamError(response, kNow).wait, Eq(std::nullopt));
}

TEST(UpstreamErrorTest, TextHoldsNoKeyAndIsBounded) {
  const std::string message = MessageOf(
      Coded(401, "APIGW.0301",
            "ak ABCDEFGHIJKLMNOPQR12 not exist " + std::string(10000, 'x')));

  EXPECT_LE(message.size(), 1024U);
  EXPECT_THAT(message, Not(HasSubstr("ABCDEFGHIJKLMNOPQR12")));
  EXPECT_THAT(message, HasSubstr("ak *** not exist"));
}

TEST(UpstreamErrorTest, CredentialThatWasSentIsCutFromEverything) {
  const HttpRequest sent{.headers = {{"X-Auth-Token", "tok-1"}}};
  HttpResponse response = Coded(401, "tok-1", "bad tok-1");
  response.headers = {{"X-Request-Id", "id-tok-1"}};

  const absl::Status status = StatusOf(response, &sent);

  const ErrorFacts facts = FactsOf(status);
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("tok-1")));
  EXPECT_THAT(facts.upstream_code, Not(HasSubstr("tok-1")));
  EXPECT_THAT(facts.upstream_request_id, Not(HasSubstr("tok-1")));
}

TEST(UpstreamErrorTest, IdentifiersAreVisibleAsciiAndBounded) {
  HttpResponse response =
      Coded(400, "A\r\nB \xE6\x8F\x8F" + std::string(200, 'c'));
  response.headers = {{"X-Request-Id", std::string(5000, '-')}};

  const ErrorFacts facts = FactsOf(StatusOf(response));

  EXPECT_LE(facts.upstream_code.size(), 64U);
  EXPECT_THAT(facts.upstream_code, testing::StartsWith("A_B____"));
  EXPECT_LE(facts.upstream_request_id.size(), 128U);
}

TEST(UpstreamErrorTest, RawBodyIsNeverShown) {
  const std::string message =
      MessageOf(Response(502, "<html>internal host name</html>"));

  EXPECT_THAT(message, Not(HasSubstr("internal")));
  EXPECT_THAT(message, HasSubstr("HTTP 502, 31 bytes of no known form"));
}

TEST(UpstreamErrorTest, EmptyBodyIsSaid) {
  EXPECT_THAT(MessageOf(Response(503, "")), HasSubstr("(HTTP 503, empty)"));
}

TEST(UpstreamErrorTest, SuccessThatHoldsAnErrorIsThatError) {
  EXPECT_EQ(StatusOf(Coded(200, "HSS.0013")).code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(UpstreamErrorTest, SuccessWithoutListIsUnreadable) {
  const UpstreamError error =
      ReadUpstreamError(Response(200, "<html>sign in</html>"), kNow);

  EXPECT_EQ(error.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(error.kind, FailureKind::kUnreadable);
}

}  // namespace
}  // namespace hssgw
