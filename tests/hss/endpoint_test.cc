// SPDX-License-Identifier: Apache-2.0
#include "service/hss/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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

TEST(EndpointTest, RegionNewToUsGoesByTheRule) {
  ASSERT_FALSE(IsKnownRegion("xx-center-7"));

  EXPECT_EQ(*EndpointOfRegion("xx-center-7"),
            "https://hss.xx-center-7.myhuaweicloud.com");
}

TEST(EndpointTest, KnowsTheRegionsOfTheSdks) {
  for (const char* region : {"ae-ad-1", "cn-southwest-3", "eu-west-101",
                             "my-kualalumpur-1", "tr-west-1"}) {
    EXPECT_TRUE(IsKnownRegion(region)) << region;
  }
}

TEST(EndpointTest, BadRegionIsRefused) {
  for (const char* region :
       {"", "north", "cn north 4", "cn-north-4.evil.com", "CN-NORTH-4",
        "cn-north-4/", "cn-north-4a", "cn-north-", "c-north-4", "cn--4",
        "-north-4", "cn-north-4444", "cn-north-4-1", " cn-north-4",
        "cn-north-4\n", "cn-nörth-4", "hss.cn-north-4",
        "cn-northnorthnorthnorthnorthnorth-4"}) {
    EXPECT_FALSE(EndpointOfRegion(region).ok()) << region;
  }
}

TEST(EndpointTest, BadRegionIsToldWhatToGive) {
  const std::string error(EndpointOfRegion("bad\x01region").status().message());

  EXPECT_THAT(error, HasSubstr("--region"));
  EXPECT_THAT(error, HasSubstr("cn-north-4"));
  EXPECT_THAT(error, HasSubstr("--endpoint"));
  EXPECT_THAT(error, Not(HasSubstr("\x01")));
}

TEST(EndpointTest, FlagGivesAnotherOrigin) {
  EXPECT_EQ(*EndpointOfFlag("https://hss.example.com:8443"),
            "https://hss.example.com:8443");
  EXPECT_EQ(*EndpointOfFlag("http://127.0.0.1:18080/"),
            "http://127.0.0.1:18080");
}

TEST(EndpointTest, BadFlagIsNamed) {
  for (const char* text : {"", "hss.example.com", "ftp://h", "https://",
                           "https://h/path", "https://user@h", "https://h:0"}) {
    const auto origin = EndpointOfFlag(text);
    ASSERT_FALSE(origin.ok()) << text;
    EXPECT_THAT(std::string(origin.status().message()),
                HasSubstr("--endpoint"));
  }
}

}  // namespace
}  // namespace hssgw
