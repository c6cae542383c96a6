// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/status_matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace hssgw {
namespace {

using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pointee;

const absl::Status kAborted = absl::AbortedError("rows moved");
const absl::StatusOr<int> kSeven = 7;
const absl::StatusOr<int> kNoNumber = kAborted;

TEST(StatusMatchersTest, IsOkTakesBoth) {
  EXPECT_THAT(absl::OkStatus(), IsOk());
  EXPECT_THAT(kSeven, IsOk());
  EXPECT_THAT(kAborted, Not(IsOk()));
  EXPECT_THAT(kNoNumber, Not(IsOk()));
}

TEST(StatusMatchersTest, IsOkAndHoldsTakesValueOrMatcher) {
  EXPECT_THAT(kSeven, IsOkAndHolds(7));
  EXPECT_THAT(kSeven, IsOkAndHolds(Ge(7)));
  EXPECT_THAT(kSeven, Not(IsOkAndHolds(8)));
  EXPECT_THAT(kNoNumber, Not(IsOkAndHolds(7)));
}

TEST(StatusMatchersTest, IsOkAndHoldsNeedsNoCopy) {
  const absl::StatusOr<std::unique_ptr<int>> owned = std::make_unique<int>(7);

  EXPECT_THAT(owned, IsOkAndHolds(Pointee(7)));
}

TEST(StatusMatchersTest, StatusIsComparesCodeAndMessage) {
  EXPECT_THAT(kAborted, StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(kNoNumber, StatusIs(absl::StatusCode::kAborted, "rows moved"));
  EXPECT_THAT(kAborted,
              StatusIs(absl::StatusCode::kAborted, HasSubstr("rows")));
  EXPECT_THAT(kAborted, Not(StatusIs(absl::StatusCode::kUnknown)));
  EXPECT_THAT(kAborted, Not(StatusIs(absl::StatusCode::kAborted, "rows")));
}

TEST(StatusMatchersTest, FailureShowsTheStatus) {
  testing::StringMatchResultListener listener;

  ExplainMatchResult(IsOk(), kNoNumber, &listener);

  EXPECT_THAT(listener.str(), HasSubstr("ABORTED: rows moved"));
}

}  // namespace
}  // namespace hssgw
