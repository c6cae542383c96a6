// SPDX-License-Identifier: Apache-2.0
#include "service/http/request_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "service/base/error.h"
#include "tests/testing/status_matchers.h"

namespace hssgw {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

HttpRequest Good() {
  return {.method = "GET",
          .origin = "https://hss.example.com",
          .path = "/v5/p%2F/../task",
          .query = "a=b&c=%20?",
          .headers = {{"X-Auth-Token", "t\t\xe6\x8f\x8f"}, {"X-Empty", ""}}};
}

TEST(CheckRequestTest, GivesTheOriginOfAGoodRequest) {
  HttpRequest request = Good();
  request.origin = "HTTPS://HSS.example.com:443/";

  EXPECT_THAT(CheckRequest(request, Plaintext::kRefused),
              IsOkAndHolds(std::string("https://hss.example.com")));
}

TEST(CheckRequestTest, PlainHttpNeedsLeave) {
  HttpRequest request = Good();
  request.origin = "http://hss.example.com";

  EXPECT_THAT(CheckRequest(request, Plaintext::kAllowed), IsOk());
  EXPECT_THAT(CheckRequest(request, Plaintext::kRefused),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("hss.example.com")));
}

struct Case {
  const char* name;
  const char* part;  // that the message names
  void (*spoil)(HttpRequest&);
};

class BadRequestTest : public ::testing::TestWithParam<Case> {};

TEST_P(BadRequestTest, NamesThePartAndNotItsText) {
  HttpRequest request = Good();
  GetParam().spoil(request);

  const auto checked = CheckRequest(request, Plaintext::kAllowed);

  EXPECT_THAT(checked, StatusIs(absl::StatusCode::kInternal,
                                AllOf(HasSubstr(GetParam().part),
                                      Not(HasSubstr("evil")))));
  EXPECT_EQ(FactsOf(checked.status()).reason, Reason::kGatewayFault);
  EXPECT_EQ(FactsOf(checked.status()).cause, "BAD_REQUEST");
}

const Case kCases[] = {
    {"OriginWithPath", "origin",
     [](HttpRequest& r) { r.origin = "https://h/evil"; }},
    {"OriginWithUser", "origin",
     [](HttpRequest& r) { r.origin = "https://evil@h"; }},
    {"OriginOfAnotherScheme", "origin",
     [](HttpRequest& r) { r.origin = "file://evil"; }},
    {"NoMethod", "method", [](HttpRequest& r) { r.method = ""; }},
    {"MethodWithBlank", "method",
     [](HttpRequest& r) { r.method = "GET /evil"; }},
    {"NoPath", "path", [](HttpRequest& r) { r.path = ""; }},
    {"PathThatExtendsTheHost", "path",
     [](HttpRequest& r) { r.path = ".evil.example/"; }},
    {"PathWithQuery", "path", [](HttpRequest& r) { r.path = "/a?evil"; }},
    {"PathWithFragment", "path", [](HttpRequest& r) { r.path = "/a#evil"; }},
    {"PathWithBlank", "path", [](HttpRequest& r) { r.path = "/a evil"; }},
    {"PathWithRawByte", "path", [](HttpRequest& r) { r.path = "/evil\xff"; }},
    {"QueryWithLineBreak", "query",
     [](HttpRequest& r) { r.query = "a=1\r\nevil"; }},
    {"QueryWithFragment", "query", [](HttpRequest& r) { r.query = "a#evil"; }},
    {"NoHeaderName", "name", [](HttpRequest& r) { r.headers[0].name = ""; }},
    {"HeaderNameWithColon", "name",
     [](HttpRequest& r) { r.headers[0].name = "X: evil"; }},
    {"HeaderValueWithCarriageReturn", "value",
     [](HttpRequest& r) { r.headers[1].value = "a\revil"; }},
    {"HeaderValueWithLineFeed", "value",
     [](HttpRequest& r) { r.headers[1].value = "a\nevil"; }},
    {"HeaderValueWithZero", "value",
     [](HttpRequest& r) { r.headers[1].value = std::string("a\0evil", 6); }},
};

INSTANTIATE_TEST_SUITE_P(Parts, BadRequestTest, ::testing::ValuesIn(kCases),
                         [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace hssgw
