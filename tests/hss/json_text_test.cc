// SPDX-License-Identifier: Apache-2.0
#include "service/hss/json_text.h"

#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace hssgw {
namespace {

using Form = IntegerText::Form;

struct IntegerCase {
  const char* name;
  const char* text;
  Form form;
  int64_t value = 0;
};

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

constexpr IntegerCase kIntegers[] = {
    {"Zero", "0", Form::kPlain, 0},
    {"MinusZero", "-0", Form::kPlain, 0},
    {"MinusZeroPointZero", "-0.0", Form::kOther, 0},
    {"Millis", "1737532317458", Form::kPlain, 1737532317458},
    {"Negative", "-17", Form::kPlain, -17},
    {"Max", "9223372036854775807", Form::kPlain, kMax},
    {"Min", "-9223372036854775808", Form::kPlain, kMin},
    {"AboveMax", "9223372036854775808", Form::kOutOfRange},
    {"BelowMin", "-9223372036854775809", Form::kOutOfRange},
    {"Long", "100000000000000000000000000", Form::kOutOfRange},
    {"PointZero", "1.0", Form::kOther, 1},
    {"Exponent", "1.7E12", Form::kOther, 1700000000000},
    {"PlusExponent", "2e+3", Form::kOther, 2000},
    {"MinusExponent", "12000e-3", Form::kOther, 12},
    {"MaxWithPoint", "922337203685477580.7e1", Form::kOther, kMax},
    {"ExactWhereADoubleIsNot", "9007199254740993.0", Form::kOther,
     9007199254740993},
    {"ZeroFarAway", "0e999999999999", Form::kOther, 0},
    {"HugeExponent", "1e999999999999", Form::kOutOfRange},
    {"TinyExponent", "1e-999999999999", Form::kFraction},
    {"Fraction", "1.5", Form::kFraction},
    {"FractionByExponent", "15e-1", Form::kFraction},
    {"Empty", "", Form::kNoNumber},
    {"Minus", "-", Form::kNoNumber},
    {"Plus", "+1", Form::kNoNumber},
    {"LeadingZero", "01", Form::kNoNumber},
    {"NoWhole", ".5", Form::kNoNumber},
    {"NoFraction", "1.", Form::kNoNumber},
    {"NoExponent", "1e", Form::kNoNumber},
    {"Hex", "0x1F", Form::kNoNumber},
    {"Space", " 1", Form::kNoNumber},
    {"Trailing", "1a", Form::kNoNumber},
    {"NotANumber", "NaN", Form::kNoNumber},
};

class ReadIntegerTest : public testing::TestWithParam<IntegerCase> {};

TEST_P(ReadIntegerTest, Reads) {
  const IntegerText read = ReadInteger(GetParam().text);

  EXPECT_EQ(read.form, GetParam().form);
  if (GetParam().form == Form::kPlain || GetParam().form == Form::kOther) {
    EXPECT_EQ(read.value, GetParam().value);
  }
}

std::string IntegerName(const testing::TestParamInfo<IntegerCase>& tested) {
  return tested.param.name;
}

INSTANTIATE_TEST_SUITE_P(Json, ReadIntegerTest, testing::ValuesIn(kIntegers),
                         IntegerName);

struct UnescapeCase {
  const char* name;
  const char* text;
  const char* want;  // null: it fails
};

constexpr UnescapeCase kEscapes[] = {
    {"None", "abc", "abc"},
    {"Empty", "", ""},
    {"Named", R"(\"\\\/\b\f\n\r\t)", "\"\\/\b\f\n\r\t"},
    {"OneByte", R"(\u0041)", "A"},
    {"TwoBytes", R"(\u00e9)", "é"},
    {"ThreeBytes", R"(\u5FEB)", "快"},
    {"Pair", R"(\ud83d\ude00)", "😀"},
    {"LastPair", R"(\uDBFF\uDFFF)", "\xF4\x8F\xBF\xBF"},
    {"HighAlone", R"(\ud83d)", nullptr},
    {"HighBeforeText", R"(\ud83dxx)", nullptr},
    {"HighBeforeNoLow", R"(\ud83d\u0041)", nullptr},
    {"HighTwice", R"(\ud83d\ud83d)", nullptr},
    {"LowAlone", R"(\ude00)", nullptr},
    {"CutShort", R"(\u00e)", nullptr},
    {"NoHex", R"(\u00g0)", nullptr},
    {"Unknown", R"(\x41)", nullptr},
    {"Backslash", "\\", nullptr},
};

class UnescapeTest : public testing::TestWithParam<UnescapeCase> {};

TEST_P(UnescapeTest, AppendsOrLeavesAlone) {
  std::string out = "before ";

  const bool ok = Unescape(GetParam().text, out);

  EXPECT_EQ(ok, GetParam().want != nullptr);
  EXPECT_EQ(out, std::string("before ") + (ok ? GetParam().want : ""));
}

std::string EscapeName(const testing::TestParamInfo<UnescapeCase>& tested) {
  return tested.param.name;
}

INSTANTIATE_TEST_SUITE_P(Json, UnescapeTest, testing::ValuesIn(kEscapes),
                         EscapeName);

TEST(IsScalarTest, TakesWholeScalarsOnly) {
  for (const char* text : {"null", "true", "false", "-1.5e3", R"("a\"b")"}) {
    EXPECT_TRUE(IsScalar(text)) << text;
  }
  for (const char* text :
       {"", "nul", "truex", "False", "1 2", "\"a", "[]", "{}", ",", "'a'"}) {
    EXPECT_FALSE(IsScalar(text)) << text;
  }
}

TEST(Utf8PrefixTest, EndsWithAWholeCharacter) {
  EXPECT_EQ(Utf8Prefix("快速", 6), "快速");
  EXPECT_EQ(Utf8Prefix("快速", 5), "快");
  EXPECT_EQ(Utf8Prefix("快速", 2), "");
  EXPECT_EQ(Utf8Prefix("abc", 2), "ab");
}

}  // namespace
}  // namespace hssgw
