// SPDX-License-Identifier: Apache-2.0
#include "service/auth/credential_authorizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "service/auth/static_credential_source.h"
#include "tests/testing/fake_clock.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A source that has nothing to give.
class FailingSource : public CredentialSource {
 public:
  void Fetch(absl::Time, CredentialCallback done) override {
    done(absl::UnavailableError("no credential"));
  }
};

absl::StatusOr<HttpRequest> Authorize(CredentialSource& source) {
  FakeClock clock;
  CredentialAuthorizer authorizer(source, clock);
  std::optional<absl::StatusOr<HttpRequest>> answer;
  authorizer.Authorize({.origin = "https://h", .path = "/p"},
                       absl::InfiniteFuture(),
                       [&](absl::StatusOr<HttpRequest> request) {
                         answer = std::move(request);
                       });
  return *answer;
}

TEST(CredentialAuthorizerTest, KeysBecomeASignature) {
  StaticCredentialSource source(AccessKeys{"ak", Secret("sk"), Secret()});

  const auto request = Authorize(source);

  EXPECT_THAT(std::string(HeaderValue(request->headers, "Authorization")),
              HasSubstr("SDK-HMAC-SHA256 Access=ak, "));
  EXPECT_THAT(std::string(HeaderValue(request->headers, "X-Auth-Token")),
              IsEmpty());
}

TEST(CredentialAuthorizerTest, TokenBecomesAHeaderAlone) {
  StaticCredentialSource source(AuthToken{Secret("tok")});

  const auto request = Authorize(source);

  EXPECT_EQ(HeaderValue(request->headers, "X-Auth-Token"), "tok");
  EXPECT_THAT(std::string(HeaderValue(request->headers, "Authorization")),
              IsEmpty());
}

TEST(CredentialAuthorizerTest, ErrorOfTheSourceIsTheAnswer) {
  FailingSource source;

  EXPECT_EQ(Authorize(source).status().code(), absl::StatusCode::kUnavailable);
}

// Gives another credential each time, when it is told to answer.
class HeldSource : public CredentialSource {
 public:
  void Fetch(absl::Time deadline, CredentialCallback done) override {
    deadline_ = deadline;
    done_ = std::move(done);
  }
  void Answer(Credential credential) {
    std::exchange(done_, nullptr)(std::move(credential));
  }
  absl::Time deadline() const { return deadline_; }

 private:
  absl::Time deadline_;
  CredentialCallback done_;
};

TEST(CredentialAuthorizerTest, SignsAtTheTimeOfTheAnswer) {
  HeldSource source;
  FakeClock clock(absl::FromUnixSeconds(1737532317));
  auto authorizer = std::make_unique<CredentialAuthorizer>(source, clock);
  std::string date;
  authorizer->Authorize(
      {}, absl::UnixEpoch(), [&](absl::StatusOr<HttpRequest> request) {
        date = std::string(HeaderValue(request->headers, "X-Sdk-Date"));
      });
  EXPECT_EQ(source.deadline(), absl::UnixEpoch());

  authorizer.reset();  // need not outlive its answers
  clock.Advance(absl::Seconds(3));
  source.Answer(AccessKeys{"ak", Secret("sk"), Secret()});

  EXPECT_EQ(date, "20250122T075200Z");
}

TEST(CredentialAuthorizerTest, EarlierCredentialIsReplaced) {
  StaticCredentialSource source(AccessKeys{"ak", Secret("sk"), Secret("st")});
  FakeClock clock;
  CredentialAuthorizer authorizer(source, clock);
  HttpRequest request{.headers = {{"X-Auth-Token", "old"},
                                  {"authorization", "old"},
                                  {"x-security-token", "old"}}};
  HttpRequest authorized;
  authorizer.Authorize(request, absl::InfiniteFuture(),
                       [&](absl::StatusOr<HttpRequest> answer) {
                         authorized = *std::move(answer);
                       });

  EXPECT_EQ(authorized.headers.size(), 3U);
  for (const HttpHeader& header : authorized.headers) {
    EXPECT_NE(header.value, "old") << header.name;
  }
}

class RefusedTest : public ::testing::Test {
 protected:
  // What is logged on one refusal.
  std::string LogOfRefusal() {
    testing::internal::CaptureStderr();
    authorizer_.Refused(
        {.origin = "https://h", .headers = {{"X-Auth-Token", "tok-1"}}},
        {.status = 401, .body = "ak ABCDEFGHIJKLMNOPQR12 not exist, tok-1"});
    return testing::internal::GetCapturedStderr();
  }

  StaticCredentialSource source_{AuthToken{Secret("tok-1")}};
  FakeClock clock_;
  CredentialAuthorizer authorizer_{source_, clock_};
};

TEST_F(RefusedTest, IsLoggedWithoutTheCredential) {
  const std::string log = LogOfRefusal();

  EXPECT_THAT(log, HasSubstr("ak *** not exist"));
  EXPECT_THAT(log, HasSubstr("401"));
  EXPECT_THAT(log, Not(HasSubstr("tok-1")));
}

TEST_F(RefusedTest, IsLoggedOnceAMinute) {
  EXPECT_THAT(LogOfRefusal(), Not(IsEmpty()));

  clock_.Advance(absl::Minutes(1) - absl::Seconds(1));
  EXPECT_THAT(LogOfRefusal(), IsEmpty());

  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(LogOfRefusal(), Not(IsEmpty()));
}

}  // namespace
}  // namespace hssgw
