// SPDX-License-Identifier: Apache-2.0
#include "client/resume_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "client/call_status.h"
#include "tests/client/scripted_listing.h"

namespace hssgw {
namespace {

using ::testing::Optional;

constexpr absl::Time kNow = absl::FromUnixSeconds(1800000000);
constexpr double kNearlyOne = 0.999;

// An end of a stream, and whether another try makes sense with a minute left.
struct Case {
  const char* name;
  grpc::Status status;
  bool again;
  std::optional<absl::Duration> pushback;

  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

class MayTryAgainTest : public ::testing::TestWithParam<Case> {};

TEST_P(MayTryAgainTest, IsDecidedByCodeAndDetails) {
  const Break end{.status = ToStatus(GetParam().status),
                  .pushback = GetParam().pushback};

  EXPECT_EQ(MayTryAgain(end, absl::Minutes(1)), GetParam().again);
}

grpc::Status Bare(grpc::StatusCode code, const char* message = "") {
  return {code, message};
}
grpc::Status Reasoned(grpc::StatusCode code, const char* reason) {
  return MakeGatewayError({.code = code, .reason = reason});
}
grpc::Status Resumable(grpc::StatusCode code, const char* reason) {
  return MakeGatewayError(
      {.code = code, .reason = reason, .resume_token = "t"});
}

using enum grpc::StatusCode;

INSTANTIATE_TEST_SUITE_P(
    EveryEnd, MayTryAgainTest,
    testing::Values(
        Case{"OkWithoutSummary", grpc::Status::OK, true},
        Case{"Unavailable", Bare(UNAVAILABLE), true},
        Case{"Draining", Resumable(UNAVAILABLE, "GATEWAY_DRAINING"), true},
        Case{"Reset", Bare(CANCELLED), true},
        Case{"StreamRemoved", Bare(UNKNOWN, "Stream removed"), true},
        Case{"UnknownOfTheGateway", Reasoned(UNKNOWN, "GATEWAY_FAULT"), false},
        Case{"ResetOfAnotherKind",
             Bare(INTERNAL, "Received RST_STREAM with error code 2"), true},
        Case{"CannotParse", Bare(INTERNAL, "failed to parse"), false},
        Case{"Fault", Reasoned(INTERNAL, "GATEWAY_FAULT"), false},
        Case{"MessageTooLarge", Bare(RESOURCE_EXHAUSTED), false},
        Case{"Throttled", Resumable(RESOURCE_EXHAUSTED, "UPSTREAM_THROTTLED"),
             true},
        Case{"Overloaded",
             MakeGatewayError({.code = RESOURCE_EXHAUSTED,
                               .reason = "GATEWAY_OVERLOADED",
                               .retry_seconds = 1}),
             true},
        Case{"PushedBack", Bare(RESOURCE_EXHAUSTED), true, absl::Seconds(1)},
        Case{"Forbidden", Bare(UNAVAILABLE), false, absl::Milliseconds(-1)},
        Case{"TooFast", Resumable(ABORTED, "LIST_CHANGED_TOO_FAST"), true},
        Case{"TooFastBeforeTheFirstFrame",
             MakeGatewayError({.code = ABORTED,
                               .reason = "LIST_CHANGED_TOO_FAST",
                               .resume_token = ""}),
             false},
        Case{"TokenExpired", Reasoned(ABORTED, "TOKEN_EXPIRED"), false},
        Case{"TokenInvalid", Reasoned(INVALID_ARGUMENT, "TOKEN_INVALID"),
             false},
        Case{"OurDeadline", Bare(DEADLINE_EXCEEDED), false},
        Case{"SomebodysDeadline", Resumable(DEADLINE_EXCEEDED, "DEADLINE_NEAR"),
             true},
        Case{"Refused",
             Reasoned(FAILED_PRECONDITION, "UPSTREAM_CREDENTIAL_REJECTED"),
             false},
        Case{"Unimplemented", Bare(UNIMPLEMENTED), false},
        Case{"DataLoss", Resumable(DATA_LOSS, "UPSTREAM_ANSWER_UNREADABLE"),
             false}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(MayTryAgainNearDeadlineTest, GatewaysWarningOfOurOwnDeadlineIsTheEnd) {
  const Break end{.status =
                      ToStatus(Resumable(DEADLINE_EXCEEDED, "DEADLINE_NEAR"))};

  EXPECT_FALSE(MayTryAgain(end, absl::Seconds(2)));
}

ResumeLimits Limits() {
  return {.patience = absl::Minutes(5), .start_patience = absl::Seconds(5)};
}
const Break& Unavailable() {
  static const auto& end = *new Break{.status = absl::UnavailableError("gone")};
  return end;
}

TEST(ResumePolicyTest, WaitsDoubleUpToHalfAMinute) {
  ResumePolicy policy(Limits());
  policy.FrameCame();
  std::vector<absl::Duration> waits;

  for (int i = 0; i < 8; ++i) {
    waits.push_back(*policy.NextTry(Unavailable(), kNow, 0.5) - kNow);
  }

  EXPECT_THAT(waits,
              testing::ElementsAre(
                  absl::Milliseconds(250), absl::Milliseconds(500),
                  absl::Seconds(1), absl::Seconds(2), absl::Seconds(4),
                  absl::Seconds(8), absl::Seconds(15), absl::Seconds(15)));
}

TEST(ResumePolicyTest, ChanceSpreadsTheClients) {
  EXPECT_THAT(ResumePolicy(Limits()).NextTry(Unavailable(), kNow, 0),
              Optional(kNow));
  EXPECT_GT(*ResumePolicy(Limits()).NextTry(Unavailable(), kNow, kNearlyOne),
            kNow + absl::Milliseconds(499));
}

TEST(ResumePolicyTest, NeverEarlierThanTheGatewaySaid) {
  ResumePolicy policy(Limits());
  policy.FrameCame();
  const Break told{.status = ToStatus(MakeGatewayError({.retry_seconds = 38}))};
  const Break pushed{.status = absl::UnavailableError(""),
                     .pushback = absl::Seconds(41)};

  EXPECT_THAT(policy.NextTry(told, kNow, 0),
              Optional(kNow + absl::Seconds(38)));
  EXPECT_THAT(policy.NextTry(pushed, kNow, 0),
              Optional(kNow + absl::Seconds(41)));
}

TEST(ResumePolicyTest, TaskThatCameMakesItPatientAgain) {
  ResumePolicy policy(Limits());
  policy.FrameCame();
  while (policy.NextTry(Unavailable(), kNow, kNearlyOne).has_value()) {
  }

  policy.TaskCame();

  EXPECT_LT(*policy.NextTry(Unavailable(), kNow, kNearlyOne),
            kNow + absl::Milliseconds(500));
}

TEST(ResumePolicyTest, PatienceBoundsTheSumOfItsWaits) {
  ResumePolicy policy(Limits());
  policy.FrameCame();
  absl::Time now = kNow;
  int tries = 0;

  while (const auto retry = policy.NextTry(Unavailable(), now, kNearlyOne)) {
    now = *retry;
    ++tries;
  }

  EXPECT_LE(now - kNow, absl::Minutes(5));
  EXPECT_GT(now - kNow, absl::Minutes(4));
  EXPECT_EQ(policy.tries(), tries);
}

TEST(ResumePolicyTest, GivesUpSoonIfNothingEverCame) {
  ResumePolicy policy(Limits());
  absl::Time now = kNow;

  while (const auto retry = policy.NextTry(Unavailable(), now, kNearlyOne)) {
    now = *retry;
  }

  EXPECT_LE(now - kNow, absl::Seconds(5));
  EXPECT_GT(now - kNow, absl::Seconds(1));
}

TEST(ResumePolicyTest, DoesNotWaitForATryPastTheDeadline) {
  ResumeLimits limits = Limits();
  limits.deadline = kNow + absl::Seconds(30);
  ResumePolicy policy(limits);
  policy.FrameCame();
  const Break told{.status = ToStatus(MakeGatewayError({.retry_seconds = 30}))};

  EXPECT_EQ(policy.NextTry(told, kNow, 0), std::nullopt);
}

}  // namespace
}  // namespace hssgw
