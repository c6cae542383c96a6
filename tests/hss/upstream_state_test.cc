// SPDX-License-Identifier: Apache-2.0
#include "service/hss/upstream_state.h"

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>

#include "service/base/error.h"
#include "service/hss/error_table.h"

namespace hssgw {
namespace {

struct Case {
  const char* name;
  // Of an answer of upstream's.
  const char* code;
  int http_status;
  std::optional<UpstreamState> want;

  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

class UpstreamStateTest : public ::testing::TestWithParam<Case> {};

TEST_P(UpstreamStateTest, FollowsWhatUpstreamAnswered) {
  const Case& c = GetParam();
  const ErrorRow& row = RowOf(c.code, c.http_status, "");

  EXPECT_EQ(
      UpstreamStateAfter(MakeError(row.code, "said", {.reason = row.reason})),
      c.want);
}

constexpr Case kCases[] = {
    {"Throttle", "APIGW.0308", 429, UpstreamState::kFails},
    {"Outage", "", 503, UpstreamState::kFails},
    {"WrongKey", "APIGW.0301", 401, UpstreamState::kFails},
    {"MissingPermission", "HSS.0013", 400, UpstreamState::kFails},
    {"WrongEndpoint", "", 404, UpstreamState::kFails},
    {"NoList", "", 200, UpstreamState::kFails},
    {"UpstreamsOwnFault", "HSS.1006", 400, UpstreamState::kFails},
    {"BadFilter", "HSS.0001", 400, std::nullopt},
    {"UnknownId", "HSS.0011", 400, std::nullopt},
};

INSTANTIATE_TEST_SUITE_P(EveryAnswer, UpstreamStateTest,
                         testing::ValuesIn(kCases), [](const auto& c) {
                           return std::string(c.param.name);
                         });

TEST(UpstreamStateTest, PageSaysThatItServes) {
  EXPECT_EQ(UpstreamStateAfter(absl::OkStatus()), UpstreamState::kServes);
}

TEST(UpstreamStateTest, CredentialThatIsNotThereFails) {
  EXPECT_EQ(
      UpstreamStateAfter(MakeError(absl::StatusCode::kUnavailable, "not yet",
                                   {.reason = Reason::kCredentialNotReady})),
      UpstreamState::kFails);
}

TEST(UpstreamStateTest, WhatNeverLeftTheGatewaySaysNothing) {
  for (const Reason reason : {Reason::kBudgetExhausted, Reason::kDeadlineNear,
                              Reason::kGatewayDraining, Reason::kUnspecified}) {
    EXPECT_EQ(UpstreamStateAfter(MakeError(absl::StatusCode::kCancelled, "gone",
                                           {.reason = reason})),
              std::nullopt);
  }
}

}  // namespace
}  // namespace hssgw
