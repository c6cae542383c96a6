// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/iam.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/time/time.h"

namespace hssgw::simulator {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::SizeIs;

const absl::Time kNow = absl::FromCivil(
    absl::CivilSecond(2026, 11, 24, 6, 26, 54), absl::UTCTimeZone());

IamOptions Options() {
  return {.keys = {{"AK", "secret", ""}, {"TEMPORARY", "secret", "st"}},
          .user = "u",
          .password = "p",
          .domain = "d",
          .token_lifetime = absl::Hours(1),
          .fixed_token = "fixed",
          .projects = {{"id1", "cn-north-4"}, {"id2", "cn-east-3"}},
          .lock_after = 2};
}

SignedRequest TokenRequest(const std::string& password) {
  const json body = {{"auth",
                      {{"identity",
                        {{"methods", {"password"}},
                         {"password",
                          {{"user",
                            {{"name", "u"},
                             {"password", password},
                             {"domain", {{"name", "d"}}}}}}}}},
                       {"scope", {{"project", {{"id", "id1"}}}}}}}};
  return {"POST", "/v3/auth/tokens", {}, body.dump()};
}

SignedRequest WithToken(const std::string& token) {
  return {"GET", "/", {{"x-auth-token", token}}, ""};
}

SignedRequest SignedBy(const AccessKeyPair& key,
                       const std::string& security_token = "") {
  SignedRequest request{"GET", "/", {{"X-Sdk-Date", "20261124T062654Z"}}, ""};
  if (!security_token.empty()) {
    request.headers.emplace_back("X-Security-Token", security_token);
  }
  request.headers.emplace_back("Authorization",
                               MakeAuthorization(request, key));
  return request;
}

std::string SubjectToken(const Reply& reply) {
  for (const auto& [name, value] : reply.headers) {
    if (name == "X-Subject-Token") return value;
  }
  return "";
}

std::string MessageOf(const Admission& admission) {
  return json::parse(admission.refusal->body).at("error_msg");
}

TEST(IamTest, IssuesATokenThatExpires) {
  Iam iam(Options());

  const Reply reply = iam.CreateToken(TokenRequest("p"), kNow);

  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(json::parse(reply.body).at("token").at("expires_at"),
            "2026-11-24T07:26:54.000000Z");
  const SignedRequest request = WithToken(SubjectToken(reply));
  EXPECT_EQ(iam.Admit(request, kNow, "r").verdict, "token");
  const Admission late = iam.Admit(request, kNow + absl::Hours(1), "r");
  EXPECT_EQ(MessageOf(late),
            "Incorrect IAM authentication information: token expires, "
            "expires_at: 2026-11-24T07:26:54.000000Z");
}

TEST(IamTest, NewTokenLeavesTheOldOneValid) {
  Iam iam(Options());
  const Reply first = iam.CreateToken(TokenRequest("p"), kNow);
  const Reply second = iam.CreateToken(TokenRequest("p"), kNow);

  EXPECT_NE(SubjectToken(first), SubjectToken(second));
  EXPECT_FALSE(iam.Admit(WithToken(SubjectToken(first)), kNow, "r").refusal);
}

TEST(IamTest, RefusesAWrongPassword) {
  Iam iam(Options());

  const Reply reply = iam.CreateToken(TokenRequest("x"), kNow);

  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(json::parse(reply.body).at("error").at("code"), 401);
}

TEST(IamTest, RefusesABodyThatIsNone) {
  Iam iam(Options());

  EXPECT_EQ(iam.CreateToken({"POST", "/", {}, "{"}, kNow).status, 400);
  EXPECT_EQ(iam.CreateToken({"POST", "/", {}, R"({"auth":7})"}, kNow).status,
            400);
}

TEST(IamTest, TellsUnknownTokens) {
  Iam iam(Options());

  EXPECT_THAT(MessageOf(iam.Admit(WithToken("x"), kNow, "r")),
              HasSubstr("decrypt token fail"));
  EXPECT_FALSE(iam.Admit(WithToken("fixed"), kNow, "r").refusal);
}

TEST(IamTest, TokensCanBeMadeToExpire) {
  Iam iam(Options());
  const std::string token =
      SubjectToken(iam.CreateToken(TokenRequest("p"), kNow));

  iam.ExpireTokens(kNow);

  EXPECT_EQ(iam.Admit(WithToken(token), kNow, "r").verdict, "token_expired");
}

TEST(IamTest, ListsProjectsByName) {
  const Iam iam(Options());
  const auto projects = [&iam](const std::string& target) {
    return json::parse(iam.ListProjects({"GET", target, {}, ""}).body)
        .at("projects");
  };

  EXPECT_THAT(projects("/v3/projects"), SizeIs(2));
  EXPECT_EQ(projects("/v3/projects?name=cn-east-3")[0].at("id"), "id2");
  EXPECT_THAT(projects("/v3/projects?name=x"), SizeIs(0));
}

TEST(IamTest, TemporaryKeyNeedsItsSecurityToken) {
  Iam iam(Options());
  const AccessKeyPair key{"TEMPORARY", "secret"};

  EXPECT_FALSE(iam.Admit(SignedBy(key, "st"), kNow, "r").refusal);
  EXPECT_TRUE(iam.Admit(SignedBy(key, "other"), kNow, "r").refusal);
  EXPECT_TRUE(iam.Admit(SignedBy(key), kNow, "r").refusal);
}

TEST(IamTest, MoreThanSoManyBadSignaturesLockTheKey) {
  Iam iam(Options());
  const SignedRequest good = SignedBy({"AK", "secret"});
  const SignedRequest bad = SignedBy({"AK", "wrong"});
  for (int i = 0; i < 2; ++i) iam.Admit(bad, kNow, "r");
  EXPECT_FALSE(iam.Admit(good, kNow, "r").refusal);

  for (int i = 0; i < 3; ++i) iam.Admit(bad, kNow, "r");

  EXPECT_EQ(iam.Admit(good, kNow, "r").verdict, "locked");
  EXPECT_FALSE(iam.Admit(good, kNow + absl::Minutes(5), "r").refusal);
}

TEST(IamTest, KeysRotate) {
  Iam iam(Options());

  iam.PutKey({"NEW", "secret2", ""});
  iam.RemoveKey("AK");

  EXPECT_FALSE(iam.Admit(SignedBy({"NEW", "secret2"}), kNow, "r").refusal);
  EXPECT_EQ(iam.Admit(SignedBy({"AK", "secret"}), kNow, "r").verdict,
            "unknown_access_key");
}

}  // namespace
}  // namespace hssgw::simulator
