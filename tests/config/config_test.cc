// SPDX-License-Identifier: Apache-2.0
#include "service/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/child.h"

namespace hssgw {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ConfigTest : public ::testing::Test {
 protected:
  absl::StatusOr<Invocation> Parse(std::vector<std::string> flags) {
    std::vector<const char*> argv = {"hss-gateway"};
    for (const std::string& flag : flags) argv.push_back(flag.c_str());
    return ParseCommandLine(
        static_cast<int>(argv.size()), argv.data(),
        [this](absl::string_view name) {
          const auto found = environment_.find(std::string(name));
          return found == environment_.end() ? std::nullopt
                                             : std::optional(found->second);
        });
  }
  Config Good(const std::vector<std::string>& flags) {
    const auto parsed = Parse(flags);
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    return parsed.ok() ? parsed->config : Config();
  }
  std::vector<std::string> WithFile(const std::string& text,
                                    std::vector<std::string> flags = {}) {
    WriteText(folder_.Path("g.yaml"), text);
    flags.insert(flags.end(), {"--config", folder_.Path("g.yaml")});
    return flags;
  }

  TempFolder folder_;
  std::map<std::string, std::string> environment_ = {
      {"HUAWEICLOUD_SDK_PROJECT_ID", "of-environment"}};
};

constexpr char kFile[] = R"(
listen:
  grpc: ["127.0.0.1:1", "unix:/file.sock", "tls:127.0.0.1:3"]
  unix_mode: "0660"
  tls: {cert_file: file-cert, key_file: file-key}
profiles:
  - name: file-profile
    region: cn-north-1
    projects: [file-project, second]
    credential: {ak_file: file-ak, sk_file: file-sk}
    time_format: utc_text
    proxy: "http://file.example:3128"
    ca_file: file-ca
    client_cert_file: file-client-cert
    client_key_file: file-client-key
budgets: [{name: file-budget, calls: 30, period: 5s}]
limits: {response_bytes: 1MiB}
drain: {grace: 250ms}
log: {level: error, format: text}
)";

TEST_F(ConfigTest, DefaultsHoldWhereNothingIsSaid) {
  const Config config = Good({"--region", "cn-north-4"});

  EXPECT_THAT(config.listen.addresses, ElementsAre("127.0.0.1:50051"));
  EXPECT_EQ(config.listen.unix_mode, 0600);
  EXPECT_EQ(config.origin, "https://hss.cn-north-4.myhuaweicloud.com");
  EXPECT_THAT(config.projects, ElementsAre("of-environment"));
  EXPECT_EQ(config.budget.calls, 5);
  EXPECT_EQ(config.budget.period, absl::Seconds(60));
  EXPECT_EQ(config.http.max_response_bytes, 64u << 20);
  EXPECT_EQ(config.time_format, std::nullopt);
  EXPECT_EQ(config.drain_grace, absl::Seconds(20));
  EXPECT_EQ(config.log.level, LogLevel::kInfo);
  EXPECT_FALSE(config.http.allow_plaintext);
}

TEST_F(ConfigTest, FileGoesBeforeTheDefaults) {
  const Config config = Good(WithFile(kFile));

  EXPECT_THAT(config.listen.addresses,
              ElementsAre("127.0.0.1:1", "unix:/file.sock", "tls:127.0.0.1:3"));
  EXPECT_EQ(config.listen.unix_mode, 0660);
  EXPECT_EQ(config.listen.tls.cert_file, "file-cert");
  EXPECT_EQ(config.listen.tls.key_file, "file-key");
  EXPECT_EQ(config.profile, "file-profile");
  EXPECT_EQ(config.origin, "https://hss.cn-north-1.myhuaweicloud.com");
  EXPECT_THAT(config.projects, ElementsAre("file-project", "second"));
  EXPECT_EQ(config.credential_files.access_key, "file-ak");
  EXPECT_EQ(config.credential_files.secret_key, "file-sk");
  EXPECT_EQ(config.time_format, TimeFormat::kUtcText);
  EXPECT_EQ(config.http.proxy, "http://file.example:3128");
  EXPECT_EQ(config.http.ca_file, "file-ca");
  EXPECT_EQ(config.http.client_cert_file, "file-client-cert");
  EXPECT_EQ(config.http.client_key_file, "file-client-key");
}

