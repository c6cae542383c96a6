// SPDX-License-Identifier: Apache-2.0
#include "service/hss/throttle_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace hssgw {
namespace {

using ::testing::Optional;

std::optional<ThrottleRate> Parse(absl::string_view rate) {
  return ParseThrottleText(
      absl::StrCat("The throttling threshold has been reached: policy user "
                   "over ratelimit,",
                   rate));
}

TEST(ThrottleTextTest, ReadsThePublishedTexts) {
  EXPECT_THAT(Parse("limit:200,time:5 minute"),
              Optional(ThrottleRate{200, absl::Minutes(5)}));
  EXPECT_THAT(Parse("limit:10,time:1 second"),
              Optional(ThrottleRate{10, absl::Seconds(1)}));
}

TEST(ThrottleTextTest, ReadsEveryUnit) {
  EXPECT_EQ(Parse("limit:5,time:2 second")->period, absl::Seconds(2));
  EXPECT_EQ(Parse("limit:5,time:2 minutes")->period, absl::Minutes(2));
  EXPECT_EQ(Parse("limit:5,time:2 hour")->period, absl::Hours(2));
  EXPECT_EQ(Parse("limit:5,time:2 days")->period, absl::Hours(48));
}

TEST(ThrottleTextTest, BlanksAndCaseDoNotMatter) {
  EXPECT_THAT(ParseThrottleText("LIMIT: 5 , time: 1Minute."),
              Optional(ThrottleRate{5, absl::Minutes(1)}));
}

TEST(ThrottleTextTest, FirstRateThatMakesSenseWins) {
  EXPECT_THAT(
      ParseThrottleText("limit:x limit:5,time:1 day limit:6,time:1 day"),
      Optional(ThrottleRate{5, absl::Hours(24)}));
}

TEST(ThrottleTextTest, BoundsAreInclusive) {
  EXPECT_THAT(ParseThrottleText("limit:1000000,time:1000000 day"),
              Optional(ThrottleRate{1000000, absl::Hours(24000000)}));
}

TEST(ThrottleTextTest, NonsenseIsNoRate) {
  for (const char* text :
       {"", "limit:", "limit:,time:", "limit:5", "limit:5,",
        "limit:5,time:", "limit:5,time:1", "limit:5 time:1 minute",
        "limit:0,time:1 minute", "limit:5,time:0 minute",
        "limit:5,time:1 fortnight", "limit:99999999999999999999,time:1 minute",
        "limit:5,time:99999999999999999999 day", "limit:1000001,time:1 day",
        "limit:-5,time:1 minute", "limit:5.5,time:1 minute",
        "limit:0x5,time:1 minute", "over ratelimit"}) {
    EXPECT_FALSE(ParseThrottleText(text).has_value()) << text;
  }
}

TEST(ThrottleTextTest, LongTextIsReadInBoundedTime) {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "limit:5,";

  EXPECT_FALSE(ParseThrottleText(text).has_value());
}

}  // namespace
}  // namespace hssgw
