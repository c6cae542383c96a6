// SPDX-License-Identifier: Apache-2.0
// What one bad byte, one bad row or one huge value may do to a page: nothing to
// the rows beside it.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/hss/mended_text.h"
#include "service/hss/task_id_hash.h"
#include "service/hss/unrecognized.h"
#include "tests/hss/decoded_page.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::Host;
using ::hss::antivirus::v1::Task;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

constexpr char kReplacement[] = "\xEF\xBF\xBD";

// A page of the rows `a`, `row`, `z`.
DecodedPage DecodeBetween(absl::string_view row) {
  DecodedPage got = DecodePage(absl::StrCat(R"({"data_list":[{"task_id":"a"},)",
                                            row, R"(,{"task_id":"z"}]})"));
  EXPECT_TRUE(got.page.ok()) << got.page.status();
  EXPECT_EQ(got.task(0).task_id(), "a");
  EXPECT_EQ(got.task(got.response.tasks_size() - 1).task_id(), "z");
  return got;
}

TEST(PageDecoderMendTest, ReplacesBytesThatAreNoUtf8) {
  const DecodedPage got =
      DecodeBetween("{\"task_id\":\"b\",\"task_name\":\"caf\xE9\"}");

  EXPECT_EQ(got.task(1).task_name(), absl::StrCat("caf", kReplacement));
  EXPECT_TRUE(got.stats.mended);
  EXPECT_EQ(got.stats.CountOf(DriftKind::kReplacedUtf8, "task_name"), 1);
}

TEST(PageDecoderMendTest, CountsReplacedBytesByField) {
  const DecodedPage got = DecodeBetween(
      "{\"host_info_list\":[{\"host_name\":\"\xFF\xFF\",\"os_name\":\"\xC0\"}],"
      "\"x\":[\"\xFE\"]}");

  EXPECT_EQ(got.stats.CountOf(DriftKind::kReplacedUtf8, "host_name"), 2);
  EXPECT_EQ(got.stats.CountOf(DriftKind::kReplacedUtf8, "os_name"), 1);
  EXPECT_EQ(got.stats.CountOf(DriftKind::kReplacedUtf8, "x"), 1);
}

TEST(PageDecoderMendTest, DoesNotCountUpstreamsOwnReplacementCharacters) {
  const DecodedPage got = DecodeBetween(absl::StrCat(
      "{\"task_name\":\"", kReplacement, "\",\"task_id\":\"\xFF\"}"));

  EXPECT_EQ(got.stats.CountOf(DriftKind::kReplacedUtf8, "task_name"), 0);
  EXPECT_EQ(got.stats.CountOf(DriftKind::kReplacedUtf8, "task_id"), 1);
}

TEST(PageDecoderMendTest, KeepsControlCharactersInStrings) {
  const DecodedPage got = DecodeBetween("{\"task_name\":\"one\ntwo\x01\"}");

  EXPECT_EQ(got.task(1).task_name(), "one\ntwo\x01");
  EXPECT_EQ(got.stats.CountOf(DriftKind::kControl, "data_list"), 2);
}

TEST(PageDecoderMendTest, KeepsABackslashBeforeAControlCharacter) {
  const DecodedPage got = DecodeBetween("{\"task_name\":\"one\\\ntwo\"}");

  EXPECT_EQ(got.task(1).task_name(), "one\\\ntwo");
}

TEST(PageDecoderMendTest, HalfASurrogatePairFailsItsStringAlone) {
  DecodeStats stats;
  const Task task = DecodeTask(
      R"({"task_name":"x\ud800","task_id":"t","scan_type":"\udfff"})", &stats);

  EXPECT_EQ(task.task_id(), "t");
  EXPECT_THAT(task.task_name(), IsEmpty());
  EXPECT_THAT(task.unrecognized(),
              UnorderedElementsAre(Pair("scan_type", R"("\udfff")"),
                                   Pair("task_name", R"("x\ud800")")));
  EXPECT_EQ(stats.CountOf(DriftKind::kText, "task_name"), 1);
  EXPECT_FALSE(stats.mended);
}