TEST_F(ConfigTest, FileGoesBeforeTheDefaultsOfNumbers) {
  const Config config = Good(WithFile(kFile));

  EXPECT_EQ(config.budget_name, "file-budget");
  EXPECT_EQ(config.budget.calls, 30);
  EXPECT_EQ(config.budget.period, absl::Seconds(5));
  EXPECT_EQ(config.http.max_response_bytes, 1u << 20);
  EXPECT_EQ(config.drain_grace, absl::Milliseconds(250));
  EXPECT_EQ(config.log.level, LogLevel::kError);
  EXPECT_EQ(config.log.format, LogFormat::kText);
}

TEST_F(ConfigTest, FlagGoesBeforeTheFile) {
  const Config config = Good(WithFile(kFile, {"--listen",
                                              "127.0.0.1:2",
                                              "--unix-mode",
                                              "0600",
                                              "--region",
                                              "cn-north-4",
                                              "--project-id",
                                              "flag-project",
                                              "--time-format",
                                              "epoch_millis",
                                              "--proxy",
                                              "http://flag.example:1",
                                              "--ca-file",
                                              "flag-ca",
                                              "--calls-per-minute",
                                              "0",
                                              "--drain-grace",
                                              "1s",
                                              "--log-level",
                                              "debug",
                                              "--log-format",
                                              "json"}));

  EXPECT_THAT(config.listen.addresses, ElementsAre("127.0.0.1:2"));
  EXPECT_EQ(config.listen.unix_mode, 0600);
  EXPECT_EQ(config.origin, "https://hss.cn-north-4.myhuaweicloud.com");
  EXPECT_THAT(config.projects, ElementsAre("flag-project"));
  EXPECT_EQ(config.time_format, TimeFormat::kEpochMillis);
  EXPECT_EQ(config.http.proxy, "http://flag.example:1");
  EXPECT_EQ(config.http.ca_file, "flag-ca");
  EXPECT_EQ(config.budget.calls, 0);
  EXPECT_EQ(config.budget.period, absl::Minutes(1));
  EXPECT_EQ(config.drain_grace, absl::Seconds(1));
  EXPECT_EQ(config.log.level, LogLevel::kDebug);
  EXPECT_EQ(config.log.format, LogFormat::kJson);
}

TEST_F(ConfigTest, FlagOfTheDefaultsValueGoesBeforeTheFileToo) {
  const Config config = Good(WithFile(
      kFile, {"--time-format", "auto", "--log-level", "info", "--log-format",
              "auto", "--drain-grace", "20s", "--calls-per-minute", "5"}));

  EXPECT_EQ(config.time_format, std::nullopt);
  EXPECT_EQ(config.log.level, LogLevel::kInfo);
  EXPECT_EQ(config.log.format, LogFormat::kAuto);
  EXPECT_EQ(config.drain_grace, absl::Seconds(20));
  EXPECT_EQ(config.budget.calls, 5);
}

TEST_F(ConfigTest, EndpointFlagOverrulesTheFilesRegion) {
  EXPECT_EQ(
      Good(WithFile(kFile, {"--endpoint", "https://flag.example"})).origin,
      "https://flag.example");
}

TEST_F(ConfigTest, TokenFlagOverrulesTheFilesKeys) {
  const Config config =
      Good(WithFile(kFile, {"--auth-token-file", "flag-token"}));

  EXPECT_EQ(config.credential_files.auth_token, "flag-token");
  EXPECT_EQ(config.credential_files.access_key, "");
}

TEST_F(ConfigTest, KeyFlagsOverruleTheFilesToken) {
  const Config config = Good(WithFile(
      "profiles: [{region: cn-north-4, credential: {auth_token_file: t}}]",
      {"--ak-file", "a", "--sk-file", "s"}));

  EXPECT_EQ(config.credential_files.auth_token, "");
  EXPECT_EQ(config.credential_files.access_key, "a");
}

TEST_F(ConfigTest, FlagMayAllowThePlaintextOfTheFile) {
  const auto file = "profiles: [{endpoint: \"http://127.0.0.1:1\"}]\n";

  EXPECT_TRUE(Good(WithFile(file, {"--allow-plaintext-upstream"}))
                  .http.allow_plaintext);
}

