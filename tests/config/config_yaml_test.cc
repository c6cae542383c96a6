// SPDX-License-Identifier: Apache-2.0
#include "service/config_yaml.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

#include "hss/gateway/config/v1/config.pb.h"

namespace hssgw {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::hss::gateway::config::v1::GatewayConfig;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct BadText {
  const char* name;
  const char* text;
  const char* problem;

  friend void PrintTo(const BadText& bad, std::ostream* out) {
    *out << bad.name;
  }
};

class BadTextTest : public ::testing::TestWithParam<BadText> {};

TEST_P(BadTextTest, IsToldByPathAndLine) {
  GatewayConfig config;

  const YamlReading reading = ReadYaml("gateway.yaml", GetParam().text, config);

  EXPECT_THAT(reading.problems, ElementsAre(HasSubstr(GetParam().problem)));
}

constexpr BadText kBadTexts[] = {
    {"WordForNumber", "budgets:\n  - name: a\n    calls: five\n",
     "gateway.yaml:3: budgets[0].calls: want a whole number, got \"five\""},
    {"NumberInQuotes", "budgets: [{calls: \"5\"}]",
     ":1: budgets[0].calls: want a whole number, got \"5\" in quotes"},
    {"FractionForNumber", "budgets: [{calls: 1.5}]",
     "want a whole number, got \"1.5\""},
    {"NumberTooLarge", "budgets: [{calls: 9999999999}]",
     "want a whole number, got \"9999999999\""},
    {"UnknownKey", "drain:\n  grace: 1s\n  graze: 1s\n",
     ":3: drain.graze: unknown key; known here: grace"},
    {"UnknownTopKey", "relay: {}\n",
     ":1: relay: unknown key; known here: listen, profiles, budgets"},
    {"KeyTwice", "log:\n  level: info\n  level: debug\n",
     ":3: log.level: said before, in line 2"},
    {"SectionTwice", "drain: {grace: 1s}\nlog: {}\ndrain: {}\n",
     ":3: drain: said before, in line 1"},
    {"NoUnit", "drain: {grace: 20}\n",
     "drain.grace: want a duration such as 250ms, 20s or 1h, got \"20\""},
    {"WrongUnit", "drain: {grace: 20MiB}\n", "want a duration"},
    {"NegativeDuration", "drain: {grace: -1s}\n", "want a duration"},
    {"DecimalSize", "limits: {response_bytes: 64MB}\n",
     "limits.response_bytes: want a size such as 64MiB, got \"64MB\""},
    {"DurationForSize", "limits: {response_bytes: 20s}\n", "want a size"},
    {"UnknownWord", "log: {level: INFO}\n",
     "log.level: want debug, info, warning or error, got \"INFO\""},
    {"WordWithPrefix", "log: {level: LOG_LEVEL_INFO}\n", "want debug"},
    {"NotABool", "profiles: [{allow_plaintext_upstream: yes}]\n",
     "profiles[0].allow_plaintext_upstream: want true or false, got \"yes\""},
    {"TextForList", "listen:\n  grpc: 127.0.0.1:1\n",
     ":2: listen.grpc: want a list, got \"127.0.0.1:1\""},
    {"MapForList", "profiles: {name: a}\n", "profiles: want a list, got a map"},
    {"ListForText", "profiles: [{region: [a]}]\n",
     "profiles[0].region: want text, got a list"},
    {"ListForMap", "drain: [1s]\n", "drain: want a map of grace, got a list"},
    {"TextForElement", "profiles:\n  - {name: a}\n  - b\n",
     ":3: profiles[1]: want a map of name"},
    {"NothingForText", "profiles:\n  - name:\n",
     ":2: profiles[0].name: want text, got nothing"},
    {"NothingForElement", "listen: {grpc: [~]}\n",
     "listen.grpc[0]: want text, got nothing"},
    {"NothingForMap", "drain:\nlog: {}\n",
     ":1: drain: want a map of grace, got nothing"},
    {"KeyIsNoName", "[a, b]: 1\n", ":1: a key is no name"},
    {"ListAtTop", "- a\n", ":1: want a map of listen, profiles"},
    {"TextAtTop", "hello\n", "got \"hello\""},
    {"NoYaml", "log: {level: info\n", "this is no YAML: "},
    {"TabIndent", "log:\n\tlevel: info\n", ":2: this is no YAML: "},
    {"TwoDocuments", "log: {}\n---\nlog: {}\n", "want one document, got more"},
    {"ControlCharacters", "log: {level: \"a\\u001b[31m\"}\n", "\"a\\033[31m\""},
};

INSTANTIATE_TEST_SUITE_P(EveryText, BadTextTest, testing::ValuesIn(kBadTexts),
                         [](const auto& bad) {
                           return std::string(bad.param.name);
                         });

TEST(ReadYamlTest, TellsAllProblemsAtOnce) {
  GatewayConfig config;

  const YamlReading reading =
      ReadYaml("f", "budgets: [{calls: x, period: 5}]\nfoo: 1\n", config);

  EXPECT_THAT(reading.problems, SizeIs(3));
}

TEST(ReadYamlTest, LongValueIsCut) {
  GatewayConfig config;

  const YamlReading reading =
      ReadYaml("f", "log: {level: " + std::string(10000, 'x') + "}\n", config);

  ASSERT_THAT(reading.problems, SizeIs(1));
  EXPECT_LT(reading.problems[0].size(), 200u);
}

TEST(ReadYamlTest, DeepNestingIsAProblem) {
  GatewayConfig config;

  const YamlReading reading =
      ReadYaml("f", "log: " + std::string(100000, '['), config);

  EXPECT_THAT(reading.problems, SizeIs(1));
}

TEST(ReadYamlTest, AliasesThatMultiplyAreRefusedSoon) {
  std::string text = "x: &a {";
  for (int i = 0; i < 4000; ++i) text += "k" + std::to_string(i) + ": 1, ";
  text += "}\nprofiles: [";
  for (int i = 0; i < 4000; ++i) text += "*a, ";
  text += "]\n";
  GatewayConfig config;

  const YamlReading reading = ReadYaml("gateway.yaml", text, config);

  EXPECT_THAT(reading.problems.size(), testing::Le(10000U));
  EXPECT_THAT(reading.problems.back(), HasSubstr("want at most 10000 keys"));
}

TEST(ReadYamlTest, AliasOfItselfIsRefused) {
  GatewayConfig config;

  const YamlReading reading =
      ReadYaml("gateway.yaml", "profiles: &p [*p]\n", config);

  EXPECT_THAT(reading.problems, ElementsAre(HasSubstr("profiles[0]: want")));
}

TEST(ReadYamlTest, NothingIsAnEmptyConfig) {
  for (const char* text : {"", "# only a comment\n", "---\n", "{}\n"}) {
    GatewayConfig config;

    EXPECT_THAT(ReadYaml("f", text, config).problems, IsEmpty()) << text;
    EXPECT_EQ(config.ByteSizeLong(), 0u);
  }
}

TEST(ReadYamlTest, KeepsPlainScalarsAsTheyAreWritten) {
  GatewayConfig config;

  ReadYaml("f", "listen: {unix_mode: 0660}\nprofiles: [{projects: [007]}]\n",
           config);

  EXPECT_EQ(config.listen().unix_mode(), "0660");
  EXPECT_EQ(config.profiles(0).projects(0), "007");
}

TEST(WriteYamlTest, IsReadAgain) {
  GatewayConfig config;
  const YamlReading reading = ReadYaml("f", R"(
listen: {grpc: ["127.0.0.1:0", "unix:/x y"], unix_mode: "0600"}
profiles:
  - name: "a\"b: #\n"
    projects: [p, q]
    time_format: epoch_millis
    allow_plaintext_upstream: true
budgets: [{name: b, calls: 0, period: 1m30s}]
limits: {response_bytes: 65537}
drain: {grace: 250ms}
log: {level: warning, format: json}
freshness: {max_staleness: 45s, max_staleness_on_error: 0s}
cache: {max_bytes: 1MiB}
resume: {key_files: ["/a", "/b"], lifetime: 2h}
)",
                                       config);
  ASSERT_THAT(reading.problems, IsEmpty());
  config.mutable_profiles(0)->mutable_credential();
  config.mutable_listen()->mutable_tls();

  GatewayConfig again;
  EXPECT_THAT(ReadYaml("f", WriteYaml(config), again).problems, IsEmpty());

  EXPECT_TRUE(MessageDifferencer::Equals(again, config)) << WriteYaml(config);
}

}  // namespace
}  // namespace hssgw
