// SPDX-License-Identifier: Apache-2.0
#include "service/hss/retry_after.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hssgw {
namespace {

using ::testing::Eq;
using ::testing::Optional;

const absl::Time kNow = absl::FromUnixSeconds(1790000000);  // 14:13:20 GMT

std::optional<absl::Duration> Read(const std::string& value,
                                   const std::string& date = "") {
  HttpResponse response;
  response.headers.push_back({"retry-after", value});
  if (!date.empty()) response.headers.push_back({"Date", date});
  return RetryAfterOf(response, kNow);
}

TEST(RetryAfterTest, ReadsSeconds) {
  EXPECT_THAT(Read("0"), Optional(absl::ZeroDuration()));
  EXPECT_THAT(Read(" 7 "), Optional(absl::Seconds(7)));
}

TEST(RetryAfterTest, ReadsEveryFormOfADate) {
  EXPECT_THAT(Read("Mon, 21 Sep 2026 14:13:27 GMT"),
              Optional(absl::Seconds(7)));
  EXPECT_THAT(Read("Monday, 21-Sep-26 14:13:27 GMT"),
              Optional(absl::Seconds(7)));
  EXPECT_THAT(Read("Mon Sep 21 14:13:27 2026"), Optional(absl::Seconds(7)));
}

TEST(RetryAfterTest, DateIsCountedOnUpstreamsClock) {
  EXPECT_THAT(
      Read("Mon, 21 Sep 2026 12:00:30 GMT", "Mon, 21 Sep 2026 12:00:00 GMT"),
      Optional(absl::Seconds(30)));
}

TEST(RetryAfterTest, PastDateIsNow) {
  EXPECT_THAT(Read("Mon, 21 Sep 2026 14:13:00 GMT"),
              Optional(absl::ZeroDuration()));
}

TEST(RetryAfterTest, IsCappedInBothForms) {
  EXPECT_THAT(Read("901"), Optional(absl::Minutes(15)));
  EXPECT_THAT(Read("99999999999999999999999"), Optional(absl::Minutes(15)));
  EXPECT_THAT(Read("Tue, 22 Sep 2126 14:13:27 GMT"),
              Optional(absl::Minutes(15)));
}

TEST(RetryAfterTest, WhatCannotBeReadIsNone) {
  for (const char* value : {"", "-1", "1.5", "soon", "7s",
                            "Mon, 41 Sep 2026 14:13:27 GMT", "2026-09-21"}) {
    EXPECT_THAT(Read(value), Eq(std::nullopt)) << value;
  }
  EXPECT_THAT(Read(std::string(100, '9')), Eq(std::nullopt));
}

TEST(RetryAfterTest, IsNoneWithoutTheHeader) {
  EXPECT_THAT(RetryAfterOf(HttpResponse(), kNow), Eq(std::nullopt));
}

}  // namespace
}  // namespace hssgw
