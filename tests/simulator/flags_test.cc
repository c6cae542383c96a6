// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hssgw::simulator {
namespace {

using testing::HasSubstr;

SimulatorOptions Parse(std::vector<std::string> arguments) {
  const auto parsed = ParseFlags(std::move(arguments));
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  if (!parsed.ok()) return {};
  return std::get<ProgramOptions>(*parsed).simulator;
}

std::string ErrorOf(std::vector<std::string> arguments) {
  const auto parsed = ParseFlags(std::move(arguments));
  return std::string(parsed.status().message());
}

// A YAML file that goes away.
class YamlFile {
 public:
  explicit YamlFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("simulator-flags-" + std::to_string(getpid()) + ".yaml")) {
    std::ofstream(path_) << text;
  }
  ~YamlFile() { std::filesystem::remove(path_); }
  YamlFile(const YamlFile&) = delete;
  YamlFile& operator=(const YamlFile&) = delete;
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(FlagsTest, DefaultsAreTheDemos) {
  const SimulatorOptions options = Parse({});

  EXPECT_EQ(options.tasks.count, 5000);
  EXPECT_EQ(options.quota.calls, 0);
  EXPECT_EQ(options.iam.keys[0].access_key, kDefaultAccessKey);
  EXPECT_EQ(options.iam.keys[0].secret_key, kDefaultSecretKey);
  EXPECT_EQ(options.iam.projects[0].id, kDefaultProjectId);
}

TEST(FlagsTest, ReadsFlags) {
  const SimulatorOptions options = Parse({"--tasks",  "7",
                                          "--seed=3", "--ak",
                                          "A",        "--sk",
                                          "S",        "--latency",
                                          "20ms",     "--calls-per-minute",
                                          "5",        "--quota-period",
                                          "30s",      "--time-format",
                                          "utc_text", "--newest",
                                          "1000",     "--hosts-of",
                                          "0=10000",  "--hosts-of",
                                          "2=5",      "--more-project",
                                          "id2=eu"});

  EXPECT_EQ(options.tasks.count, 7);
  EXPECT_EQ(options.tasks.seed, 3U);
  EXPECT_EQ(options.tasks.newest_start_millis, 1000);
  EXPECT_EQ(options.tasks.hosts_of.at(0), 10000);
  EXPECT_EQ(options.tasks.hosts_of.at(2), 5);
  EXPECT_EQ(options.latency, absl::Milliseconds(20));
  EXPECT_EQ(options.quota.calls, 5);
  EXPECT_EQ(options.quota.period, absl::Seconds(30));
  EXPECT_EQ(options.rules.time_format, TimeFormat::kUtcText);
  EXPECT_EQ(options.iam.keys[0].access_key, "A");
  EXPECT_EQ(options.iam.projects[1].name, "eu");
}

TEST(FlagsTest, FileSetsTheSameNamesAndFlagsWin) {
  const YamlFile file(R"(
tasks: 7
seed: 8
calls-per-minute: 5
fault:
  - {nth: 2, status: 503, retry_after: "4"}
  - {share: 0.5, transport: reset_in_body}
script: {arrivals: 1, every: 2}
)");

  const SimulatorOptions options =
      Parse({"--config", file.path(), "--seed", "9"});

  EXPECT_EQ(options.tasks.count, 7);
  EXPECT_EQ(options.tasks.seed, 9U);
  ASSERT_EQ(options.faults.size(), 2U);
  EXPECT_EQ(options.faults[0].action.status, 503);
  EXPECT_EQ(options.faults[0].action.headers[0].second, "4");
  EXPECT_EQ(options.faults[1].share, 0.5);
  EXPECT_EQ(options.churn->every, 2);
}

TEST(FlagsTest, HelpIsAText) {
  const auto parsed = ParseFlags({"--help"});

  ASSERT_TRUE(parsed.ok());
  EXPECT_THAT(std::get<std::string>(*parsed), HasSubstr("--calls-per-minute"));
}

TEST(FlagsTest, ErrorsNameTheFlag) {
  EXPECT_THAT(ErrorOf({"--surprise"}), HasSubstr("surprise"));
  EXPECT_THAT(ErrorOf({"--port", "70000"}), HasSubstr("port"));
  EXPECT_THAT(ErrorOf({"--latency", "soon"}), HasSubstr("--latency"));
  EXPECT_THAT(ErrorOf({"--newest", "x"}), HasSubstr("--newest"));
  EXPECT_THAT(ErrorOf({"--time-format", "x"}), HasSubstr("--time-format"));
  EXPECT_THAT(ErrorOf({"--hosts-of", "3"}), HasSubstr("--hosts-of"));
  EXPECT_THAT(ErrorOf({"--fault", "{"}), HasSubstr("--fault"));
  EXPECT_THAT(ErrorOf({"--fault", R"({"x":1})"}), HasSubstr("x is not known"));
  EXPECT_THAT(ErrorOf({"--script", R"({"x":1})"}), HasSubstr("script"));
  EXPECT_THAT(ErrorOf({"--tls-cert", "c"}), HasSubstr("--tls-key"));
  EXPECT_THAT(ErrorOf({"--min-hosts", "5"}), HasSubstr("--min-hosts"));
  EXPECT_THAT(ErrorOf({"--config", "/nonexistent"}), HasSubstr("/nonexistent"));
}

}  // namespace
}  // namespace hssgw::simulator
