// SPDX-License-Identifier: Apache-2.0
#include "service/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/ascii.h"

namespace hssgw {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ResultOf;

std::string Text(const std::string& value) {
  return FormatLogLine(LogFormat::kText, "call", {{"name", value}});
}
std::string Json(const std::string& value) {
  return FormatLogLine(LogFormat::kJson, "call", {{"name", value}});
}

struct Case {
  const char* name;
  std::string value;
  const char* text;
};

class TextLineTest : public ::testing::TestWithParam<Case> {};

TEST_P(TextLineTest, QuotesWhatWouldMislead) {
  EXPECT_EQ(Text(GetParam().value), GetParam().text);
}

const Case kCases[] = {
    {"Word", "OK", "call name=OK"},
    {"Address", "127.0.0.1:50051", "call name=127.0.0.1:50051"},
    {"Nothing", "", R"(call name="")"},
    {"Blank", "a b", R"(call name="a b")"},
    {"Quote", R"(a"b)", R"(call name="a\"b")"},
    {"Backslash", R"(a\b)", R"(call name="a\\b")"},
    // Else a value could pass for another field, or for another line.
    {"Field", "x code=OK", R"(call name="x code=OK")"},
    {"Equals", "code=OK", R"(call name="code=OK")"},
    {"Line", "x\ncall code=OK", R"(call name="x\ncall code=OK")"},
    {"Escape", "\x1b[31m", "call name=\"\\u001b[31m\""},
    {"Zero", std::string("a\0b", 3), R"(call name="a\u0000b")"},
    {"BadUtf8", "\xff", "call name=\"\xef\xbf\xbd\""},
    {"Chinese", "主机", "call name=\"主机\""},
};
INSTANTIATE_TEST_SUITE_P(Values, TextLineTest, ::testing::ValuesIn(kCases),
                         [](const auto& of) { return of.param.name; });

TEST(LogLineTest, FieldsKeepTheirOrder) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, "call", {{"b", 7}, {"a", 1.5}}),
            "call b=7 a=1.5");
  EXPECT_EQ(FormatLogLine(LogFormat::kJson, "call", {{"b", 7}, {"a", 1.5}}),
            R"("event":"call","b":"7","a":"1.5")");
}

TEST(LogLineTest, JsonIsReadBackAsWritten) {
  const std::string value = "a \"b\"\n\\ \x1b 主机";

  const auto line = nlohmann::json::parse("{" + Json(value) + "}");

  EXPECT_EQ(line["event"], "call");
  EXPECT_EQ(line["name"], value);
}

TEST(LogLineTest, NoValueEndsALineOrBreaksJson) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value(3, static_cast<char>(byte));
    const auto is_control = [](char c) { return c >= 0 && c < ' '; };

    EXPECT_THAT(Text(value), Each(ResultOf(is_control, false))) << byte;
    EXPECT_TRUE(nlohmann::json::accept("{" + Json(value) + "}")) << byte;
  }
}

TEST(LogLineTest, LongValueIsCut) {
  const std::string value = std::string(256, 'x') + "tail";

  EXPECT_THAT(Text(value), HasSubstr(std::string(256, 'x')));
  EXPECT_THAT(Text(value), Not(HasSubstr("xt")));
  EXPECT_THAT(Json(value), Not(HasSubstr("xt")));
}

TEST(LogLineTest, CutInsideACharacterStaysReadable) {
  const std::string value = std::string(255, 'x') + "主";

  EXPECT_TRUE(nlohmann::json::accept("{" + Json(value) + "}"));
}

}  // namespace
}  // namespace hssgw
