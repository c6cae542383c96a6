// SPDX-License-Identifier: Apache-2.0
#include "service/http/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/status_matchers.h"

namespace hssgw {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(EscapeUrlTest, UnreservedStayAllElseIsHexInUpperCase) {
  EXPECT_EQ(EscapeUrl("Az09-._~"), "Az09-._~");
  EXPECT_EQ(EscapeUrl(" +%/&=?#:"), "%20%2B%25%2F%26%3D%3F%23%3A");
  EXPECT_EQ(EscapeUrl("描"), "%E6%8F%8F");
  EXPECT_EQ(EscapeUrl(std::string("\0\xff", 2)), "%00%FF");
}

TEST(UnescapeUrlTest, UndoesEscapeForEveryByte) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte)
    bytes.push_back(static_cast<char>(byte));

  EXPECT_EQ(UnescapeUrl(EscapeUrl(bytes)), bytes);
}

TEST(UnescapeUrlTest, LeavesABrokenEscapeAsItIs) {
  EXPECT_EQ(UnescapeUrl("100%"), "100%");
  EXPECT_EQ(UnescapeUrl("%zz%4"), "%zz%4");
  EXPECT_EQ(UnescapeUrl("a+b"), "a+b");
}

TEST(CanonicalQueryTest, SortsByNameThenValue) {
  EXPECT_EQ(CanonicalQuery({{"b", "2"}, {"a", "z"}, {"a", "b"}, {"B", ""}}),
            "B=&a=b&a=z&b=2");
}

TEST(CanonicalQueryTest, OfNothingIsEmpty) {
  EXPECT_EQ(CanonicalQuery({}), "");
}

TEST(CanonicalQueryTest, SortsByBytesWithoutSign) {
  EXPECT_EQ(CanonicalQuery({{"a", "\xff"}, {"a", "z"}}), "a=z&a=%FF");
}

TEST(CanonicalQueryTest, EscapesNamesAndValues) {
  EXPECT_EQ(CanonicalQuery({{"a b", "c&d"}}), "a%20b=c%26d");
}

TEST(ParseQueryTest, ReadsWhatCanonicalQueryWrites) {
  EXPECT_THAT(
      ParseQuery("a%20b=c%26d&bare&x=1=2&&"),
      ElementsAre(Pair("a b", "c&d"), Pair("bare", ""), Pair("x", "1=2")));
}

TEST(CanonicalPathTest, EndsWithASlash) {
  EXPECT_EQ(CanonicalPath("/v5/p/task"), "/v5/p/task/");
  EXPECT_EQ(CanonicalPath("/"), "/");
  EXPECT_EQ(CanonicalPath(""), "/");
}

TEST(CanonicalPathTest, UnescapesASegmentOnceAndEscapesIt) {
  EXPECT_EQ(CanonicalPath("/a%2fb/%7e/"), "/a%2Fb/~/");
  EXPECT_EQ(CanonicalPath("/%252F"), "/%252F/");
  EXPECT_EQ(CanonicalPath("/a+b/*"), "/a%2Bb/%2A/");
}

TEST(ParseOriginTest, TakesSchemeHostAndPort) {
  EXPECT_THAT(ParseOrigin("https://HSS.example.com"),
              IsOkAndHolds(std::string("https://hss.example.com")));
  EXPECT_THAT(ParseOrigin("HTTP://127.0.0.1:8080/"),
              IsOkAndHolds(std::string("http://127.0.0.1:8080")));
  EXPECT_THAT(ParseOrigin("https://[2001:DB8::1]:8443"),
              IsOkAndHolds(std::string("https://[2001:db8::1]:8443")));
}

// libcurl leaves it out of the Host header, which is signed.
TEST(ParseOriginTest, LeavesOutTheUsualPort) {
  EXPECT_THAT(ParseOrigin("https://[::1]:443"),
              IsOkAndHolds(std::string("https://[::1]")));
  EXPECT_THAT(ParseOrigin("http://h:80/"),
              IsOkAndHolds(std::string("http://h")));
  EXPECT_THAT(ParseOrigin("http://h:443"),
              IsOkAndHolds(std::string("http://h:443")));
}

TEST(ParseOriginTest, SaysWhatIsWrong) {
  EXPECT_THAT(
      ParseOrigin("hss.example.com"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("https://")));
  EXPECT_THAT(ParseOrigin("https://h/v5"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("path")));
}

TEST(ParseOriginTest, RefusesEverythingElse) {
  for (const char* text : {"",
                           "ftp://x",
                           "https://",
                           "https:///",
                           "https://u@h",
                           "https://h//",
                           "https://h?q",
                           "https://h#f",
                           "https://h:",
                           "https://h:0",
                           "https://h:65536",
                           "https://h:x",
                           "https://h:+1",
                           "https://h:1:2",
                           "https://:1",
                           "https://[::1",
                           "https://[]",
                           "https://[1:2]",
                           "https://[::1]x",
                           "https://[h]",
                           "https://a b",
                           "https://h\r\nX: y",
                           "https://h\\p",
                           "https://%68"}) {
    EXPECT_THAT(ParseOrigin(text), StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(AuthorityOfTest, IsWhatTheHostHeaderSays) {
  EXPECT_EQ(AuthorityOf("https://h:444"), "h:444");
}

}  // namespace
}  // namespace hssgw
