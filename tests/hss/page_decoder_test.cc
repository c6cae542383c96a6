// SPDX-License-Identifier: Apache-2.0
// One test for each rule by which an answer is read.
#include "service/hss/page_decoder.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/base/error.h"
#include "service/hss/task_id_hash.h"
#include "tests/hss/decoded_page.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::AGENT_STATUS_ONLINE;
using ::hss::antivirus::v1::ASSET_VALUE_UNSPECIFIED;
using ::hss::antivirus::v1::Host;
using ::hss::antivirus::v1::SCAN_TYPE_UNSPECIFIED;
using ::hss::antivirus::v1::Task;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(PageDecoderTest, KeepsMissingNullAndZeroApart) {
  const Task missing = DecodeTask("{}");
  const Task null = DecodeTask(R"({"host_num":null,"rescan":null})");
  const Task zero = DecodeTask(R"({"host_num":0,"rescan":false})");

  EXPECT_FALSE(missing.has_host_num() || missing.has_rescan());
  EXPECT_FALSE(null.has_host_num() || null.has_rescan());
  EXPECT_TRUE(zero.has_host_num() && zero.has_rescan());
  EXPECT_THAT(null.unrecognized(), IsEmpty());
}

TEST(PageDecoderTest, KeepsATimeOfZeroPresent) {
  const Host host = DecodeHost(R"({"start_time":0,"run_duration":0})");

  EXPECT_TRUE(host.has_start_time());
  EXPECT_TRUE(host.has_run_duration());
  EXPECT_FALSE(DecodeHost(R"({"start_time":null})").has_start_time());
}

TEST(PageDecoderTest, SplitsMillisecondsDownward) {
  const Task before_1970 = DecodeTask(R"({"start_time":-1})");

  EXPECT_EQ(before_1970.start_time().seconds(), -1);
  EXPECT_EQ(before_1970.start_time().nanos(), 999'000'000);
}

TEST(PageDecoderTest, KeepsTimesOfTheYears1To9999) {
  const Task first = DecodeTask(R"({"start_time":-62135596800000})");
  const Task last = DecodeTask(R"({"start_time":253402300799999})");
  const Task before = DecodeTask(R"({"start_time":-62135596800001})");
  const Task after = DecodeTask(R"({"start_time":253402300800000})");

  EXPECT_EQ(first.start_time().seconds(), -62135596800);
  EXPECT_EQ(last.start_time().nanos(), 999'000'000);
  EXPECT_FALSE(before.has_start_time() || after.has_start_time());
  EXPECT_THAT(after.unrecognized(),
              ElementsAre(Pair("start_time", "253402300800000")));
}

TEST(PageDecoderTest, KeepsDurationsThatDurationHolds) {
  const Host most = DecodeHost(R"({"run_duration":-315576000000})");
  const Host more = DecodeHost(R"({"run_duration":315576000001})");

  EXPECT_EQ(most.run_duration().seconds(), -315576000000);
  EXPECT_FALSE(more.has_run_duration());
  EXPECT_THAT(more.unrecognized(),
              ElementsAre(Pair("run_duration", "315576000001")));
}

TEST(PageDecoderTest, PutsAnIntegerBeyondInt32Aside) {
  DecodeStats stats;
  const Task task = DecodeTask(
      R"({"host_num":2147483648,"fail_host_num":-2147483648})", &stats);

  EXPECT_FALSE(task.has_host_num());
  EXPECT_EQ(task.fail_host_num(), std::numeric_limits<int32_t>::min());
  EXPECT_THAT(task.unrecognized(), ElementsAre(Pair("host_num", "2147483648")));
  EXPECT_EQ(stats.CountOf(DriftKind::kRange, "host_num"), 1);
}

