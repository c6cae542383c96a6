// SPDX-License-Identifier: Apache-2.0
// Files as an operator writes them, through the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/config.h"
#include "tests/e2e/child.h"

namespace hssgw {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::optional<std::string> Nothing(absl::string_view /*name*/) { return {}; }

absl::StatusOr<Invocation> ParseFile(const std::string& path,
                                     std::vector<std::string> more = {}) {
  std::vector<const char*> argv = {"hss-gateway", "--config", path.c_str()};
  for (const std::string& flag : more) argv.push_back(flag.c_str());
  return ParseCommandLine(static_cast<int>(argv.size()), argv.data(), Nothing);
}

std::vector<std::string> ProblemsOf(const std::string& text,
                                    std::vector<std::string> more = {}) {
  const TempFolder folder;
  WriteText(folder.Path("g.yaml"), text);
  const auto parsed = ParseFile(folder.Path("g.yaml"), std::move(more));
  if (parsed.ok()) return {};
  return absl::StrSplit(parsed.status().message(), '\n');
}

std::string Profile(absl::string_view more) {
  return absl::StrCat("profiles: [{projects: [p], region: cn-north-4, ", more,
                      "}]\n");
}

struct BadFile {
  const char* name;
  const char* text;
  // Of a profile that is good but for this. Null: there is no such profile.
  const char* profile;
  const char* problem;

  friend void PrintTo(const BadFile& bad, std::ostream* out) {
    *out << bad.name;
  }
};

class BadFileTest : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadFileTest, IsRefusedWithPathAndLine) {
  const BadFile& bad = GetParam();
  std::string text = bad.text;
  if (bad.profile != nullptr) text += Profile(bad.profile);

  EXPECT_THAT(ProblemsOf(text), ElementsAre(HasSubstr(bad.problem)));
}

