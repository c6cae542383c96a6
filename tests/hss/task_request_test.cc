// SPDX-License-Identifier: Apache-2.0
#include "service/hss/task_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "service/hss/endpoint.h"
#include "service/hss/throttle_text.h"

namespace hssgw {
namespace {

constexpr char kOrigin[] = "https://hss.example.com";

LegKey Leg() { return {.profile = "default", .project_id = "p"}; }

TEST(TaskRequestTest, MandatoryParametersAreAlwaysOnTheWire) {
  const HttpRequest request =
      MakeTaskRequest({.leg = Leg(), .offset = 0, .limit = 200}, kOrigin);

  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.origin, kOrigin);
  EXPECT_EQ(request.path, "/v5/p/antivirus/task");
  EXPECT_EQ(request.query, "limit=200&offset=0&whether_paid_task=false");
  EXPECT_EQ(HeaderValue(request.headers, "X-Project-Id"), "p");
}

TEST(TaskRequestTest, AllThirteenParametersAreEscapedAndSorted) {
  LegKey leg = Leg();
  leg.filter = {.enterprise_project_id = "all_granted_eps",
                .task_name = "a b+描&",
                .task_status = "finish",
                .host_name = "h",
                .private_ip = "10.0.0.1",
                .public_ip = "2001:db8::1",
                .host_task_status = {"fail", "success"}};
  leg.window.begin = absl::FromUnixMillis(1000);
  leg.window.end = absl::FromUnixMillis(2000);
  leg.whether_paid_task = true;

  const HttpRequest request =
      MakeTaskRequest({.leg = leg, .offset = 190, .limit = 10}, kOrigin);

  EXPECT_EQ(request.query,
            "begin_time=1000&end_time=2000&enterprise_project_id=all_granted_eps"
            "&host_name=h&host_task_status=fail&host_task_status=success"
            "&limit=10&offset=190&private_ip=10.0.0.1&public_ip=2001%3Adb8%3A%3A1"
            "&task_name=a%20b%2B%E6%8F%8F%26&task_status=finish"
            "&whether_paid_task=true");
}

TEST(TaskRequestTest, LastDaysStandsAlone) {
  LegKey leg = Leg();
  leg.window.last_days = 30;

  EXPECT_EQ(MakeTaskRequest({.leg = leg, .offset = 0, .limit = 200}, kOrigin).query,
            "last_days=30&limit=200&offset=0&whether_paid_task=false");
}

TEST(FormatTimeBoundTest, MillisRoundOutwards) {
  const absl::Time time = absl::FromUnixMillis(1500) + absl::Microseconds(1);

  EXPECT_EQ(FormatTimeBound(time, TimeBound::kBegin, TimeFormat::kEpochMillis),
            "1500");
  EXPECT_EQ(FormatTimeBound(time, TimeBound::kEnd, TimeFormat::kEpochMillis),
            "1501");
}

TEST(FormatTimeBoundTest, TextHasSecondsAndRoundsOutwards) {
  const absl::Time time = absl::FromUnixMillis(1737532317458);

  EXPECT_EQ(FormatTimeBound(time, TimeBound::kBegin, TimeFormat::kUtcText),
            "2025-01-22 07:51:57");
  EXPECT_EQ(FormatTimeBound(time, TimeBound::kEnd, TimeFormat::kUtcText),
            "2025-01-22 07:51:58");
}

TEST(FormatTimeBoundTest, TimesBeforeTheEpochRoundOutwardsToo) {
  const absl::Time time = absl::FromUnixMillis(-1500);

  EXPECT_EQ(FormatTimeBound(time, TimeBound::kBegin, TimeFormat::kEpochMillis),
            "-1500");
  EXPECT_EQ(FormatTimeBound(time, TimeBound::kBegin, TimeFormat::kUtcText),
            "1969-12-31 23:59:58");
}

TEST(EndpointTest, RegionBecomesItsHostByRule) {
  EXPECT_EQ(*EndpointOfRegion("cn-north-4"),
            "https://hss.cn-north-4.myhuaweicloud.com");
  EXPECT_EQ(*EndpointOfRegion("my-kualalumpur-1"),
            "https://hss.my-kualalumpur-1.myhuaweicloud.com");
}

TEST(EndpointTest, EuropeIsTheException) {
  EXPECT_EQ(*EndpointOfRegion("eu-west-101"),
            "https://hss.eu-west-101.myhuaweicloud.eu");
}

TEST(EndpointTest, BadRegionIsRefused) {
  for (const char* region : {"", "north", "cn north 4", "cn-north-4.evil.com",
                             "CN-NORTH-4", "cn-north-4/"}) {
    EXPECT_FALSE(EndpointOfRegion(region).ok()) << region;
  }
}

TEST(ThrottleTextTest, ReadsEveryUnit) {
  const auto parse = [](const char* unit) {
    return ParseThrottleText(std::string("policy user over ratelimit,limit:5,time:2 ") +
                             unit);
  };

  EXPECT_EQ(parse("second")->period, absl::Seconds(2));
  EXPECT_EQ(parse("minute")->period, absl::Minutes(2));
  EXPECT_EQ(parse("hour")->period, absl::Hours(2));
  EXPECT_EQ(parse("day")->period, absl::Hours(48));
  EXPECT_EQ(parse("day")->calls, 5);
}

TEST(ThrottleTextTest, NonsenseIsNoRate) {
  for (const char* text :
       {"", "limit:,time:", "limit:5", "limit:0,time:1 minute",
        "limit:5,time:0 minute", "limit:5,time:1 fortnight",
        "limit:99999999999999999999,time:1 minute", "limit:-5,time:1 minute"}) {
    EXPECT_FALSE(ParseThrottleText(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace hssgw
