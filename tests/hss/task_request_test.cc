// SPDX-License-Identifier: Apache-2.0
#include "service/hss/task_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "service/http/url.h"

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

  EXPECT_EQ(
      request.query,
      "begin_time=1000&end_time=2000&enterprise_project_id=all_granted_eps"
      "&host_name=h&host_task_status=fail&host_task_status=success"
      "&limit=10&offset=190&private_ip=10.0.0.1&public_ip=2001%3Adb8%3A%3A1"
      "&task_name=a%20b%2B%E6%8F%8F%26&task_status=finish"
      "&whether_paid_task=true");
}

TEST(TaskRequestTest, QueryOnTheWireIsTheCanonicalOne) {
  LegKey leg = Leg();
  leg.time_format = TimeFormat::kUtcText;
  leg.filter.task_name = "100% a+b&c=d/e?f#g~h-\xE6\x8F\x8F";
  leg.filter.host_task_status = {"success", "fail"};
  leg.window.begin = absl::FromUnixSeconds(1737532317);
  leg.window.end = absl::FromUnixSeconds(1737532318);

  const std::string query = MakeTaskRequest({.leg = leg}, kOrigin).query;

  EXPECT_EQ(query, CanonicalQuery(ParseQuery(query)));
  EXPECT_THAT(query,
              testing::HasSubstr("begin_time=2025-01-22%2007%3A51%3A57"));
}

TEST(TaskRequestTest, HostStatusesAreSortedAndSentOnce) {
  LegKey leg = Leg();
  leg.filter.host_task_status = {"success", "fail", "", "success", "cancel"};

  EXPECT_EQ(
      MakeTaskRequest({.leg = leg, .offset = 0, .limit = 10}, kOrigin).query,
      "host_task_status=cancel&host_task_status=fail"
      "&host_task_status=success&limit=10&offset=0"
      "&whether_paid_task=false");
}

TEST(TaskRequestTest, HeadersNameProjectAndForm) {
  const HttpRequest request = MakeTaskRequest({.leg = Leg()}, kOrigin);

  ASSERT_EQ(request.headers.size(), 2U);
  EXPECT_EQ(HeaderValue(request.headers, "Accept"), "application/json");
  EXPECT_EQ(HeaderValue(request.headers, "X-Project-Id"), "p");
  EXPECT_EQ(request.body, "");
}

TEST(TaskRequestTest, LastDaysWinsOverBounds) {
  LegKey leg = Leg();
  leg.window = {
      .last_days = 7, .begin = absl::UnixEpoch(), .end = absl::UnixEpoch()};

  EXPECT_EQ(
      MakeTaskRequest({.leg = leg, .offset = 0, .limit = 10}, kOrigin).query,
      "last_days=7&limit=10&offset=0&whether_paid_task=false");
}

TEST(TaskRequestTest, LastDaysStandsAlone) {
  LegKey leg = Leg();
  leg.window.last_days = 30;

  EXPECT_EQ(
      MakeTaskRequest({.leg = leg, .offset = 0, .limit = 200}, kOrigin).query,
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
  EXPECT_EQ(FormatTimeBound(time - absl::Nanoseconds(1), TimeBound::kBegin,
                            TimeFormat::kEpochMillis),
            "-1501");
  EXPECT_EQ(FormatTimeBound(time, TimeBound::kEnd, TimeFormat::kUtcText),
            "1969-12-31 23:59:59");
}

TEST(FormatTimeBoundTest, WholeUnitsStayAsTheyAre) {
  const absl::Time time = absl::FromUnixSeconds(1737532317);

  for (const TimeBound bound : {TimeBound::kBegin, TimeBound::kEnd}) {
    EXPECT_EQ(FormatTimeBound(time, bound, TimeFormat::kEpochMillis),
              "1737532317000");
    EXPECT_EQ(FormatTimeBound(time, bound, TimeFormat::kUtcText),
              "2025-01-22 07:51:57");
  }
}

TEST(FormatTimeBoundTest, OldTimesHaveFourDigitsToo) {
  const absl::Time time =
      absl::FromCivil(absl::CivilSecond(987, 6, 5), absl::UTCTimeZone());

  EXPECT_EQ(FormatTimeBound(time, TimeBound::kBegin, TimeFormat::kUtcText),
            "0987-06-05 00:00:00");
}

TEST(FormatTimeBoundTest, TextStaysWithinItsYears) {
  EXPECT_EQ(FormatTimeBound(absl::InfinitePast(), TimeBound::kBegin,
                            TimeFormat::kUtcText),
            "0001-01-01 00:00:00");
  EXPECT_EQ(FormatTimeBound(absl::InfiniteFuture(), TimeBound::kEnd,
                            TimeFormat::kUtcText),
            "9999-12-31 23:59:59");
}

TEST(FormatTimeBoundTest, FarTimesAreExactInMillis) {
  const absl::Time last =
      absl::FromCivil(absl::CivilSecond(10000), absl::UTCTimeZone()) -
      absl::Nanoseconds(1);

  EXPECT_EQ(FormatTimeBound(last, TimeBound::kBegin, TimeFormat::kEpochMillis),
            "253402300799999");
  EXPECT_EQ(FormatTimeBound(last, TimeBound::kEnd, TimeFormat::kEpochMillis),
            "253402300800000");
}

}  // namespace
}  // namespace hssgw
