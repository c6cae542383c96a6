// SPDX-License-Identifier: Apache-2.0
#include "service/auth/configured_credential.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/e2e/child.h"

namespace hssgw {
namespace {

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
  const auto credential = Read({.access_key = File("ak", "file-ak\n"),
                                .secret_key = File("sk", "file-sk\r\n")},
                               {{"HUAWEICLOUD_SDK_AK", "ak"},
                                {"HUAWEICLOUD_SDK_SK", "sk"}});

  ASSERT_TRUE(credential.ok()) << credential.status();
  EXPECT_EQ(std::get<AccessKeys>(*credential).access_key, "file-ak");
  EXPECT_EQ(std::get<AccessKeys>(*credential).secret_key.Reveal(), "file-sk");
}

TEST_F(ConfiguredCredentialTest, TakesATokenFromAFile) {
  const auto credential = Read({.auth_token = File("token", "tok\n")}, {});

  ASSERT_TRUE(credential.ok()) << credential.status();
  EXPECT_EQ(std::get<AuthToken>(*credential).token.Reveal(), "tok");
}

TEST_F(ConfiguredCredentialTest, NothingGivenSaysHowToGiveIt) {
  EXPECT_THAT(ErrorOf({}), HasSubstr("HUAWEICLOUD_SDK_AK"));
}

TEST_F(ConfiguredCredentialTest, HalfAPairIsRefused) {
  EXPECT_THAT(ErrorOf({}, {{"HUAWEICLOUD_SDK_AK", "ak"}}),
              HasSubstr("HUAWEICLOUD_SDK_SK"));
  EXPECT_THAT(ErrorOf({.access_key = File("ak", "a")}), HasSubstr("--sk-file"));
}

TEST_F(ConfiguredCredentialTest, UnreadableFileIsNamed) {
  EXPECT_THAT(ErrorOf({.access_key = "/nowhere/ak", .secret_key = "/nowhere/sk"}),
              HasSubstr("/nowhere/ak"));
}

TEST_F(ConfiguredCredentialTest, EmptyFileIsNamed) {
  const std::string path = File("ak", "\n");

  EXPECT_THAT(ErrorOf({.access_key = path, .secret_key = File("sk", "s")}),
              HasSubstr(path));
}

TEST_F(ConfiguredCredentialTest, ErrorNeverShowsWhatAFileHolds) {
  const std::string error = ErrorOf({.access_key = File("ak", "two words"),
                                     .secret_key = File("sk", "s")});

  EXPECT_THAT(error, Not(HasSubstr("two words")));
}

}  // namespace
}  // namespace hssgw