TEST_F(ConfigTest, UnsaidFieldsOfAnElementHaveTheirDefaults) {
  const Config config =
      Good(WithFile("budgets: [{calls: 0}]\nprofiles: [{region: cn-north-4}]"));

  EXPECT_EQ(config.budget.calls, 0);
  EXPECT_EQ(config.budget.period, absl::Seconds(60));
  EXPECT_EQ(config.budget_name, "default");
  EXPECT_EQ(config.profile, "default");
}

TEST_F(ConfigTest, PrintedSettingsArePrintedAgain) {
  const auto first = Parse(WithFile(kFile, {"--check-config"}));
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(first->text.has_value());

  const auto second = Parse(WithFile(*first->text, {"--check-config"}));

  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->text, first->text);
  EXPECT_THAT(*first->text, HasSubstr("file-ak"));
}

TEST_F(ConfigTest, PasswordInTheProxyFlagIsNotPrinted) {
  const auto parsed = Parse({"--check-config", "--region", "cn-north-4",
                             "--proxy", "http://user:hunter2@x.example:1"});

  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(*parsed->text, Not(HasSubstr("hunter2")));
  EXPECT_EQ(parsed->config.http.proxy, "http://user:hunter2@x.example:1");
}

TEST_F(ConfigTest, MissingUpstreamAndProjectAreBothTold) {
  environment_.clear();

  EXPECT_EQ(Parse({}).status().message(),
            "no upstream: give --region (e.g. cn-north-4) or --endpoint\n"
            "no project: give --project-id or set HUAWEICLOUD_SDK_PROJECT_ID");
}

TEST_F(ConfigTest, ListenFlagIsCheckedToo) {
  const auto parsed = Parse(
      {"--check-config", "--region", "cn-north-4", "--listen", "0.0.0.0:1"});

  EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("0.0.0.0:1"));
}

TEST_F(ConfigTest, ListenFlagOverrulesTheFilesCertificateToo) {
  const Config config = Good(WithFile(kFile, {"--listen", "127.0.0.1:2"}));

  EXPECT_EQ(config.listen.tls.cert_file, "");
  EXPECT_EQ(config.listen.tls.key_file, "");
}

TEST_F(ConfigTest, TlsAddressOfAFlagTakesTheFilesCertificate) {
  const Config config =
      Good(WithFile("listen: {tls: {cert_file: c, key_file: k}}\n",
                    {"--region", "cn-north-4", "--listen", "tls:127.0.0.1:2"}));

  EXPECT_EQ(config.listen.tls.cert_file, "c");
}

TEST_F(ConfigTest, CertificateFlagWithoutATlsAddressIsRefused) {
  const auto parsed =
      Parse({"--region", "cn-north-4", "--tls-cert", "c", "--tls-key", "k"});

  EXPECT_THAT(std::string(parsed.status().message()),
              HasSubstr("--tls-cert and --tls-key"));
}

TEST_F(ConfigTest, ListenFlagsOfOneAddressAreRefused) {
  const auto parsed = Parse({"--region", "cn-north-4", "--listen",
                             "127.0.0.1:7", "--listen", "localhost:7"});

  EXPECT_EQ(
      parsed.status().message(),
      "--listen localhost:7: binds 127.0.0.1:7, as an address before it does");
}

TEST_F(ConfigTest, PortsThatTheSystemChoosesAreNotTheSame) {
  const Config config = Good({"--region", "cn-north-4", "--listen",
                              "127.0.0.1:0", "--listen", "127.0.0.1:0"});

  EXPECT_EQ(config.listen.addresses.size(), 2U);
}

TEST_F(ConfigTest, GraceFlagHasABound) {
  EXPECT_TRUE(Parse({"--region", "cn-north-4", "--drain-grace", "1h"}).ok());
  for (const char* grace : {"3601s", "inf", "-1s"}) {
    const auto parsed =
        Parse({"--region", "cn-north-4", "--drain-grace", grace});

    EXPECT_THAT(std::string(parsed.status().message()),
                HasSubstr("--drain-grace wants 0s to 1h"))
        << grace;
  }
}

TEST_F(ConfigTest, ProjectOfTheEnvironmentIsCheckedToo) {
  environment_["HUAWEICLOUD_SDK_PROJECT_ID"] = "a b";

  EXPECT_THAT(std::string(Parse({"--region", "cn-north-4"}).status().message()),
              HasSubstr("HUAWEICLOUD_SDK_PROJECT_ID) is not 1-256 of"));
}

}  // namespace
}  // namespace hssgw
