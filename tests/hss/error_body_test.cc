// SPDX-License-Identifier: Apache-2.0
#include "service/hss/error_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace hssgw {
namespace {

using ::testing::Eq;
using ::testing::Optional;

ErrorBody Parse(const std::string& body) {
  HttpResponse response;
  response.status = 400;
  response.body = body;
  return ParseErrorBody(response);
}

void ExpectText(const std::optional<std::string>& got,
                const nlohmann::json& want) {
  if (want.is_null()) {
    EXPECT_THAT(got, Eq(std::nullopt));
  } else {
    EXPECT_THAT(got, Optional(want.get<std::string>()));
  }
}

void ExpectFixture(const nlohmann::json& fixture) {
  HttpResponse response;
  response.status = fixture["http_status"];
  response.body = fixture["body"];
  for (const auto& [name, value] : fixture["headers"].items()) {
    response.headers.push_back({name, value});
  }

  const ErrorBody body = ParseErrorBody(response);

  const auto& expect = fixture["expect"];
  EXPECT_EQ(body.code, expect["code"].get<std::string>());
  EXPECT_EQ(body.message, expect["message"].get<std::string>());
  ExpectText(body.request_id, expect["request_id"]);
  ExpectText(body.encoded_authorization_message,
             expect["encoded_authorization_message"]);
}

TEST(ErrorBodyTest, ReadsEveryKnownShape) {
  std::ifstream file(HSSGW_TEST_DATA "/upstream/error-bodies.jsonl");
  int read = 0;
  for (std::string line; std::getline(file, line); ++read) {
    const auto fixture = nlohmann::json::parse(line);
    SCOPED_TRACE(fixture["name"].get<std::string>());
    ExpectFixture(fixture);
  }
  EXPECT_EQ(read, 33);
}

TEST(ErrorBodyTest, FindsAnErrorNestedTwice) {
  const ErrorBody body =
      Parse(R"({"x":[{"error":{"error":{"code":"A.1","message":"m"}}}]})");

  EXPECT_EQ(body.code, "A.1");
  EXPECT_EQ(body.message, "m");
}

TEST(ErrorBodyTest, FirstNestedObjectWins) {
  const ErrorBody body =
      Parse(R"({"z":{"code":"FIRST","message":"m"},"a":{"code":"SECOND"}})");

  EXPECT_EQ(body.code, "FIRST");
}

TEST(ErrorBodyTest, CodeIsFoundBesideAnotherShapesMessage) {
  const ErrorBody body = Parse(R"({"error_description":"d","code":"A.1"})");

  EXPECT_EQ(body.code, "A.1");
  EXPECT_EQ(body.message, "d");
}

TEST(ErrorBodyTest, NullAndOddTypesCountAsMissing) {
  const ErrorBody body =
      Parse(R"({"error_code":null,"code":{},"errorCode":404,"error_msg":null,)"
            R"("message":"m"})");

  EXPECT_EQ(body.code, "404");
  EXPECT_EQ(body.message, "m");
}

TEST(ErrorBodyTest, CodeAloneIsEnough) {
  const ErrorBody body = Parse(R"({"error_code":"HSS.0001"})");

  EXPECT_EQ(body.code, "HSS.0001");
  EXPECT_EQ(body.message, "");
  EXPECT_FALSE(body.message_is_raw_body);
}

TEST(ErrorBodyTest, HeaderGivesTheRequestIdFirst) {
  HttpResponse response;
  response.body = R"({"request_id":"body"})";
  response.headers = {{"X-IAM-Trace-Id", "iam"}};
  EXPECT_THAT(ParseErrorBody(response).request_id, Optional(Eq("body")));

  response.headers.push_back({"x-request-id", "header"});
  EXPECT_THAT(ParseErrorBody(response).request_id, Optional(Eq("header")));

  response.body = "";
  response.headers.pop_back();
  EXPECT_THAT(ParseErrorBody(response).request_id, Optional(Eq("iam")));
}

TEST(ErrorBodyTest, ByteOrderMarkIsSkipped) {
  EXPECT_EQ(Parse("\xEF\xBB\xBF{\"error_code\":\"HSS.0001\"}").code,
            "HSS.0001");
}

TEST(ErrorBodyTest, BadByteDoesNotCostTheCode) {
  const ErrorBody body =
      Parse("{\"error_code\":\"HSS.0001\",\"error_msg\":\"a\xff\nb\"}");

  EXPECT_EQ(body.code, "HSS.0001");
  EXPECT_EQ(body.message, "a\xEF\xBF\xBD b");
}

TEST(ErrorBodyTest, DepthIsBounded) {
  const auto nested = [](int depth) {
    std::string body;
    for (int i = 1; i < depth; ++i) body += "{\"a\":";
    body += "{\"code\":\"A.1\"}";
    return body + std::string(static_cast<size_t>(depth - 1), '}');
  };

  EXPECT_EQ(Parse(nested(32)).code, "A.1");
  EXPECT_EQ(Parse(nested(33)).code, "");
  EXPECT_EQ(Parse(std::string(60000, '[')).code, "");
}

TEST(ErrorBodyTest, BracketsInStringsAreNoDepth) {
  EXPECT_EQ(
      Parse("{\"a\":\"\\\"" + std::string(100, '{') + "\",\"code\":\"A.1\"}")
          .code,
      "A.1");
}

TEST(ErrorBodyTest, SizeIsBounded) {
  const std::string body = "{\"code\":\"A.1\"}";

  EXPECT_EQ(Parse(std::string(65536 - body.size(), ' ') + body).code, "A.1");
  const ErrorBody large = Parse(std::string(65537 - body.size(), ' ') + body);
  EXPECT_EQ(large.code, "");
  EXPECT_EQ(large.message.size(), 4096U);
  EXPECT_TRUE(large.message_is_raw_body);
}

}  // namespace
}  // namespace hssgw
