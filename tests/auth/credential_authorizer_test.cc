// SPDX-License-Identifier: Apache-2.0
#include "service/auth/credential_authorizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "service/auth/static_credential_source.h"
#include "tests/testing/fake_clock.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
  authorizer.Authorize(
      {.origin = "https://h", .path = "/p"}, absl::InfiniteFuture(),
      [&](absl::StatusOr<HttpRequest> request) { answer = std::move(request); });
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

}  // namespace
}  // namespace hssgw