constexpr BadFile kBadFiles[] = {
    {"Unreadable", "budgets: [{calls: five}]\n", nullptr,
     "g.yaml:1: budgets[0].calls: want a whole number"},
    {"TwoProfiles",
     "profiles:\n  - {projects: [p], region: cn-north-4}\n  - {}\n", nullptr,
     "g.yaml:1: profiles: want exactly one, got 2"},
    {"NoBudget", "budgets: []\n", "",
     "g.yaml:1: budgets: want exactly one, got 0"},
    {"NoAddress", "listen: {grpc: []}\n", "",
     "g.yaml:1: listen.grpc: want at least one address"},
    {"OpenAddress", "listen:\n  grpc:\n    - 0.0.0.0:1\n", "",
     "g.yaml:3: listen.grpc[0]: "},
    {"AddressTwice", "listen: {grpc: [\"127.0.0.1:1\", \"127.0.0.1:1\"]}\n", "",
     "listen.grpc[1]: binds 127.0.0.1:1, as an address before it does"},
    {"AddressTwiceInOtherWords",
     "listen: {grpc: [\"127.0.0.1:1\", \"localhost:1\"]}\n", "",
     "listen.grpc[1]: binds 127.0.0.1:1, as an address before it does"},
    {"SocketTwice", "listen: {grpc: [\"unix:/a.sock\", \"unix:/a.sock\"]}\n",
     "", "listen.grpc[1]: binds unix:/a.sock, as an address before it does"},
    {"CertificateForNobody", "listen:\n  tls: {cert_file: c, key_file: k}\n",
     "",
     "g.yaml:2: listen.tls: contradicts listen.grpc, which has no tls: "
     "address"},
    {"Mode", "listen: {unix_mode: rw}\n", "",
     "listen.unix_mode: want an octal mode"},
    {"PlainAndTlsOfOneAddress",
     "listen: {grpc: [\"127.0.0.1:1\", \"tls:127.0.0.1:1\"], "
     "tls: {cert_file: c, key_file: k}}\n",
     "", "listen.grpc[1]: binds 127.0.0.1:1, as an address before it does"},
    {"TlsWithoutFiles", "listen: {grpc: [\"tls:127.0.0.1:1\"]}\n", "",
     "listen.grpc[0]: needs listen.tls.cert_file, too"},
    {"CertWithoutKey", "listen: {tls: {cert_file: c}}\n", "",
     "listen.tls.cert_file: needs key_file, too"},
    {"KeyWithoutCert", "listen: {tls: {key_file: c}}\n", "",
     "listen.tls.key_file: needs cert_file, too"},
    {"RegionAndEndpoint", "", "endpoint: \"https://x.example\"",
     "profiles[0].endpoint: contradicts profiles[0].region"},
    {"BadRegion", "profiles:\n  - projects: [p]\n    region: no such\n",
     nullptr, "g.yaml:3: profiles[0].region: is not the name of a region"},
    {"BadEndpoint", "profiles: [{projects: [p], endpoint: \"ftp://x\"}]\n",
     nullptr, "g.yaml:1: profiles[0].endpoint: "},
    {"Plaintext", "profiles: [{projects: [p], endpoint: \"http://x\"}]\n",
     nullptr, "g.yaml:1: profiles[0].endpoint: is http://, where anyone"},
    {"NoUpstream", "profiles: [{projects: [p]}]\n", nullptr,
     "no upstream: give"},
    {"NoProject", "profiles: [{region: cn-north-4}]\n", nullptr,
     "no project: give"},
    {"BadProject", "profiles: [{region: cn-north-4, projects: [p, \"a b\"]}]\n",
     nullptr, "profiles[0].projects[1]: want 1-256 of"},
    {"ProjectTwice", "profiles: [{region: cn-north-4, projects: [p, p]}]\n",
     nullptr, "profiles[0].projects[1]: is in the list already"},
    {"BadName", "", "name: \"a b\"", "profiles[0].name: want 1-64 of"},
    {"KeyAlone", "", "credential: {ak_file: a}",
     "profiles[0].credential.ak_file: needs sk_file, too"},
    {"SecretKeyAlone", "", "credential: {sk_file: a}",
     "profiles[0].credential.sk_file: needs ak_file, too"},
    {"SecurityTokenAlone", "", "credential: {security_token_file: a}",
     "credential.security_token_file: needs ak_file, too"},
    {"TokenAndKeys", "",
     "credential: {auth_token_file: t, ak_file: a, sk_file: s}",
     "profiles[0].credential.auth_token_file: contradicts the key files"},
    {"ProxyWithPassword", "", "proxy: \"http://u:p@x:1\"",
     "profiles[0].proxy: want http://host:port"},
    {"ClientKeyAlone", "", "client_key_file: k",
     "profiles[0].client_key_file: needs client_cert_file, too"},
    {"NegativeCalls", "budgets: [{calls: -1}]\n", "",
     "budgets[0].calls: want 0 to 6000"},
    {"ManyCalls", "budgets: [{calls: 6001}]\n", "",
     "budgets[0].calls: want 0 to 6000"},
    {"ShortPeriod", "budgets: [{period: 999ms}]\n", "",
     "budgets[0].period: want 1s to 24h"},
    {"LongPeriod", "budgets: [{period: 25h}]\n", "",
     "budgets[0].period: want 1s to 24h"},
    {"LongGrace", "drain: {grace: 3601s}\n", "", "drain.grace: want 0s to 1h"},
    {"SmallAnswers", "limits: {response_bytes: 63KiB}\n", "",
     "limits.response_bytes: want 64KiB to 1GiB"},
    {"SmallCache", "cache: {max_bytes: 1023KiB}\n", "",
     "cache.max_bytes: want 0, or 1MiB to 1TiB"},
    {"LargeCache", "cache: {max_bytes: 1025GiB}\n", "",
     "cache.max_bytes: want 0, or 1MiB to 1TiB"},
    {"AgeOfNothing", "freshness: {max_staleness: fresh}\n", "",
     "freshness.max_staleness: want auto, or a duration"},
    {"LargeAnswers", "limits: {response_bytes: 2GiB}\n", "",
     "limits.response_bytes: want 64KiB to 1GiB"},
};

INSTANTIATE_TEST_SUITE_P(EveryFile, BadFileTest, testing::ValuesIn(kBadFiles),
                         [](const auto& bad) {
                           return std::string(bad.param.name);
                         });

TEST(ConfigFileTest, EveryBoundIsIncluded) {
  const std::string name(64, 'x');
  const std::string project(256, 'x');
  const std::string profile =
      absl::StrCat("profiles: [{projects: [", project,
                   "], region: cn-north-4, name: ", name, "}]\n");

  EXPECT_THAT(ProblemsOf(profile + "budgets: [{calls: 0, period: 1s}]\n"
                                   "limits: {response_bytes: 64KiB}\n"
                                   "drain: {grace: 0s}\n"),
              IsEmpty());
  EXPECT_THAT(ProblemsOf(profile + "budgets: [{calls: 6000, period: 24h}]\n"
                                   "limits: {response_bytes: 1GiB}\n"
                                   "drain: {grace: 1h}\n"),
              IsEmpty());
}

