// SPDX-License-Identifier: Apache-2.0
#include "service/auth/scrub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace hssgw {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKey[] = "ABCDEFGHIJKLMNOPQR12";
constexpr char kSecret[] = "aB3dEfGhIjKlMnOpQrStUvWxYz0123456789AbCd";

TEST(ScrubTest, MasksWordsThatLookLikeAccessKeys) {
  EXPECT_EQ(Shown(std::string("bad ") + kKey + "."), "bad ***.");
  EXPECT_EQ(Shown(std::string("(") + kKey + "/" + kKey + ")"), "(***/***)");
  EXPECT_EQ(Shown(std::string("AK") + kKey), "***");
}

TEST(ScrubTest, MasksWhatIsNamedAsAKey) {
  EXPECT_EQ(Shown("Get secretKey failed,ak:FAKEAK,err:ak not exist"),
            "Get secretKey failed,ak:***,err:ak not exist");
  EXPECT_EQ(Shown("ak FAKEAK not exist"), "ak *** not exist");
  EXPECT_EQ(Shown("AK x1 does not exist"), "AK *** does not exist");
  EXPECT_EQ(Shown("{\"sk\": \"short\"}"), "{\"sk\": \"***\"}");
  EXPECT_EQ(Shown("secret_key=a/b+c= end"), "secret_key=*** end");
  EXPECT_EQ(
      Shown("SDK-HMAC-SHA256 Access=k1, SignedHeaders=host, Signature=ab"),
      "SDK-HMAC-SHA256 Access=***, SignedHeaders=host, Signature=***");
  EXPECT_EQ(Shown("X-Auth-Token: MIIab"), "X-Auth-Token: ***");
}

TEST(ScrubTest, MasksSecretKeysTokensAndSignatures) {
  EXPECT_EQ(Shown(std::string("x ") + kSecret + " y"), "x *** y");
  EXPECT_EQ(Shown(std::string("x ") + kSecret + "+/" + kSecret + "== y"),
            "x ***== y");
  EXPECT_EQ(Shown("got " + std::string(64, 'a')), "got ***");
}

TEST(ScrubTest, MasksTheVeryCredentialThatWasSent) {
  const HttpRequest sent{
      .headers = {{"X-Auth-Token", "MIIshort"},
                  {"X-Security-Token", "sec-tok"},
                  {"Authorization",
                   "SDK-HMAC-SHA256 Access=weird-key, SignedHeaders=host, "
                   "Signature=abcd"}}};

  EXPECT_EQ(Shown("MIIshort,sec-tok;weird-key abcd", &sent), "***,***;*** ***");
}

TEST(ScrubTest, EmptyCredentialMasksNothing) {
  const HttpRequest sent{.headers = {{"X-Auth-Token", ""},
                                     {"Authorization", "Access=, Signature="}}};

  EXPECT_EQ(Shown("a text", &sent), "a text");
}

TEST(ScrubTest, InvisibleCharactersHideNoKey) {
  std::string hidden = kKey;
  hidden.insert(5, "\xE2\x80\x8B");
  hidden.insert(12, 1, '\0');

  EXPECT_EQ(Shown("ak " + hidden), "ak ***");
}

TEST(ScrubTest, CutShowsNoHalfOfAKey) {
  // The input is read to 4 KiB, which is in the middle of the last key.
  std::string text;
  while (text.size() < 4080) text += std::string(kSecret) + " ";
  text.resize(4080);
  text += std::string(" ") + kKey + kKey;

  EXPECT_THAT(Shown(text), Not(HasSubstr("ABCDE")));
}

TEST(ScrubTest, LeavesOrdinaryTextsAlone) {
  for (const char* text :
       {"The API does not exist or has not been published in the environment",
        "Incorrect IAM authentication information: verify aksk signature fail",
        "AK access failed to reach the limit,forbidden.",
        "calc ak sk signature fail:signature expired", "x-auth-token not found",
        "token expires, expires_at: 2025-01-22T07:51:57.000000Z",
        "signature time:20230527T000431Z,server time:20230527T020608Z",
        "policy user over ratelimit,limit:200,time:5 minute",
        "/v5/05c2d0c9a980f47c2f8dc00b23cbef21/antivirus/task",
        "request 00000000000000000000000000000028",
        "request 0A1B2C3D4E5F60718293A4B5C6D7E8F9", "无效的策略信息",
        "task: x, risk=y"}) {
    EXPECT_EQ(Shown(text), text);
  }
}

TEST(ScrubTest, FixturesShowNoAccessKey) {
  std::ifstream file(HSSGW_TEST_DATA "/upstream/error-bodies.jsonl");
  for (std::string line; std::getline(file, line);) {
    const std::string body = nlohmann::json::parse(line)["body"];
    EXPECT_THAT(Shown(body), Not(HasSubstr("FAKEAK")));
  }
}

TEST(ShownTest, IsOnePrintableLine) {
  EXPECT_EQ(Shown("a\n\tb\x01 c\x7f\xff"), "a b c\xEF\xBF\xBD");
}

TEST(ShownTest, IsCutBehindAWholeCharacter) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "描";

  const std::string shown = Shown(text);

  EXPECT_LE(shown.size(), 512U);
  EXPECT_THAT(shown, EndsWith("描..."));
  EXPECT_EQ(Shown(std::string(257, 'x')), std::string(253, 'x') + "...");
  EXPECT_EQ(Shown(std::string(256, 'x')), std::string(256, 'x'));
}

}  // namespace
}  // namespace hssgw
