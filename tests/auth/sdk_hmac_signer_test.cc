// SPDX-License-Identifier: Apache-2.0
#include "service/auth/sdk_hmac_signer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/auth/sign_vector.h"

namespace hssgw {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

AccessKeys Keys(std::string token = "") {
  return {"FAKEAK", Secret("FakeSk"), Secret(std::move(token))};
}

HttpRequest Request() {
  return {.origin = "https://hss.example.com:8443",
          .path = "/v5/p/antivirus/task",
          .query = "limit=200&offset=0",
          .headers = {{"X-Project-Id", "p"}}};
}

std::string SignedHeadersOf(const HttpRequest& request) {
  const std::string value(HeaderValue(request.headers, "Authorization"));
  const size_t begin = value.find("SignedHeaders=") + 14;
  return value.substr(begin, value.find(',', begin) - begin);
}

// Every line of a file of vectors; how many of them were compared.
int CheckAll(const std::string& name) {
  std::ifstream file(std::string(HSSGW_TEST_DATA) + "/upstream/" + name);
  int checked = 0;
  for (std::string line; std::getline(file, line);) {
    const VectorVerdict verdict = CheckVector(line);
    SCOPED_TRACE(verdict.name);
    if (verdict.kind == VectorVerdict::Kind::kSkip) continue;
    EXPECT_EQ(verdict.kind, VectorVerdict::Kind::kOk) << verdict.detail;
    ++checked;
  }
  return checked;
}

TEST(SdkHmacSignerTest, SignsEveryVectorOfTheNodeSdk) {
  EXPECT_EQ(CheckAll("signing-vectors.jsonl"), 76);
}

TEST(SdkHmacSignerTest, SignsEveryPublishedVectorOfItsAlgorithm) {
  EXPECT_EQ(CheckAll("published-vectors.jsonl"), 10);
}

TEST(SdkHmacSignerTest, LeanProfileSignsHostProjectAndDate) {
  HttpRequest request = Request();
  SignLean(request, Keys(), absl::FromUnixSeconds(1737532317));

  EXPECT_EQ(HeaderValue(request.headers, "X-Sdk-Date"), "20250122T075157Z");
  EXPECT_EQ(SignedHeadersOf(request), "host;x-project-id;x-sdk-date");
}

TEST(SdkHmacSignerTest, TemporaryKeysSignTheirToken) {
  HttpRequest request = Request();
  SignLean(request, Keys("token"), absl::UnixEpoch());

  EXPECT_EQ(HeaderValue(request.headers, "X-Security-Token"), "token");
  EXPECT_EQ(SignedHeadersOf(request),
            "host;x-project-id;x-sdk-date;x-security-token");
}

TEST(SdkHmacSignerTest, EmptyTokenIsNotSent) {
  HttpRequest request = Request();
  SignLean(request, Keys(""), absl::UnixEpoch());

  EXPECT_EQ(HeaderValue(request.headers, "X-Security-Token"), "");
  EXPECT_THAT(SignedHeadersOf(request), Not(HasSubstr("token")));
}

TEST(SdkHmacSignerTest, HostIsSignedWithItsPort) {
  const std::string canonical =
      CanonicalRequest(Request(), {"host", "x-project-id"});

  EXPECT_THAT(canonical, StartsWith("GET\n/v5/p/antivirus/task/\n"
                                    "limit=200&offset=0\n"
                                    "host:hss.example.com:8443\n"));
  EXPECT_THAT(canonical, EndsWith("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b"
                                  "934ca495991b7852b855"));
}

TEST(SdkHmacSignerTest, DroppedCredentialLeavesNoHeaderOfIt) {
  HttpRequest request = Request();
  SignLean(request, Keys("token"), absl::UnixEpoch());

  DropCredential(request);

  ASSERT_EQ(request.headers.size(), 1U);
  EXPECT_EQ(request.headers[0].name, "X-Project-Id");
}

TEST(SdkHmacSignerTest, DefaultPortIsNotSigned) {
  HttpRequest request = Request();

  // libcurl leaves it out of the Host header too.
  request.origin = "https://hss.example.com:443";
  EXPECT_THAT(CanonicalRequest(request, {"host"}),
              HasSubstr("\nhost:hss.example.com\n"));
  request.origin = "http://127.0.0.1:80";
  EXPECT_THAT(CanonicalRequest(request, {"host"}),
              HasSubstr("\nhost:127.0.0.1\n"));
  request.origin = "http://[::1]:443";
  EXPECT_THAT(CanonicalRequest(request, {"host"}),
              HasSubstr("\nhost:[::1]:443\n"));
}

TEST(SdkHmacSignerTest, QueryIsSortedByNameThenRawValue) {
  HttpRequest request = Request();
  request.query = "k=a%2F&k=a-&b&a=%20";

  EXPECT_THAT(CanonicalRequest(request, {"host"}),
              HasSubstr("\na=%20&b=&k=a-&k=a%2F\n"));
}

TEST(SdkHmacSignerTest, HeaderValuesLoseOuterBlanksAlone) {
  HttpRequest request = Request();
  request.headers = {{"X-Note", "  a  b\t"}};

  EXPECT_THAT(CanonicalRequest(request, {"x-note"}),
              HasSubstr("\nx-note:a  b\n"));
}

TEST(SdkHmacSignerTest, GivenHashStandsForTheBody) {
  HttpRequest request = Request();
  request.body = "body";
  request.headers = {{"x-sdk-content-sha256", "UNSIGNED-PAYLOAD"}};

  EXPECT_THAT(CanonicalRequest(request, {"host"}),
              EndsWith("\nUNSIGNED-PAYLOAD"));
}

TEST(SdkHmacSignerTest, WithoutProjectItIsNotSigned) {
  HttpRequest request = Request();
  request.headers.clear();

  SignLean(request, Keys(), absl::UnixEpoch());

  EXPECT_EQ(SignedHeadersOf(request), "host;x-sdk-date");
}

TEST(SdkHmacSignerTest, SigningAgainReplacesTheSignature) {
  HttpRequest once = Request();
  SignLean(once, Keys("token"), absl::UnixEpoch());
  HttpRequest twice = Request();
  SignLean(twice, Keys("other"), absl::FromUnixSeconds(1));
  SignLean(twice, Keys("token"), absl::UnixEpoch());

  ASSERT_EQ(twice.headers.size(), once.headers.size());
  EXPECT_EQ(HeaderValue(twice.headers, "Authorization"),
            HeaderValue(once.headers, "Authorization"));
}

TEST(SdkHmacSignerTest, SecretKeyIsNowhereInTheRequest) {
  HttpRequest request = Request();
  SignLean(request, Keys("token"), absl::UnixEpoch());

  for (const HttpHeader& header : request.headers) {
    EXPECT_THAT(header.value, Not(HasSubstr("FakeSk"))) << header.name;
  }
}

}  // namespace
}  // namespace hssgw
