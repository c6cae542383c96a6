// SPDX-License-Identifier: Apache-2.0
#include "service/hss/upstream_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "service/base/error.h"
#include "service/hss/error_body.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1790000000);

HttpResponse Response(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

std::string Body(const std::string& code, const std::string& message = "m") {
  return nlohmann::json{{"error_code", code}, {"error_msg", message}}.dump();
}

TEST(ErrorBodyTest, ReadsEveryKnownShape) {
  std::ifstream file(std::string(HSSGW_TEST_DATA) + "/upstream/error-bodies.jsonl");
  int read = 0;
  for (std::string line; std::getline(file, line); ++read) {
    const auto fixture = nlohmann::json::parse(line);
    SCOPED_TRACE(fixture["name"].get<std::string>());
    HttpResponse response = Response(fixture["http_status"], fixture["body"]);
    for (const auto& [name, value] : fixture["headers"].items()) {
      response.headers.push_back({name, value});
    }

    const ErrorBody body = ParseErrorBody(response);

    const auto& expect = fixture["expect"];
    EXPECT_EQ(body.code, expect["code"].get<std::string>());
    EXPECT_EQ(body.message, expect["message"].get<std::string>());
    const auto text_of = [](const nlohmann::json& value) {
      return value.is_null() ? std::string() : value.get<std::string>();
    };
    EXPECT_EQ(body.request_id.value_or(""), text_of(expect["request_id"]));
    EXPECT_EQ(body.encoded_authorization_message.value_or(""),
              text_of(expect["encoded_authorization_message"]));
  }
  EXPECT_EQ(read, 33);
}

struct Line {
  const char* name;
  int http_status;
  const char* code;
  absl::StatusCode want_code;
  Reason want_reason;

  friend void PrintTo(const Line& line, std::ostream* out) { *out << line.name; }
};

class ErrorTableTest : public ::testing::TestWithParam<Line> {};

TEST_P(ErrorTableTest, BecomesTheRightCodeAndReason) {
  const Line& line = GetParam();

  const absl::Status status =
      FromUpstream(Response(line.http_status, Body(line.code)), kNow);

  EXPECT_EQ(status.code(), line.want_code);
  EXPECT_EQ(FactsOf(status).reason, line.want_reason);
  EXPECT_EQ(FactsOf(status).upstream_code, line.code);
  EXPECT_EQ(FactsOf(status).http_status, line.http_status);
}

using enum absl::StatusCode;

INSTANTIATE_TEST_SUITE_P(
    VendorTables, ErrorTableTest,
    testing::Values(
        Line{"Hss0001", 400, "HSS.0001", kInvalidArgument, Reason::kUpstreamRefused},
        Line{"Hss0002", 400, "HSS.0002", kInvalidArgument, Reason::kUpstreamRefused},
        Line{"Hss0010", 400, "HSS.0010", kPermissionDenied, Reason::kUpstreamPermission},
        Line{"Hss0011", 400, "HSS.0011", kNotFound, Reason::kUpstreamRefused},
        Line{"Hss0013", 400, "HSS.0013", kPermissionDenied, Reason::kUpstreamPermission},
        Line{"Hss0014", 400, "HSS.0014", kFailedPrecondition, Reason::kUpstreamRefused},
        Line{"Hss1001", 400, "HSS.1001", kFailedPrecondition, Reason::kUpstreamRefused},
        Line{"Hss1002", 400, "HSS.1002", kFailedPrecondition, Reason::kUpstreamRefused},
        Line{"Hss1004", 400, "HSS.1004", kInvalidArgument, Reason::kUpstreamRefused},
        Line{"Hss1006", 400, "HSS.1006", kInternal, Reason::kUpstreamRefused},
        Line{"Hss1011", 400, "HSS.1011", kInvalidArgument, Reason::kUpstreamRefused},
        Line{"Hss1020", 400, "HSS.1020", kInvalidArgument, Reason::kUpstreamRefused},
        Line{"Gateway0101", 404, "APIGW.0101", kFailedPrecondition, Reason::kUpstreamEndpointWrong},
        Line{"Gateway0103", 404, "APIG.0103", kFailedPrecondition, Reason::kUpstreamEndpointWrong},
        Line{"Gateway0201Backend", 502, "APIGW.0201", kUnavailable, Reason::kUpstreamUnavailable},
        Line{"Gateway0201Timeout", 504, "APIGW.0201", kUnavailable, Reason::kUpstreamUnavailable},
        Line{"Gateway0301", 401, "APIGW.0301", kFailedPrecondition, Reason::kUpstreamCredentialRejected},
        Line{"Gateway0302", 403, "APIG.0302", kPermissionDenied, Reason::kUpstreamPermission},
        Line{"Gateway0303", 401, "APIG.0303", kFailedPrecondition, Reason::kUpstreamCredentialRejected},
        Line{"Gateway0308", 429, "APIGW.0308", kResourceExhausted, Reason::kUpstreamThrottled},
        Line{"Plain500", 500, "", kUnavailable, Reason::kUpstreamUnavailable},
        Line{"Plain503", 503, "", kUnavailable, Reason::kUpstreamUnavailable},
        Line{"Plain403", 403, "", kPermissionDenied, Reason::kUpstreamPermission},
        Line{"Plain302", 302, "", kFailedPrecondition, Reason::kUpstreamEndpointWrong}),
    [](const auto& line) { return std::string(line.param.name); });

TEST(UpstreamErrorTest, NeverUnauthenticatedNorOkWhateverTheStatus) {
  for (int http_status = 200; http_status < 600; ++http_status) {
    SCOPED_TRACE(http_status);
    const absl::Status status = FromUpstream(Response(http_status, "{}"), kNow);

    EXPECT_FALSE(status.ok());
    EXPECT_NE(status.code(), absl::StatusCode::kUnauthenticated);
    EXPECT_NE(FactsOf(status).reason, Reason::kUnspecified);
  }
}

TEST(UpstreamErrorTest, ThrottleTextTellsTheRateAndTheWait) {
  const UpstreamError error = ReadUpstreamError(
      Response(429, Body("APIGW.0308",
                         "The throttling threshold has been reached: policy user "
                         "over ratelimit,limit:200,time:5 minute")),
      kNow);

  ASSERT_TRUE(error.rate.has_value());
  EXPECT_EQ(*error.rate, (ThrottleRate{200, absl::Minutes(5)}));
  EXPECT_EQ(error.kind, FailureKind::kThrottled);
  EXPECT_TRUE(FactsOf(error.status).retry_after.has_value());
}

TEST(UpstreamErrorTest, RetryAfterIsHonouredInBothForms) {
  HttpResponse response = Response(429, Body("APIGW.0308"));
  response.headers = {{"Retry-After", "7"}};
  EXPECT_EQ(FactsOf(FromUpstream(response, kNow)).retry_after, absl::Seconds(7));

  response.headers = {{"Retry-After", "Mon, 21 Sep 2026 14:13:27 GMT"}};
  EXPECT_EQ(FactsOf(FromUpstream(response, kNow)).retry_after, absl::Seconds(7));
}

TEST(UpstreamErrorTest, RetryAfterIsCapped) {
  HttpResponse response = Response(503, "");
  response.headers = {{"Retry-After", "999999"}};

  EXPECT_EQ(FactsOf(FromUpstream(response, kNow)).retry_after, absl::Minutes(15));
}

TEST(UpstreamErrorTest, TextIsBoundedAndHoldsNoKey) {
  const absl::Status status = FromUpstream(
      Response(401, Body("APIGW.0301", "ak ABCDEFGHIJKLMNOPQR12 not exist " +
                                           std::string(10000, 'x'))),
      kNow);

  EXPECT_LE(status.message().size(), 1024U);
  EXPECT_THAT(std::string(status.message()),
              Not(HasSubstr("ABCDEFGHIJKLMNOPQR12")));
}

TEST(UpstreamErrorTest, RawBodyIsNeverShown) {
  const absl::Status status =
      FromUpstream(Response(502, "<html>internal host name</html>"), kNow);

  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("internal host")));
}

TEST(UpstreamErrorTest, DeepJsonIsSurvived) {
  const absl::Status status =
      FromUpstream(Response(400, std::string(100000, '[')), kNow);

  EXPECT_FALSE(status.ok());
}

}  // namespace
}  // namespace hssgw