TEST(ConfigFileTest, AllProblemsAreToldAtOnceFlagsIncluded) {
  EXPECT_THAT(ProblemsOf("kept: {}\nbudgets: [{calls: five, period: 1ms}]\n" +
                             Profile("proxy: x"),
                         {"--drain-grace", "soon", "--unix-mode", "rw"}),
              SizeIs(6));
}

TEST(ConfigFileTest, PasswordOfAProxyIsNotRepeated) {
  for (const std::string& problem :
       ProblemsOf(Profile("proxy: \"http://u:hunter2@x:1\""))) {
    EXPECT_FALSE(absl::StrContains(problem, "hunter2")) << problem;
  }
}

TEST(ConfigFileTest, FileThatIsNotThereIsNamed) {
  const auto parsed = ParseFile("/nowhere/g.yaml");

  EXPECT_THAT(std::string(parsed.status().message()),
              HasSubstr("--config /nowhere/g.yaml cannot be read"));
}

TEST(ConfigFileTest, FolderIsNoFile) {
  const auto parsed = ParseFile("/tmp");

  EXPECT_THAT(std::string(parsed.status().message()),
              HasSubstr("--config /tmp cannot be read"));
}

TEST(ConfigFileTest, HugeFileIsRefused) {
  EXPECT_THAT(ProblemsOf(std::string((1 << 20) + 1, '#')),
              ElementsAre(HasSubstr("is larger than 1048576 bytes")));
}

TEST(ConfigFileTest, ExampleIsGood) {
  const auto parsed =
      ParseFile(HSSGW_SOURCE "/deploy/example.yaml", {"--check-config"});

  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->config.origin, "https://hss.cn-north-4.myhuaweicloud.com");
  EXPECT_EQ(parsed->config.listen.unix_mode, 0660);
}

TEST(ConfigFileTest, AgesAndCacheAreTaken) {
  const TempFolder folder;
  const std::string file = folder.Path("g.yaml");
  WriteText(file,
            "freshness: {max_staleness: 90s, max_staleness_on_error: 0s}\n"
            "cache: {max_bytes: 0}\n" +
                Profile(""));
  const auto given = ParseFile(file, {"--check-config"});
  ASSERT_TRUE(given.ok()) << given.status();
  EXPECT_EQ(given->config.freshness.max_staleness, absl::Seconds(90));
  EXPECT_EQ(given->config.freshness.max_staleness_on_error,
            absl::ZeroDuration());
  EXPECT_EQ(given->config.cache_bytes, 0);

  WriteText(file, Profile(""));
  const auto by_default = ParseFile(file, {"--check-config"});
  ASSERT_TRUE(by_default.ok()) << by_default.status();
  EXPECT_EQ(by_default->config.freshness.max_staleness, std::nullopt);
  EXPECT_EQ(by_default->config.freshness.max_staleness_on_error,
            absl::Hours(1));
  EXPECT_EQ(by_default->config.cache_bytes, 256 << 20);
}

// The rows of docs/configuration.md: `path` and `default`.
std::vector<std::pair<std::string, std::string>> DocumentedDefaults() {
  std::vector<std::pair<std::string, std::string>> rows;
  const std::string page = ReadText(HSSGW_SOURCE "/docs/configuration.md");
  for (const auto line : absl::StrSplit(page, '\n')) {
    const std::vector<std::string> cells = absl::StrSplit(line, " | ");
    if (!absl::StartsWith(line, "| `") || cells.size() != 4) continue;
    rows.emplace_back(cells[0].substr(3, cells[0].size() - 4),
                      cells[2].substr(1, cells[2].size() - 2));
  }
  return rows;
}

TEST(ConfigFileTest, PageTellsTheDefaultsThatHold) {
  const auto parsed = ParseFile(
      "/dev/null",
      {"--check-config", "--endpoint", "https://x", "--project-id", "p"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const std::string& effective = *parsed->text;
  const auto rows = DocumentedDefaults();

  ASSERT_THAT(rows, SizeIs(30));
  for (const auto& [path, value] : rows) {
    const std::string key = path.substr(path.rfind('.') + 1);
    if (key == "endpoint" || key == "projects") continue;
    EXPECT_THAT(effective, HasSubstr(absl::StrCat(key, ": ", value, "\n")))
        << path;
  }
}

}  // namespace
}  // namespace hssgw
