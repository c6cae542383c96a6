// SPDX-License-Identifier: Apache-2.0
#include "service/auth/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace hssgw {
namespace {

TEST(PrintableLineTest, IsOneLineWithoutOuterBlanks) {
  EXPECT_EQ(PrintableLine(" a\n\t b\r\nc\xC2\xA0\xE2\x80\xA8"
                          "d "),
            "a b c d");
}

TEST(PrintableLineTest, DropsWhatCannotBeSeen) {
  // NUL, ESC, DEL; C1; zero width; right-to-left override; byte order mark.
  const std::string hidden = std::string(1, '\0') +
                             "\x1b\x7f\xC2\x9B\xE2\x80\x8B\xE2\x80\xAE"
                             "\xEF\xBB\xBF\xF3\xA0\x81\x81";

  EXPECT_EQ(PrintableLine("a" + hidden + "b"), "ab");
}

TEST(PrintableLineTest, KeepsEveryLengthOfCharacter) {
  const std::string text = "a\xC3\xA9\xE6\x8F\x8F\xF0\x9F\x98\x80";

  EXPECT_EQ(PrintableLine(text), text);
}

TEST(PrintableLineTest, BadBytesBecomeReplacementCharacters) {
  const std::string bad = "\xEF\xBF\xBD";

  EXPECT_EQ(PrintableLine("\xFF"), bad);
  EXPECT_EQ(PrintableLine("a\x80z"), "a" + bad + "z");
  EXPECT_EQ(PrintableLine("\xE6\x8F"), bad + bad) << "cut short";
  EXPECT_EQ(PrintableLine("\xC0\xAF"), bad + bad) << "overlong";
  EXPECT_EQ(PrintableLine("\xE0\x80\xAF"), bad + bad + bad) << "overlong";
  EXPECT_EQ(PrintableLine("\xED\xA0\x80"), bad + bad + bad) << "surrogate";
  EXPECT_EQ(PrintableLine("\xF4\x90\x80\x80"), bad + bad + bad + bad)
      << "beyond Unicode";
}

TEST(CutUtf8Test, LeavesWhatFits) {
  EXPECT_EQ(CutUtf8("abc", 3, 3), "abc");
  EXPECT_EQ(CutUtf8("", 3, 3), "");
  EXPECT_EQ(CutUtf8("\xE6\x8F\x8F\xE6\x8F\x8F", 3, 6),
            "\xE6\x8F\x8F\xE6\x8F\x8F");
}

TEST(CutUtf8Test, CutsAtCharacters) {
  EXPECT_EQ(CutUtf8("abcdefgh", 6, 100), "abc...");
  EXPECT_EQ(CutUtf8("abcd", 3, 100), "...");
}

TEST(CutUtf8Test, CutsAtBytesBehindAWholeCharacter) {
  const std::string text = "\xE6\x8F\x8F\xE6\x8F\x8F\xE6\x8F\x8F";

  EXPECT_EQ(CutUtf8(text, 100, 8), "\xE6\x8F\x8F...");
  EXPECT_EQ(CutUtf8(text, 100, 6), "\xE6\x8F\x8F...");
  EXPECT_EQ(CutUtf8(text, 100, 5), "...");
}

TEST(CutUtf8Test, NeverPassesEitherBound) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += i % 2 == 0 ? "\xE6\x8F\x8F" : "a";

  for (size_t bytes = 3; bytes < text.size(); ++bytes) {
    EXPECT_LE(CutUtf8(text, 100, bytes).size(), bytes);
  }
}

}  // namespace
}  // namespace hssgw
