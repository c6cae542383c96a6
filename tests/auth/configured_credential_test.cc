// SPDX-License-Identifier: Apache-2.0
#include "service/auth/configured_credential.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

#include "tests/e2e/child.h"

namespace hssgw {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Variables = std::map<std::string, std::string>;

absl::StatusOr<Credential> Read(const CredentialFiles& files,
                                const Variables& variables) {
  return ReadConfiguredCredential(
      files, [&](absl::string_view name) -> std::optional<std::string> {
        const auto it = variables.find(std::string(name));
        if (it == variables.end()) return std::nullopt;
        return it->second;
      });
}

class ConfiguredCredentialTest : public ::testing::Test {
 protected:
  std::string File(const std::string& name, const std::string& text) {
    WriteText(folder_.Path(name), text);
    return folder_.Path(name);
  }
  std::string ErrorOf(const CredentialFiles& files,
                      const Variables& variables = {}) {
    const auto credential = Read(files, variables);
    EXPECT_FALSE(credential.ok());
    return std::string(credential.status().message());
  }

  TempFolder folder_;
};

TEST_F(ConfiguredCredentialTest, TakesTheVariablesOfTheSdk) {
  const auto credential = Read({}, {{"HUAWEICLOUD_SDK_AK", "ak"},
                                    {"HUAWEICLOUD_SDK_SK", "sk"},
                                    {"HUAWEICLOUD_SDK_SECURITY_TOKEN", "t"}});

  ASSERT_TRUE(credential.ok()) << credential.status();
  const auto& keys = std::get<AccessKeys>(*credential);
  EXPECT_EQ(keys.access_key, "ak");
  EXPECT_EQ(keys.secret_key.Reveal(), "sk");
  EXPECT_EQ(keys.security_token.Reveal(), "t");
}

TEST_F(ConfiguredCredentialTest, FilesWinOverVariables) {
  const auto credential =
      Read({.access_key = File("ak", "file-ak\n"),
            .secret_key = File("sk", "file-sk\r\n")},
           {{"HUAWEICLOUD_SDK_AK", "ak"}, {"HUAWEICLOUD_SDK_SK", "sk"}});

  ASSERT_TRUE(credential.ok()) << credential.status();
  EXPECT_EQ(std::get<AccessKeys>(*credential).access_key, "file-ak");
  EXPECT_EQ(std::get<AccessKeys>(*credential).secret_key.Reveal(), "file-sk");
}

TEST_F(ConfiguredCredentialTest, TakesATokenFromAFile) {
  const auto credential = Read({.auth_token = File("token", "tok\n")}, {});

  ASSERT_TRUE(credential.ok()) << credential.status();
  EXPECT_EQ(std::get<AuthToken>(*credential).token.Reveal(), "tok");
}

TEST_F(ConfiguredCredentialTest, TakesTemporaryKeysFromFiles) {
  const auto credential =
      Read({.access_key = File("ak", "a"),
            .secret_key = File("sk", "s"),
            .security_token = File("token", std::string(32768, 't') + "\r\n")},
           {});

  ASSERT_TRUE(credential.ok()) << credential.status();
  EXPECT_EQ(std::get<AccessKeys>(*credential).security_token.Reveal().size(),
            32768U);
}

TEST_F(ConfiguredCredentialTest, FilesAreNotMixedWithVariables) {
  EXPECT_THAT(
      ErrorOf({.access_key = File("ak", "a")}, {{"HUAWEICLOUD_SDK_SK", "sk"}}),
      HasSubstr("--sk-file is missing"));
}

TEST_F(ConfiguredCredentialTest, NothingGivenSaysHowToGiveIt) {
  EXPECT_EQ(ErrorOf({}),
            "no credential was given: set HUAWEICLOUD_SDK_AK and "
            "HUAWEICLOUD_SDK_SK, or give --ak-file and --sk-file, or "
            "--auth-token-file");
}

TEST_F(ConfiguredCredentialTest, EmptyVariablesCountAsNotSet) {
  EXPECT_THAT(
      ErrorOf({}, {{"HUAWEICLOUD_SDK_AK", ""}, {"HUAWEICLOUD_SDK_SK", ""}}),
      HasSubstr("no credential was given"));
}

TEST_F(ConfiguredCredentialTest, HalfAPairIsRefused) {
  EXPECT_EQ(ErrorOf({}, {{"HUAWEICLOUD_SDK_AK", "ak"}}),
            "HUAWEICLOUD_SDK_SK is not set: set it together with "
            "HUAWEICLOUD_SDK_AK");
  EXPECT_THAT(ErrorOf({}, {{"HUAWEICLOUD_SDK_SK", "sk"}}),
              HasSubstr("HUAWEICLOUD_SDK_AK is not set"));
  EXPECT_THAT(ErrorOf({.access_key = File("ak", "a")}), HasSubstr("--sk-file"));
  EXPECT_THAT(ErrorOf({.security_token = File("t", "a")}),
              HasSubstr("--ak-file"));
}

TEST_F(ConfiguredCredentialTest, TokenAndKeysTogetherAreRefused) {
  EXPECT_THAT(ErrorOf({.access_key = "a", .auth_token = "b"}),
              HasSubstr("--auth-token-file is given together with key files"));
}

TEST_F(ConfiguredCredentialTest, UnreadableFileIsNamed) {
  const std::string error =
      ErrorOf({.access_key = "/nowhere/ak", .secret_key = "/nowhere/sk"});

  EXPECT_THAT(error, HasSubstr("the file of --ak-file (/nowhere/ak)"));
  EXPECT_THAT(error, HasSubstr("No such file"));
}

TEST_F(ConfiguredCredentialTest, FolderIsNoFile) {
  EXPECT_THAT(ErrorOf({.auth_token = folder_.Path("")}),
              HasSubstr("cannot be read"));
}

TEST_F(ConfiguredCredentialTest, EmptyFileIsNamed) {
  for (const char* text : {"", "\n", "\r\n\r\n"}) {
    const std::string path = File("ak", text);
    EXPECT_THAT(ErrorOf({.access_key = path, .secret_key = File("sk", "s")}),
                AllOf(HasSubstr(path), HasSubstr("is empty")));
  }
}

TEST_F(ConfiguredCredentialTest, EndlessFileIsRefused) {
  EXPECT_THAT(ErrorOf({.auth_token = "/dev/zero"}), HasSubstr("larger than"));
  EXPECT_THAT(ErrorOf({.auth_token = File("t", std::string(32769, 't'))}),
              HasSubstr("larger than 32768 bytes"));
}

TEST_F(ConfiguredCredentialTest, OddCharactersAreRefusedAndNeverShown) {
  for (const char* text : {"two words", " lead", "trail ", "a\nb", "a\tb",
                           "a\x7f", "\xEF\xBB\xBFmark", "a\x01"}) {
    SCOPED_TRACE(text);
    const std::string of_file = ErrorOf(
        {.access_key = File("ak", text), .secret_key = File("sk", "s")});
    EXPECT_THAT(of_file, AllOf(HasSubstr("--ak-file"), Not(HasSubstr(text))));

    const std::string of_variable = ErrorOf(
        {}, {{"HUAWEICLOUD_SDK_AK", "ak"}, {"HUAWEICLOUD_SDK_SK", text}});
    EXPECT_THAT(of_variable,
                AllOf(HasSubstr("HUAWEICLOUD_SDK_SK"), Not(HasSubstr(text))));
  }
}

}  // namespace
}  // namespace hssgw