TEST(PageDecoderTest, ReadsAllOfInt64AndNoMore) {
  const auto scanned = [](const char* number) {
    return DecodeHost(absl::StrCat(R"({"scan_file_num":)", number, "}"));
  };

  EXPECT_EQ(scanned("9223372036854775807").scan_file_num(),
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ(scanned("-9223372036854775808").scan_file_num(),
            std::numeric_limits<int64_t>::min());
  EXPECT_FALSE(scanned("9223372036854775808").has_scan_file_num());
  EXPECT_FALSE(scanned("1e400").has_scan_file_num());
}

TEST(PageDecoderTest, ReadsAnIntegerInAString) {
  DecodeStats stats;
  const Task task =
      DecodeTask(R"({"host_num":"17","start_time":"1737532317458"})", &stats);

  EXPECT_EQ(task.host_num(), 17);
  EXPECT_EQ(task.start_time().seconds(), 1737532317);
  EXPECT_THAT(task.unrecognized(), IsEmpty());
  EXPECT_EQ(stats.CountOf(DriftKind::kNumberText, "host_num"), 1);
}

TEST(PageDecoderTest, ReadsIntegersWrittenAsDecimals) {
  DecodeStats stats;
  const Task task = DecodeTask(
      R"({"host_num":1.0,"start_time":1.7E12,"fail_host_num":-20e-1})", &stats);

  EXPECT_EQ(task.host_num(), 1);
  EXPECT_EQ(task.start_time().seconds(), 1'700'000'000);
  EXPECT_EQ(task.fail_host_num(), -2);
  EXPECT_EQ(stats.CountOf(DriftKind::kNumberText, "start_time"), 1);
}

TEST(PageDecoderTest, PutsAFractionAside) {
  DecodeStats stats;
  const Task task = DecodeTask(R"({"host_num":1.5})", &stats);

  EXPECT_FALSE(task.has_host_num());
  EXPECT_THAT(task.unrecognized(), ElementsAre(Pair("host_num", "1.5")));
  EXPECT_EQ(stats.CountOf(DriftKind::kType, "host_num"), 1);
}

TEST(PageDecoderTest, ReadsANumberWhereAStringIsMeant) {
  DecodeStats stats;
  const Host host = DecodeHost(R"({"os_version":2.50,"host_id":7})", &stats);

  EXPECT_EQ(host.os_version(), "2.50");
  EXPECT_EQ(host.host_id(), "7");
  EXPECT_EQ(stats.CountOf(DriftKind::kNumberText, "os_version"), 1);
}

TEST(PageDecoderTest, ReadsFalseInAStringAsFalse) {
  DecodeStats stats;
  const Task task =
      DecodeTask(R"({"rescan":"false","whether_paid_task":"true"})", &stats);

  EXPECT_TRUE(task.has_rescan());
  EXPECT_FALSE(task.rescan());
  EXPECT_TRUE(task.whether_paid_task());
  EXPECT_EQ(stats.CountOf(DriftKind::kBoolText, "rescan"), 1);
}

TEST(PageDecoderTest, TakesNoNumberForABool) {
  const Task task = DecodeTask(R"({"rescan":1})");

  EXPECT_FALSE(task.has_rescan());
  EXPECT_THAT(task.unrecognized(), ElementsAre(Pair("rescan", "1")));
}

TEST(PageDecoderTest, TakesNoBoolForTheQuotaNumber) {
  const Host host = DecodeHost(R"({"whether_using_quota":true})");

  EXPECT_FALSE(host.has_whether_using_quota());
  EXPECT_THAT(host.unrecognized(),
              ElementsAre(Pair("whether_using_quota", "true")));
}

TEST(PageDecoderTest, KeepsAnUnknownWord) {
  DecodeStats stats;
  const Task task = DecodeTask(R"({"scan_type":"deep"})", &stats);

  EXPECT_EQ(task.scan_type(), SCAN_TYPE_UNSPECIFIED);
  EXPECT_THAT(task.unrecognized(), ElementsAre(Pair("scan_type", "\"deep\"")));
  EXPECT_EQ(stats.CountOf(DriftKind::kWord, "scan_type"), 1);
}

TEST(PageDecoderTest, ReadsAWordWithEscapes) {
  const Host host = DecodeHost(R"({"agent_status":"onlin\u0065"})");

  EXPECT_EQ(host.agent_status(), AGENT_STATUS_ONLINE);
}

TEST(PageDecoderTest, KeepsAnyUnknownFieldAsItsText) {
  DecodeStats stats;
  const Task task = DecodeTask(
      R"({"a":[1, {"b":null}],"c":"x\n","d":1.50,"e":{},"f":null})", &stats);

  EXPECT_THAT(task.unrecognized(),
              UnorderedElementsAre(Pair("a", R"([1, {"b":null}])"),
                                   Pair("c", R"("x\n")"), Pair("d", "1.50"),
                                   Pair("e", "{}"), Pair("f", "null")));
  EXPECT_EQ(stats.CountOf(DriftKind::kField, "d"), 1);
}

TEST(PageDecoderTest, KeepsAValueOfTheWrongType) {
  DecodeStats stats;
  const Task task = DecodeTask(
      R"({"task_id":{"x":1},"host_num":"many","host_info_list":"none"})",
      &stats);

  EXPECT_THAT(task.unrecognized(),
              UnorderedElementsAre(Pair("task_id", R"({"x":1})"),
                                   Pair("host_num", R"("many")"),
                                   Pair("host_info_list", R"("none")")));
  EXPECT_EQ(stats.CountOf(DriftKind::kType, "host_info_list"), 1);
}

TEST(PageDecoderTest, LeavesOutAnEmptyStringOfAText) {
  const Task task = DecodeTask(R"({"task_name":"","scan_type":""})");

  EXPECT_THAT(task.task_name(), IsEmpty());
  // No word of the list, so it is said that it was there.
  EXPECT_THAT(task.unrecognized(), ElementsAre(Pair("scan_type", "\"\"")));
}

TEST(PageDecoderTest, UnescapesStrings) {
  const Task task =
      DecodeTask(R"({"task_name":"\u5feb\u901f \"A\" \\ \/ \t \ud83d\ude00"})");

  EXPECT_EQ(task.task_name(), "快速 \"A\" \\ / \t 😀");
}

TEST(PageDecoderTest, ReadsKeysWithEscapes) {
  const Task task = DecodeTask(R"({"task\u005fid":"t","n\u0065w":1})");

  EXPECT_EQ(task.task_id(), "t");
  EXPECT_THAT(task.unrecognized(), ElementsAre(Pair("new", "1")));
}

TEST(PageDecoderTest, ReadsSpaceAnywhere) {
  const DecodedPage got = DecodePage(
      " \r\n{ \"total_num\" : 1 ,\t\"data_list\" : [ { \"task_id\" : \"t\" } ] "
      "}\n ");

  ASSERT_TRUE(got.page.ok()) << got.page.status();
  EXPECT_EQ(got.task(0).task_id(), "t");
}

TEST(PageDecoderTest, SkipsAByteOrderMark) {
  const DecodedPage got =
      DecodePage("\xEF\xBB\xBF{\"data_list\":[{\"task_id\":\"t\"}]}");

  ASSERT_TRUE(got.page.ok()) << got.page.status();
  EXPECT_EQ(got.task(0).task_id(), "t");
}

TEST(PageDecoderTest, LastOfARepeatedKeyWins) {
  DecodeStats stats;
  const Task task =
      DecodeTask(R"({"task_id":"a","host_num":1,"x":1,"host_num":"2","x":[2],)"
                 R"("task_id":"b"})",
                 &stats);

  EXPECT_EQ(task.task_id(), "b");
  EXPECT_EQ(task.host_num(), 2);
  EXPECT_THAT(task.unrecognized(), ElementsAre(Pair("x", "[2]")));
  EXPECT_EQ(stats.CountOf(DriftKind::kRepeated, "host_num"), 1);
}

TEST(PageDecoderTest, LastOfARepeatedKeyWinsWhenNull) {
  const Task task =
      DecodeTask(R"({"host_num":1,"task_id":"a","host_num":null})");

  EXPECT_FALSE(task.has_host_num());
  EXPECT_EQ(task.task_id(), "a");
}

TEST(PageDecoderTest, LastHostListWins) {
  const Task replaced =
      DecodeTask(R"({"host_info_list":[{"host_id":"a"},{"host_id":"b"}],)"
                 R"("host_info_list":[{"host_id":"c"}]})");
  const Task emptied = DecodeTask(
      R"({"host_info_list":[{"host_id":"a"}],"host_info_list":null})");

  ASSERT_EQ(replaced.host_info_list_size(), 1);
  EXPECT_EQ(replaced.host_info_list(0).host_id(), "c");
  EXPECT_EQ(emptied.host_info_list_size(), 0);
}

TEST(PageDecoderTest, LastOfAKeyRepeatedWithEscapesWins) {
  const Host host = DecodeHost(R"({"host_id":"a","host\u005fid":"b"})");

  EXPECT_EQ(host.host_id(), "b");
}

TEST(PageDecoderTest, LastDataListAndTotalWin) {
  const DecodedPage got =
      DecodePage(R"({"total_num":1,"data_list":[{"task_id":"a"}],)"
                 R"("total_num":2,"data_list":[{"task_id":"b"}]})");

  ASSERT_TRUE(got.page.ok());
  ASSERT_EQ(got.response.tasks_size(), 1);
  EXPECT_EQ(got.task(0).task_id(), "b");
  EXPECT_EQ((*got.page)->total_num, 2);
}

TEST(PageDecoderTest, AMissingOrNullListIsAnEmptyPage) {
  for (const char* body :
       {"{}", R"({"data_list":null})", R"({"total_num":3})",
        R"({"total_num":3,"data_list":null})", R"({"data_list":[]})"}) {
    const DecodedPage got = DecodePage(body);
    ASSERT_TRUE(got.page.ok()) << body << got.page.status();
    EXPECT_THAT((*got.page)->tasks, IsEmpty()) << body;
  }
}

TEST(PageDecoderTest, AnUnknownTotalIsNotZero) {
  for (const char* total : {"null", "\"many\"", "[]", "-1", "1.5", "1e99"}) {
    const DecodedPage got =
        DecodePage(absl::StrCat(R"({"data_list":[],"total_num":)", total, "}"));
    ASSERT_TRUE(got.page.ok()) << total;
    EXPECT_EQ((*got.page)->total_num, std::nullopt) << total;
    EXPECT_EQ(got.stats.empty(), std::string(total) == "null") << total;
  }
}

TEST(PageDecoderTest, ReadsATotalAboveInt32) {
  const auto total_of = [](const char* total) {
    return (*DecodePage(absl::StrCat(R"({"total_num":)", total, "}")).page)
        ->total_num;
  };

  EXPECT_EQ(total_of("2147483648"), 2147483648);
  EXPECT_EQ(total_of("\"126\""), 126);
  EXPECT_EQ(total_of("126.0"), 126);
}

TEST(PageDecoderTest, DeliversARowThatIsNoObject) {
  DecodeStats stats;
  const DecodedPage got =
      DecodePage(R"({"data_list":[null,5,"x",[1,2],{"task_id":"t"}]})");

  ASSERT_EQ(got.response.tasks_size(), 5);
  EXPECT_THAT(got.task(0).unrecognized(), ElementsAre(Pair("_raw", "null")));
  EXPECT_THAT(got.task(2).unrecognized(), ElementsAre(Pair("_raw", "\"x\"")));
  EXPECT_THAT(got.task(3).unrecognized(), ElementsAre(Pair("_raw", "[1,2]")));
  EXPECT_EQ(got.task(4).task_id(), "t");
  EXPECT_EQ(got.stats.CountOf(DriftKind::kRow, "data_list"), 4);
}

TEST(PageDecoderTest, DeliversAHostThatIsNoObject) {
  const Task task = DecodeTask(R"({"host_info_list":[null,{"host_id":"h"}]})");

  ASSERT_EQ(task.host_info_list_size(), 2);
  EXPECT_THAT(task.host_info_list(0).unrecognized(),
              ElementsAre(Pair("_raw", "null")));
  EXPECT_EQ(task.host_info_list(1).host_id(), "h");
}

TEST(PageDecoderTest, WritesHostsLast) {
  const DecodedPage got =
      DecodePage(R"({"data_list":[{"host_info_list":[{"host_id":"h"}],"x":1,)"
                 R"("task_id":"t","rescan":true}]})");
  const TaskSpan span = (*got.page)->tasks[0];

  Task basic;
  ASSERT_TRUE(basic.ParseFromString(
      (*got.page)->wire.substr(span.scalars, span.hosts - span.scalars)));

  EXPECT_EQ(basic.host_info_list_size(), 0);
  EXPECT_EQ(basic.task_id(), "t");
  EXPECT_TRUE(basic.rescan());
  EXPECT_THAT(basic.unrecognized(), ElementsAre(Pair("x", "1")));
  EXPECT_LT(span.hosts, span.end);
}

TEST(PageDecoderTest, IndexesTimeAndIdentity) {
  const DecodedPage got = DecodePage(
      R"({"data_list":[{"task_id":"t","start_time":1737532317458},)"
      R"({"task_id":"t","whether_paid_task":false},{"start_time":"never"}]})",
      {.whether_paid_task = true});
  const std::vector<TaskSpan>& spans = (*got.page)->tasks;

  EXPECT_EQ(spans[0].start_millis, 1737532317458);
  EXPECT_EQ(spans[0].id_hash, HashTaskId(true, "t"));
  EXPECT_EQ(spans[1].start_millis, kNoTime);
  EXPECT_EQ(spans[1].id_hash, HashTaskId(false, "t"));
  EXPECT_EQ(spans[2].id_hash, 0U);
}

TEST(PageDecoderTest, KeepsWhatWasAsked) {
  const absl::Time sent = absl::FromUnixSeconds(1737532317);

  const DecodedPage got =
      DecodePage("{}", {.offset = 190, .limit = 200, .sent_at = sent});

  EXPECT_EQ((*got.page)->offset, 190);
  EXPECT_EQ((*got.page)->limit, 200);
  EXPECT_EQ((*got.page)->sent_at, sent);
}

TEST(PageDecoderTest, RefusesWhatIsNoPage) {
  EXPECT_EQ(CauseOf(""), "EMPTY");
  EXPECT_EQ(CauseOf(" \n"), "EMPTY");
  EXPECT_EQ(CauseOf("<html><body>login</body></html>"), "HTML");
  EXPECT_EQ(CauseOf("hello"), "NOT_JSON");
  EXPECT_EQ(CauseOf(R"(["x"])"), "NOT_OBJECT");
  EXPECT_EQ(CauseOf("null"), "NOT_OBJECT");
  EXPECT_EQ(CauseOf(R"({"data_list":{}})"), "NO_LIST");
  EXPECT_EQ(CauseOf(R"({"message":"ok"})"), "NO_LIST");
  EXPECT_EQ(CauseOf("{} {}"), "NOT_JSON");
  EXPECT_EQ(CauseOf(R"({"data_list" []})"), "NOT_JSON");
  EXPECT_EQ(CauseOf(R"({"total_num":tru,"data_list":[]})"), "NOT_JSON");
  EXPECT_EQ(CauseOf(R"({"data_list":[{"a":1]})"), "NOT_JSON");
}

TEST(PageDecoderTest, RefusesEveryPageThatIsCutShort) {
  const std::string whole =
      R"({"total_num":1,"data_list":[{"task_id":"t","host_info_list":[{}]}]})";

  for (size_t size = 1; size < whole.size(); ++size) {
    EXPECT_EQ(CauseOf(whole.substr(0, size)), "CUT_SHORT")
        << whole.substr(0, size);
  }
}

TEST(PageDecoderTest, TellsAnErrorFromAPage) {
  EXPECT_EQ(CauseOf(R"({"error_code":"HSS.0001","error_msg":"no"})"),
            "ERROR_BODY");
  EXPECT_EQ(CauseOf(R"({"error":{"code":401,"message":"no"}})"), "ERROR_BODY");
  EXPECT_EQ(CauseOf(R"({"data_list":null,"error_code":"HSS.0001"})"),
            "ERROR_BODY");
  EXPECT_EQ(CauseOf(R"({"data_list":[],"error_code":null})"), "OK");
}

TEST(PageDecoderTest, RefusalNamesPageAndPositionAndNothingElse) {
  const DecodedPage got = DecodePage(R"({"data_list":[{"task_id":"secret"})",
                                     {.offset = 190, .limit = 200});

  const std::string message(got.page.status().message());
  EXPECT_THAT(message, HasSubstr("offset 190"));
  EXPECT_THAT(message, HasSubstr("at byte 34"));
  EXPECT_THAT(message, Not(HasSubstr("secret")));
  EXPECT_EQ(FactsOf(got.page.status()).http_status, 200);
}

TEST(PageDecoderTest, ReadsAnAnswerThatHasNoRoomBehindIt) {
  std::string body = R"({"data_list":[{"task_id":"t"}]})";
  body.shrink_to_fit();

  EXPECT_EQ(DecodePage(body).task(0).task_id(), "t");
}

TEST(PageDecoderTest, IsTheSameAfterOtherPages) {
  PageDecoder decoder;
  const std::string body = R"({"data_list":[{"task_id":"t","x":1}]})";
  const std::string first = (*decoder.Decode(body, {}, nullptr))->wire;

  EXPECT_FALSE(decoder.Decode("{\"data_list\":[{", {}, nullptr).ok());
  EXPECT_TRUE(
      decoder.Decode(R"({"data_list":[{"host_num":1,"x":2}]})", {}, nullptr)
          .ok());

  EXPECT_EQ((*decoder.Decode(body, {}, nullptr))->wire, first);
}

TEST(TaskIdHashTest, IsTheSameForEver) {
  EXPECT_EQ(HashTaskId(false, ""), 0U);
  EXPECT_EQ(HashTaskId(false, "a"), 0x60DE25DBFDCE3954U);
  EXPECT_EQ(HashTaskId(true, "a"), 0x30CCDD7F603D5594U);
  EXPECT_EQ(HashTaskId(false, "291af8-7ba2-4a39-9522-d12033db"),
            0x37C3DF138C0C2783U);
}

}  // namespace
}  // namespace hssgw
