// SPDX-License-Identifier: Apache-2.0
#include "service/http/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hssgw {
namespace {

using ::testing::ElementsAre;
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
  EXPECT_EQ(CanonicalPath("/a%2fb/%7e/"), "/a%2Fb/~/");
}

TEST(ParseOriginTest, TakesSchemeHostAndPort) {
  EXPECT_EQ(*ParseOrigin("https://HSS.example.com"), "https://hss.example.com");
  EXPECT_EQ(*ParseOrigin("http://127.0.0.1:8080/"), "http://127.0.0.1:8080");
  EXPECT_EQ(*ParseOrigin("https://[::1]:443"), "https://[::1]:443");
}

TEST(ParseOriginTest, RefusesEverythingElse) {
  for (const char* text :
       {"", "hss.example.com", "ftp://x", "https://", "https://u@h",
        "https://h/p", "https://h?q", "https://h:0", "https://h:65536",
        "https://h:x", "https://[::1", "https://a b", "https://h\r\nX: y"}) {
    EXPECT_FALSE(ParseOrigin(text).ok()) << text;
  }
}

TEST(AuthorityOfTest, IsWhatTheHostHeaderSays) {
  EXPECT_EQ(AuthorityOf("https://h:444"), "h:444");
}

}  // namespace
}  // namespace hssgw