TEST(PageDecoderMendTest, AnUnknownEscapeFailsItsStringAlone) {
  const Task task = DecodeTask(R"({"task_name":"C:\windows","task_id":"t"})");

  EXPECT_EQ(task.task_id(), "t");
  EXPECT_THAT(task.unrecognized(),
              ElementsAre(Pair("task_name", R"("C:\windows")")));
}

TEST(PageDecoderMendTest, DeliversARowThatIsNoJson) {
  const std::string row = R"({"task_id":"b","host_num":0x1F,"rescan":true})";
  const DecodedPage got = DecodeBetween(row);

  ASSERT_EQ(got.response.tasks_size(), 3);
  EXPECT_EQ(got.task(1).task_id(), "b");
  EXPECT_THAT(got.task(1).unrecognized(), ElementsAre(Pair("_raw", row)));
  EXPECT_EQ((*got.page)->tasks[1].id_hash, HashTaskId(false, "b"));
  EXPECT_EQ(got.stats.CountOf(DriftKind::kRow, "data_list"), 1);
}

TEST(PageDecoderMendTest, DeliversAnyBrokenRow) {
  for (const char* row :
       {R"({"task_id":"b" "x":1})", R"({"task_id":"b",})",
        R"({"task_id":"b","x":})", R"({"task_id":"b",,"x":1})",
        R"({"task_id":"b","x":01})", R"({"task_id":"b","x":nul})",
        R"({"task_id":"b","host_info_list":[{"a":tru}]})",
        R"({"task_id":"b","x":[1 2]})", R"({"task_id":"b","x":{"y" 1}})",
        R"({"task_id":"b","x" 1})", R"({"task_id":"b",5:1})"}) {
    const DecodedPage got = DecodeBetween(row);
    ASSERT_EQ(got.response.tasks_size(), 3) << row;
    EXPECT_EQ(got.task(1).task_id(), "b") << row;
    EXPECT_THAT(got.task(1).unrecognized(), ElementsAre(Pair("_raw", row)));
  }
}

TEST(PageDecoderMendTest, FindsOnlyTheRowsOwnTaskId) {
  const DecodedPage got =
      DecodeBetween(R"({"x":{"task_id":"inner"},"y":"task_id","z":tru})");

  EXPECT_THAT(got.task(1).task_id(), IsEmpty());
  EXPECT_EQ((*got.page)->tasks[1].id_hash, 0U);
}

