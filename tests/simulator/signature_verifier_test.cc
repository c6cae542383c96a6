// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/signature_verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulator/captured_request.h"

namespace hssgw::simulator {
namespace {

const char* const kCaptures = HSSGW_TEST_DATA "/upstream/sdk-requests.jsonl";
const char* const kPublished =
    HSSGW_TEST_DATA "/upstream/published-vectors.jsonl";

std::vector<std::string> LinesOf(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<CapturedRequest> Captures() {
  std::vector<CapturedRequest> captures;
  for (const std::string& line : LinesOf(kCaptures)) {
    std::string problem;
    const auto captured = ReadCapturedRequest(line, problem);
    EXPECT_TRUE(captured.has_value()) << problem;
    if (captured) captures.push_back(*captured);
  }
  return captures;
}

// Another byte that is no separator and no digit of an escape.
char Other(char c) { return c == 'q' ? 'r' : 'q'; }

std::string* FindHeader(SignedRequest& request, const std::string& name) {
  for (auto& [key, value] : request.headers) {
    if (ToLower(key) == name) return &value;
  }
  return nullptr;
}

constexpr char kAccessKey[] = "AK";
constexpr char kSecretKey[] = "secret";

SecretLookup OneKey() {
  return [](const std::string& name) -> std::optional<std::string> {
    if (name != kAccessKey) return std::nullopt;
    return kSecretKey;
  };
}

const absl::Time kNow = absl::FromCivil(
    absl::CivilSecond(2026, 11, 24, 6, 26, 54), absl::UTCTimeZone());

SignedRequest Signed(const std::string& target, const std::string& body = "") {
  SignedRequest request{"GET", target, {}, body};
  request.headers = {{"Host", "127.0.0.1:1"},
                     {"X-Sdk-Date", "20261124T062654Z"}};
  request.headers.emplace_back(
      "Authorization", MakeAuthorization(request, {kAccessKey, kSecretKey}));
  return request;
}

SignatureReason ReasonOf(const SignedRequest& request, absl::Time now = kNow) {
  return VerifySignature(request, OneKey(), now).reason;
}

TEST(SignatureVerifierTest, GivesEachCapturedRequestItsVerdict) {
  const std::vector<CapturedRequest> captures = Captures();

  ASSERT_EQ(captures.size(), 459U);
  for (const CapturedRequest& captured : captures) {
    SCOPED_TRACE(captured.name + " " + captured.request.target);
    EXPECT_EQ(VerifyCaptured(captured).accepted(), captured.accept);
  }
}

TEST(SignatureVerifierTest, RefusesAnyChangedByteOfTheTarget) {
  size_t changed = 0;
  for (CapturedRequest captured : Captures()) {
    if (!captured.accept) continue;
    std::string& target = captured.request.target;
    for (size_t at = 0; at < target.size(); ++at) {
      const char before = target[at];
      target[at] = Other(before);
      EXPECT_FALSE(VerifyCaptured(captured).accepted()) << target;
      target[at] = before;
      ++changed;
    }
  }
  EXPECT_GT(changed, 10000U);
}

TEST(SignatureVerifierTest, RefusesAnyChangedByteOfASignedHeader) {
  for (CapturedRequest captured : Captures()) {
    if (!captured.accept) continue;
    std::string& authorization = *FindHeader(captured.request, "authorization");
    const size_t begin = authorization.find("SignedHeaders=") + 14;
    const std::string names =
        authorization.substr(begin, authorization.find(',', begin) - begin);
    for (const std::string_view name : SplitAt(names, ';')) {
      SCOPED_TRACE(captured.name + " " + std::string(name));
      std::string* const value =
          FindHeader(captured.request, std::string(name));
      ASSERT_NE(value, nullptr);
      for (char& c : *value) {
        const char before = c;
        c = Other(before);
        EXPECT_FALSE(VerifyCaptured(captured).accepted()) << *value;
        c = before;
      }
    }
  }
}

TEST(SignatureVerifierTest, RefusesAChangedBodyMethodOrSignature) {
  for (CapturedRequest captured : Captures()) {
    if (!captured.accept) continue;
    SCOPED_TRACE(captured.name);
    SignedRequest& request = captured.request;
    request.body += "x";
    EXPECT_FALSE(VerifyCaptured(captured).accepted());
    request.body.pop_back();

    request.method += "X";
    EXPECT_FALSE(VerifyCaptured(captured).accepted());
    request.method.pop_back();

    char& last = FindHeader(request, "authorization")->back();
    last = last == '0' ? '1' : '0';
    EXPECT_FALSE(VerifyCaptured(captured).accepted());
  }
}

// Requests as the documents and the SDKs' own tests have them.
TEST(SignatureVerifierTest, AcceptsPublishedVectors) {
  for (const std::string& line : LinesOf(kPublished)) {
    const auto vector = nlohmann::json::parse(line);
    SCOPED_TRACE(vector.at("name").get<std::string>());
    const std::string ak =
        vector.at("ak") == "" ? "any" : vector.at("ak").get<std::string>();
    const std::string query = vector.at("query");
    SignedRequest request{
        vector.at("method"), vector.at("path"), {}, vector.at("body")};
    if (!query.empty()) request.target += "?" + query;
    std::string names;
    for (const auto& [name, value] : vector.at("signed").items()) {
      request.headers.emplace_back(name, value.get<std::string>());
      names += (names.empty() ? "" : ";") + name;
    }
    const std::string claim =
        vector.contains("info")
            ? "Credential=" + ak + "/" + vector.at("info").get<std::string>()
            : "Access=" + ak;
    request.headers.emplace_back(
        "Authorization",
        vector.at("algorithm").get<std::string>() + " " + claim +
            ", SignedHeaders=" + names +
            ", Signature=" + vector.at("signature").get<std::string>());

    const Verdict verdict = VerifySignature(
        request,
        [&](const std::string&) {
          return std::optional<std::string>(vector.at("sk"));
        },
        *ReadSdkDate(vector.at("date").get<std::string>()));

    EXPECT_TRUE(verdict.accepted()) << verdict.detail;
  }
}

TEST(SignatureVerifierTest, AcceptsWhatMakeAuthorizationSigns) {
  EXPECT_EQ(ReasonOf(Signed("/v5/p/antivirus/task?b=%20&a=1", "body")),
            SignatureReason::kAccepted);
}

TEST(SignatureVerifierTest, AcceptsAnUnsignedHostHeader) {
  SignedRequest request{"GET", "/", {{"X-Sdk-Date", "20261124T062654Z"}}, ""};
  request.headers.emplace_back(
      "Authorization", MakeAuthorization(request, {kAccessKey, kSecretKey}));
  request.headers.emplace_back("Host", "anything");

  EXPECT_EQ(ReasonOf(request), SignatureReason::kAccepted);
}

TEST(SignatureVerifierTest, TellsAMissingAuthorization) {
  EXPECT_EQ(ReasonOf({"GET", "/", {}, ""}), SignatureReason::kNoAuthorization);
}

TEST(SignatureVerifierTest, TellsAnUnknownAccessKey) {
  SignedRequest request = Signed("/");
  std::string& value = *FindHeader(request, "authorization");
  value.replace(value.find("Access=AK"), 9, "Access=BK");

  const Verdict verdict = VerifySignature(request, OneKey(), kNow);

  EXPECT_EQ(verdict.reason, SignatureReason::kUnknownAccessKey);
  EXPECT_EQ(verdict.access_key, "BK");
}

TEST(SignatureVerifierTest, ExpiresJustAfterFifteenMinutesBothWays) {
  const SignedRequest request = Signed("/");
  const absl::Duration edge = absl::Minutes(15);
  const absl::Duration more = edge + absl::Seconds(1);

  EXPECT_EQ(ReasonOf(request, kNow + edge), SignatureReason::kAccepted);
  EXPECT_EQ(ReasonOf(request, kNow - edge), SignatureReason::kAccepted);
  EXPECT_EQ(ReasonOf(request, kNow + more), SignatureReason::kExpired);
  EXPECT_EQ(ReasonOf(request, kNow - more), SignatureReason::kExpired);
}

TEST(SignatureVerifierTest, HoldsTheBodyAgainstAStatedHash) {
  SignedRequest request{"POST",
                        "/",
                        {{"X-Sdk-Date", "20261124T062654Z"},
                         {"X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD"}},
                        "body"};
  request.headers.emplace_back(
      "Authorization", MakeAuthorization(request, {kAccessKey, kSecretKey}));

  EXPECT_EQ(ReasonOf(request), SignatureReason::kAccepted);
  request.headers[1].second = "UNSIGNED";
  EXPECT_EQ(ReasonOf(request), SignatureReason::kMismatch);
}

TEST(SignatureVerifierTest, RefusesARepeatedSignedHeader) {
  SignedRequest request = Signed("/");
  request.headers.insert(request.headers.begin(), {"host", "evil"});

  EXPECT_EQ(ReasonOf(request), SignatureReason::kMismatch);
}

TEST(SignatureVerifierTest, DecodesAPlusInAQueryAsASpace) {
  EXPECT_EQ(CanonicalQuery("b=1+2&a", ValueOrder::kSorted), "a=&b=1%202");
  EXPECT_EQ(CanonicalPath("/a+b//c"), "/a%2Bb//c/");
  EXPECT_EQ(CanonicalPath(""), "/");
  EXPECT_EQ(CanonicalPath("/"), "/");
}

struct MalformedCase {
  const char* name;
  const char* authorization;
};

class MalformedAuthorizationTest
    : public testing::TestWithParam<MalformedCase> {};

TEST_P(MalformedAuthorizationTest, IsTold) {
  const SignedRequest request{"GET",
                              "/",
                              {{"X-Sdk-Date", "20261124T062654Z"},
                               {"Authorization", GetParam().authorization}},
                              ""};
  EXPECT_EQ(ReasonOf(request), SignatureReason::kMalformed);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, MalformedAuthorizationTest,
    testing::Values(
        MalformedCase{"Empty", ""}, MalformedCase{"Word", "SDK-HMAC-SHA256"},
        MalformedCase{"Basic", "Basic dXNlcjpwYXNz"},
        MalformedCase{"OtherAlgorithm",
                      "SDK-HMAC-SM3 Access=AK, SignedHeaders=x-sdk-date, "
                      "Signature=00"},
        MalformedCase{"NoKey",
                      "SDK-HMAC-SHA256 SignedHeaders=x-sdk-date, Signature=0"},
        MalformedCase{"NoSignature",
                      "SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date"},
        MalformedCase{"DateNotSigned",
                      "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, "
                      "Signature=00"},
        MalformedCase{"TwoKeys",
                      "SDK-HMAC-SHA256 Access=AK, Access=AK, "
                      "SignedHeaders=x-sdk-date, Signature=00"},
        MalformedCase{"UnknownPart",
                      "SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date, "
                      "Signature=00, More=1"},
        MalformedCase{"CredentialWithoutInfo",
                      "V11-HMAC-SHA256 Credential=AK, "
                      "SignedHeaders=x-sdk-date, Signature=00"},
        MalformedCase{"CredentialOfAnotherDay",
                      "V11-HMAC-SHA256 Credential=AK/20261125/r/s, "
                      "SignedHeaders=x-sdk-date, Signature=00"}),
    [](const auto& param) { return param.param.name; });

class MalformedDateTest : public testing::TestWithParam<const char*> {};

TEST_P(MalformedDateTest, IsNotRead) {
  EXPECT_EQ(ReadSdkDate(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Forms, MalformedDateTest,
                         testing::Values("", "20261124", "20261124T062654",
                                         "2026-11-24T06:26:54Z",
                                         "20261324T062654Z", "20261124T252654Z",
                                         "20261124T062654z",
                                         " 0261124T062654Z"));

}  // namespace
}  // namespace hssgw::simulator
