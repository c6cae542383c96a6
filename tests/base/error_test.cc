// SPDX-License-Identifier: Apache-2.0
#include "service/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "hss/antivirus/v1/error_reason.pb.h"
#include "tests/testing/status_matchers.h"

namespace hssgw {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

ErrorFacts EveryFact() {
  return {.reason = Reason::kListChangedTooFast,
          .upstream_code = "HSS.0001",
          .upstream_request_id = "r-1",
          .http_status = 400,
          .cause = "DNS",
          .retry_after = absl::Milliseconds(1500),
          .violations = {{"view", "a value"}, {"max_tasks", "0 or more"}}};
}

TEST(ErrorTest, HasCodeAndMessage) {
  EXPECT_THAT(MakeError(absl::StatusCode::kAborted, "rows moved", EveryFact()),
              StatusIs(absl::StatusCode::kAborted, "rows moved"));
}

TEST(ErrorTest, FactsSurviveTheStatus) {
  const ErrorFacts facts =
      FactsOf(MakeError(absl::StatusCode::kAborted, "m", EveryFact()));

  EXPECT_EQ(facts.reason, Reason::kListChangedTooFast);
  EXPECT_EQ(facts.upstream_code, "HSS.0001");
  EXPECT_EQ(facts.upstream_request_id, "r-1");
  EXPECT_EQ(facts.http_status, 400);
  EXPECT_EQ(facts.cause, "DNS");
  EXPECT_EQ(facts.retry_after, absl::Milliseconds(1500));
  EXPECT_THAT(
      facts.violations,
      ElementsAre(AllOf(Field(&FieldViolation::field, "view"),
                        Field(&FieldViolation::description, "a value")),
                  AllOf(Field(&FieldViolation::field, "max_tasks"),
                        Field(&FieldViolation::description, "0 or more"))));
}

TEST(ErrorTest, FactsThatAreNotGivenStayEmpty) {
  const ErrorFacts facts =
      FactsOf(MakeError(absl::StatusCode::kAborted, "m", {.cause = "STALL"}));

  EXPECT_EQ(facts.reason, Reason::kUnspecified);
  EXPECT_EQ(facts.upstream_code, "");
  EXPECT_EQ(facts.http_status, 0);
  EXPECT_EQ(facts.retry_after, std::nullopt);
  EXPECT_THAT(facts.violations, IsEmpty());
}

TEST(ErrorTest, WaitOfZeroIsNotNoWait) {
  EXPECT_EQ(FactsOf(MakeError(absl::StatusCode::kAborted, "m",
                              {.retry_after = absl::ZeroDuration()}))
                .retry_after,
            absl::ZeroDuration());
}

TEST(ErrorTest, PlainStatusHasNoFacts) {
  EXPECT_EQ(FactsOf(absl::AbortedError("m")).cause, "");
  EXPECT_EQ(FactsOf(absl::OkStatus()).reason, Reason::kUnspecified);
}

// Upstream's text may hold any bytes, and must not turn an error into a throw.
TEST(ErrorTest, FactsTakeAnyBytes) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte)
    bytes.push_back(static_cast<char>(byte));

  const ErrorFacts facts = FactsOf(
      MakeError(absl::StatusCode::kAborted, "m",
                {.reason = Reason::kUpstreamRefused, .upstream_code = bytes}));

  EXPECT_EQ(facts.reason, Reason::kUpstreamRefused);
  EXPECT_EQ(facts.upstream_code.substr(0, 128), bytes.substr(0, 128));
}

TEST(AnnotateTest, KeepsCodeAndFacts) {
  const absl::Status status =
      Annotate(MakeError(absl::StatusCode::kAborted, "m", EveryFact()),
               "page at offset 190");

  EXPECT_THAT(status,
              StatusIs(absl::StatusCode::kAborted, "page at offset 190: m"));
  EXPECT_EQ(FactsOf(status).cause, "DNS");
  EXPECT_EQ(FactsOf(status).retry_after, absl::Milliseconds(1500));
}

TEST(AnnotateTest, LeavesOkAlone) {
  EXPECT_THAT(Annotate(absl::OkStatus(), "page at offset 190"), IsOk());
}

struct Pair {
  const char* name;  // without ERROR_REASON_
  Reason reason;
};
constexpr Pair kReasons[] = {
    {"UNSPECIFIED", Reason::kUnspecified},
    {"REQUEST_INVALID", Reason::kRequestInvalid},
    {"TOKEN_INVALID", Reason::kTokenInvalid},
    {"TOKEN_EXPIRED", Reason::kTokenExpired},
    {"LIST_CHANGED_TOO_FAST", Reason::kListChangedTooFast},
    {"LIST_TOO_LONG", Reason::kListTooLong},
    {"CALLER_NOT_ALLOWED", Reason::kCallerNotAllowed},
    {"BUDGET_EXHAUSTED", Reason::kBudgetExhausted},
    {"UPSTREAM_THROTTLED", Reason::kUpstreamThrottled},
    {"GATEWAY_OVERLOADED", Reason::kGatewayOverloaded},
    {"GATEWAY_DRAINING", Reason::kGatewayDraining},
    {"UPSTREAM_UNAVAILABLE", Reason::kUpstreamUnavailable},
    {"CREDENTIAL_NOT_READY", Reason::kCredentialNotReady},
    {"UPSTREAM_CREDENTIAL_REJECTED", Reason::kUpstreamCredentialRejected},
    {"UPSTREAM_PERMISSION", Reason::kUpstreamPermission},
    {"UPSTREAM_ENDPOINT_WRONG", Reason::kUpstreamEndpointWrong},
    {"UPSTREAM_REFUSED", Reason::kUpstreamRefused},
    {"UPSTREAM_ANSWER_UNREADABLE", Reason::kUpstreamAnswerUnreadable},
    {"DEADLINE_NEAR", Reason::kDeadlineNear},
    {"ORDER_UNSTABLE", Reason::kOrderUnstable},
    {"GATEWAY_FAULT", Reason::kGatewayFault},
    {"HUB_UNAVAILABLE", Reason::kHubUnavailable},
};

TEST(ReasonTest, EveryNameAndNumberIsTheProtos) {
  const auto* const proto = hss::antivirus::v1::ErrorReason_descriptor();

  ASSERT_EQ(proto->value_count(), static_cast<int>(std::size(kReasons)));
  for (const Pair& pair : kReasons) {
    const auto* const value =
        proto->FindValueByName(absl::StrCat("ERROR_REASON_", pair.name));
    ASSERT_NE(value, nullptr) << pair.name;
    EXPECT_EQ(value->number(), static_cast<int>(pair.reason)) << pair.name;
  }
}

}  // namespace
}  // namespace hssgw