TEST(PageDecoderMendTest, CutsTheRawTextBetweenCharacters) {
  std::string name;
  while (name.size() < 2000) name += "快";
  const DecodedPage got =
      DecodeBetween(absl::StrCat(R"({"y":")", name, R"(","x":tru})"));

  const std::string& raw = got.task(1).unrecognized().at("_raw");
  EXPECT_LE(raw.size(), kMaxRawBytes);
  EXPECT_GT(raw.size(), kMaxRawBytes - 4);
  EXPECT_THAT(raw, StartsWith(R"({"y":"快)"));
}

TEST(PageDecoderMendTest, ACommaTooFewHidesNoRow) {
  const DecodedPage got =
      DecodePage(R"({"data_list":[{"task_id":"a"}{"task_id":"b"} 5]})");

  ASSERT_EQ(got.response.tasks_size(), 3);
  EXPECT_EQ(got.task(1).task_id(), "b");
}

TEST(PageDecoderMendTest, ACommaTooManyIsNoRow) {
  const DecodedPage got =
      DecodePage(R"({"data_list":[,{"task_id":"a"},,{"task_id":"b"},]})");

  EXPECT_EQ(got.response.tasks_size(), 2);
}

TEST(PageDecoderMendTest, PositionsAreThoseBeforeMending) {
  const std::string body = "{\"data_list\":[\"\xFF\xFF\xFF\"]} x";
  const DecodedPage got = DecodePage(body);

  EXPECT_TRUE(absl::StrContains(got.page.status().message(),
                                absl::StrCat("byte ", body.size() - 1)))
      << got.page.status();
}

TEST(PageDecoderMendTest, BoundsTheNamesOfUnrecognized) {
  std::string row = "{\"task_id\":\"t\"";
  for (int i = 0; i < 100; ++i) absl::StrAppend(&row, ",\"n", i, "\":1");
  DecodeStats stats;
  const Task task = DecodeTask(row + "}", &stats);

  EXPECT_EQ(task.unrecognized_size(), kMaxUnrecognizedNames + 1);
  EXPECT_EQ(task.unrecognized().at("..."), "36");
  EXPECT_EQ(task.task_id(), "t");
}

TEST(PageDecoderMendTest, RepeatsAmongManyUnknownNamesCountOnce) {
  std::string row = "{\"task_id\":\"t\"";
  for (int i = 0; i < 150; ++i) absl::StrAppend(&row, ",\"n", i % 70, "\":", i);
  const Task task = DecodeTask(row + "}");

  EXPECT_EQ(task.unrecognized().at("..."), "6");
}

TEST(PageDecoderMendTest, BoundsTheBytesOfUnrecognized) {
  const std::string half(kMaxUnrecognizedBytes / 2, 'x');
  const Task task = DecodeTask(
      absl::StrCat(R"({"a":")", half, R"(","b":")", half, R"(","c":1})"));

  EXPECT_EQ(task.unrecognized().at("a").size(), half.size() + 2);
  EXPECT_EQ(task.unrecognized().at("c"), "1");
  EXPECT_EQ(task.unrecognized().at("..."), "1");
}

TEST(PageDecoderMendTest, HostsShareTheBytesOfTheirTask) {
  const std::string host =
      absl::StrCat(R"({"x":")", std::string(10'000, 'x'), R"("})");
  std::string list = host;
  for (int i = 0; i < 9; ++i) absl::StrAppend(&list, ",", host);
  const Task task =
      DecodeTask(absl::StrCat(R"({"host_info_list":[)", list, "]}"));

  ASSERT_EQ(task.host_info_list_size(), 10);
  EXPECT_TRUE(task.host_info_list(5).unrecognized().contains("x"));
  EXPECT_THAT(task.host_info_list(6).unrecognized(),
              ElementsAre(Pair("...", "1")));
}

TEST(PageDecoderMendTest, CountsWhatIsNestedTooDeep) {
  const auto nested = [](size_t depth) {
    return absl::StrCat(R"({"task_id":"t","x":)", std::string(depth, '['),
                        std::string(depth, ']'), "}");
  };

  const Task kept = DecodeTask(nested(29));  // 32 with root, list and row
  const Task counted = DecodeTask(nested(30));
  const Task huge = DecodeTask(nested(1'000'000));

  EXPECT_THAT(kept.unrecognized().at("x"), SizeIs(58));
  EXPECT_THAT(counted.unrecognized(), ElementsAre(Pair("...", "1")));
  EXPECT_EQ(huge.task_id(), "t");
}

TEST(PageDecoderMendTest, RefusesARootThatIsNestedTooDeep) {
  const auto root = [](size_t depth) {
    return absl::StrCat(R"({"data_list":[],"x":)", std::string(depth, '['),
                        std::string(depth, ']'), "}");
  };

  EXPECT_EQ(CauseOf(root(31)), "OK");
  EXPECT_EQ(CauseOf(root(32)), "TOO_DEEP");
  EXPECT_EQ(CauseOf(root(1'000'000)), "TOO_DEEP");
}

TEST(PageDecoderMendTest, RefusesAPageOfTooManyRows) {
  std::string rows = "0";
  for (int i = 1; i < 10'001; ++i) rows += ",0";

  EXPECT_EQ(CauseOf(absl::StrCat(R"({"data_list":[)", rows, "]}")),
            "TOO_LARGE");
}

TEST(PageDecoderMendTest, KeepsALongStringInARecordWithinTheBound) {
  const std::string reason(200'000, 'r');
  const Host host =
      DecodeHost(absl::StrCat(R"({"fail_reason":")", reason, R"("})"));

  EXPECT_EQ(host.fail_reason(), reason);
}

TEST(PageDecoderMendTest, DropsTheLongestStringsOfARecordOverTheBound) {
  DecodeStats stats;
  const Host host =
      DecodeHost(absl::StrCat(R"({"fail_reason":")", std::string(300'000, 'r'),
                              R"(","os_name":")", std::string(20'000, 'o'),
                              R"(","host_id":"h"})"),
                 &stats);

  EXPECT_EQ(host.host_id(), "h");
  EXPECT_THAT(host.fail_reason(), IsEmpty());
  EXPECT_THAT(host.unrecognized().at("os_name"), SizeIs(20'002));
  EXPECT_EQ(host.unrecognized().at("..."), "1");
  EXPECT_EQ(stats.CountOf(DriftKind::kLong, "fail_reason"), 1);
}

TEST(PageDecoderMendTest, NoRecordIsOverTheBound) {
  std::string host = "{";
  for (const char* key :
       {"host_id", "host_name", "private_ip", "public_ip", "scan_progress",
        "fail_reason", "agent_id", "host_status", "os_name", "os_version"}) {
    absl::StrAppend(&host, "\"", key, "\":\"", std::string(40'000, 'x'), "\",");
  }
  const Host got =
      DecodeHost(host + R"("x":")" + std::string(60'000, 'x') + R"("})");

  EXPECT_LE(got.ByteSizeLong(), size_t{256} << 10U);
}

TEST(PageDecoderMendTest, BoundsTheNamesThatAreCounted) {
  DecodeStats stats;
  for (int i = 0; i < 1000; ++i) {
    stats.Add(DriftKind::kField, absl::StrCat("n", i));
  }
  stats.Add(DriftKind::kField, "bad\nname");

  EXPECT_LE(stats.counts().size(), DecodeStats::kMaxCounts + 1);
  EXPECT_EQ(stats.CountOf(DriftKind::kField, "other"),
            1000 - static_cast<int64_t>(DecodeStats::kMaxCounts) + 1);
}

struct Utf8Case {
  const char* name;
  std::string text;
  size_t size;
  bool valid;
};

class FirstCharacterTest : public testing::TestWithParam<Utf8Case> {};

TEST_P(FirstCharacterTest, HasTheSize) {
  bool valid = false;
  EXPECT_EQ(FirstCharacterSize(GetParam().text, &valid), GetParam().size);
  EXPECT_EQ(valid, GetParam().valid);
}

// Unicode's table 3-7 at its edges, and the longest start of what is wrong.
const Utf8Case kUtf8Cases[] = {
    {"Ascii", "a", 1, true},
    {"Nul", std::string(1, '\0'), 1, true},
    {"Continuation", "\x80", 1, false},
    {"OverlongTwo", "\xC0\x80", 1, false},
    {"FirstOfTwo", "\xC2\x80", 2, true},
    {"TwoCutShort", "\xDF", 1, false},
    {"OverlongThree", "\xE0\x9F\x80", 1, false},
    {"FirstOfThree", "\xE0\xA0\x80", 3, true},
    {"ThreeCutShort", "\xE4\xBD\"", 2, false},
    {"Surrogate", "\xED\xA0\x80", 1, false},
    {"LastBeforeSurrogates", "\xED\x9F\xBF", 3, true},
    {"OverlongFour", "\xF0\x8F\x80\x80", 1, false},
    {"FirstOfFour", "\xF0\x90\x80\x80", 4, true},
    {"FourCutShort", "\xF0\x9F\x98", 3, false},
    {"Last", "\xF4\x8F\xBF\xBF", 4, true},
    {"Beyond", "\xF4\x90\x80\x80", 1, false},
    {"NoFirstByte", "\xF5\x80\x80\x80", 1, false},
};

std::string TestName(const testing::TestParamInfo<Utf8Case>& tested) {
  return tested.param.name;
}

INSTANTIATE_TEST_SUITE_P(Utf8, FirstCharacterTest,
                         testing::ValuesIn(kUtf8Cases), TestName);

}  // namespace
}  // namespace hssgw
