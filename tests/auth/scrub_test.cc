// SPDX-License-Identifier: Apache-2.0
#include "service/auth/scrub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "service/auth/utf8.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ScrubTest, RemovesWhatLooksLikeAnAccessKey) {
  EXPECT_EQ(Shown("ak ABCDEFGHIJKLMNOPQR12 not exist"), "ak *** not exist");
  EXPECT_THAT(Shown("Get secretKey failed,ak:FAKEAK,err:ak not exist"),
              Not(HasSubstr("FAKEAK")));
}

TEST(ScrubTest, RemovesTheVeryCredentialThatWasSent) {
  const HttpRequest request{
      .headers = {{"X-Auth-Token", "MIIshort"},
                  {"Authorization",
                   "SDK-HMAC-SHA256 Access=weird-key, SignedHeaders=host, "
                   "Signature=abc"}}};

  const std::string shown =
      Shown("token MIIshort of weird-key is bad", &request);

  EXPECT_THAT(shown, Not(HasSubstr("MIIshort")));
  EXPECT_THAT(shown, Not(HasSubstr("weird-key")));
}

TEST(ScrubTest, LeavesOrdinaryWordsAlone) {
  EXPECT_EQ(Shown("The API does not exist"), "The API does not exist");
}

TEST(ShownTest, IsOnePrintableLine) {
  EXPECT_EQ(Shown("a\n\tb\x01 c\x7f"), "a b c");
}

TEST(ShownTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(Shown("a\xff"), "a\xEF\xBF\xBD");
}

TEST(ShownTest, IsCutBehindAWholeCharacter) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "描";

  const std::string shown = Shown(text);

  EXPECT_LE(shown.size(), 512U);
  EXPECT_THAT(shown, testing::EndsWith("描..."));
}

TEST(CutUtf8Test, LeavesWhatFits) { EXPECT_EQ(CutUtf8("abc", 3, 3), "abc"); }

}  // namespace
}  // namespace hssgw
