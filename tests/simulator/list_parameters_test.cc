// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/list_parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace hssgw::simulator {
namespace {

using testing::ElementsAre;

constexpr char kRequired[] = "offset=0&limit=10&whether_paid_task=false";

// What is wrong with a query: its code, or "" if nothing.
std::string CodeOf(const std::string& query, const ListRules& rules = {}) {
  const auto checked = ReadListQuery(query, rules);
  const auto* const error = std::get_if<ListError>(&checked);
  return error == nullptr ? "" : error->code;
}

ListQuery Read(const std::string& query, const ListRules& rules = {}) {
  const auto checked = ReadListQuery(query, rules);
  const auto* const error = std::get_if<ListError>(&checked);
  EXPECT_EQ(error, nullptr) << error->message;
  return error == nullptr ? std::get<ListQuery>(checked) : ListQuery{};
}

std::string Repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

struct Case {
  const char* name;
  std::string query;
  const char* code;  // "" if accepted.
  TimeFormat format = TimeFormat::kEpochMillis;
};

// With the mandatory parameters in front.
Case With(const char* name, const std::string& more, const char* code,
          TimeFormat format = TimeFormat::kEpochMillis) {
  return {name, std::string(kRequired) + "&" + more, code, format};
}

class ListParametersTest : public testing::TestWithParam<Case> {};

TEST_P(ListParametersTest, AreCheckedAsThePageSays) {
  const Case& c = GetParam();
  EXPECT_EQ(CodeOf(c.query, {.time_format = c.format}), c.code);
}

INSTANTIATE_TEST_SUITE_P(
    Mandatory, ListParametersTest,
    testing::Values(
        Case{"All", kRequired, ""}, Case{"NoQuery", "", "HSS.0001"},
        Case{"NoOffset", "limit=10&whether_paid_task=false", "HSS.0001"},
        Case{"NoLimit", "offset=0&whether_paid_task=false", "HSS.0001"},
        Case{"NoPaid", "offset=0&limit=10", "HSS.0001"},
        Case{"EmptyOffset", "offset=&limit=10&whether_paid_task=false",
             "HSS.0001"},
        Case{"LimitTwice", std::string(kRequired) + "&limit=20", "HSS.0001"}),
    [](const auto& param) { return param.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Ranges, ListParametersTest,
    testing::Values(
        Case{"GoSample", "limit=0&offset=0&whether_paid_task=false",
             "HSS.0001"},
        Case{"LimitNine", "offset=0&limit=9&whether_paid_task=true",
             "HSS.0001"},
        Case{"LimitMost", "offset=0&limit=200&whether_paid_task=true", ""},
        Case{"LimitOver", "offset=0&limit=201&whether_paid_task=true",
             "HSS.0001"},
        Case{"OffsetMost", "offset=2000000&limit=10&whether_paid_task=true",
             ""},
        Case{"OffsetOver", "offset=2000001&limit=10&whether_paid_task=true",
             "HSS.0001"},
        Case{"OffsetNegative", "offset=-1&limit=10&whether_paid_task=true",
             "HSS.0001"},
        Case{"OffsetHex", "offset=0x1&limit=10&whether_paid_task=true",
             "HSS.0001"},
        Case{"OffsetFraction", "offset=1.0&limit=10&whether_paid_task=true",
             "HSS.0001"},
        Case{"OffsetBlank", "offset=%201&limit=10&whether_paid_task=true",
             "HSS.0001"},
        Case{"OffsetHuge",
             "offset=99999999999999999999&limit=10&whether_paid_task=true",
             "HSS.0001"},
        Case{"PaidUpperCase", "offset=0&limit=10&whether_paid_task=True",
             "HSS.0001"},
        Case{"PaidNumber", "offset=0&limit=10&whether_paid_task=1", "HSS.0001"},
        With("LastDaysLeast", "last_days=1", ""),
        With("LastDaysZero", "last_days=0", "HSS.0001"),
        With("LastDaysMost", "last_days=90", ""),
        With("LastDaysOver", "last_days=91", "HSS.0001")),
    [](const auto& param) { return param.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Texts, ListParametersTest,
    testing::Values(
        With("TaskNameLongest", "task_name=" + Repeat("%E6%9D%80", 128), ""),
        With("TaskNameTooLong", "task_name=" + Repeat("%E6%9D%80", 129),
             "HSS.0001"),
        With("HostNameLongest", "host_name=" + Repeat("x", 256), ""),
        With("HostNameTooLong", "host_name=" + Repeat("x", 257), "HSS.0001"),
        With("PrivateIpTooLong", "private_ip=" + Repeat("1", 129), "HSS.0001"),
        With("PublicIpTooLong", "public_ip=" + Repeat("1", 129), "HSS.0001"),
        With("ProjectTooLong", "enterprise_project_id=" + Repeat("1", 257),
             "HSS.0001"),
        With("EmptyText", "task_name=&host_name", ""),
        With("TaskStatus", "task_status=cancel", ""),
        With("TaskStatusOfHosts", "task_status=success", "HSS.0001"),
        With("HostStatuses", "host_task_status=fail&host_task_status=success",
             ""),
        With("HostStatusBare", "host_task_status", ""),
        With("HostStatusOfTasks", "host_task_status=finish", "HSS.0001"),
        With("HostStatusesJoined", "host_task_status=fail,success", "HSS.0001"),
        With("UnknownParameter", "sort=desc", "")),
    [](const auto& param) { return param.param.name; });

INSTANTIATE_TEST_SUITE_P(
    EpochMillis, ListParametersTest,
    testing::Values(
        With("TwoDays", "begin_time=1737500000000&end_time=1737672800000", ""),
        With("OverTwoDays", "begin_time=1737500000000&end_time=1737672800001",
             "HSS.0001"),
        With("Equal", "begin_time=1737500000000&end_time=1737500000000", ""),
        With("Reversed", "begin_time=1737500000001&end_time=1737500000000",
             "HSS.0001"),
        With("BeginAlone", "begin_time=1737500000000", "HSS.0001"),
        With("EndAlone", "end_time=1737500000000", "HSS.0001"),
        With("Text",
             "begin_time=2025-01-22%2007%3A51%3A57&end_time="
             "2025-01-22%2007%3A51%3A58",
             "HSS.1011"),
        With("Word", "begin_time=yesterday&end_time=1737500000000", "HSS.1011"),
        With("LastDaysWins", "last_days=7&begin_time=bad&end_time=worse", "")),
    [](const auto& param) { return param.param.name; });

constexpr char kTextRange[] =
    "begin_time=2025-01-01%2000%3A00%3A00&end_time=2025-03-01%2023%3A59%3A59";

INSTANTIATE_TEST_SUITE_P(
    UtcText, ListParametersTest,
    testing::Values(
        With("TextOfManyDays", kTextRange, "", TimeFormat::kUtcText),
        With("Millis", "begin_time=1737500000000&end_time=1737500000000",
             "HSS.1011", TimeFormat::kUtcText),
        With("WithT",
             "begin_time=2025-01-01T00:00:00&end_time=2025-01-01T00:00:00",
             "HSS.1011", TimeFormat::kUtcText),
        With("NoSuchDay",
             "begin_time=2025-02-30%2000:00:00&end_time=2025-03-01%2000:00:00",
             "HSS.1011", TimeFormat::kUtcText),
        With("TextReversed",
             "begin_time=2025-01-02%2000:00:00&end_time=2025-01-01%2000:00:00",
             "HSS.0001", TimeFormat::kUtcText),
        With("BothTakesText", kTextRange, "", TimeFormat::kBoth),
        With("BothTakesMillis",
             "begin_time=1737500000000&end_time=1737500000001", "",
             TimeFormat::kBoth)),
    [](const auto& param) { return param.param.name; });

TEST(ListParametersTest, KeepsValuesDecoded) {
  const ListQuery query = Read(
      "whether_paid_task=true&limit=200&offset=190&task_name=%E6%9D%80%20a%2Bb"
      "&host_task_status=success&host_task_status=fail");

  EXPECT_TRUE(query.whether_paid_task);
  EXPECT_EQ(query.limit, 200);
  EXPECT_EQ(query.offset, 190);
  EXPECT_EQ(query.task_name, "杀 a+b");
  EXPECT_THAT(query.host_task_statuses, ElementsAre("success", "fail"));
}

TEST(ListParametersTest, DropsARangeBesideLastDays) {
  const ListQuery query =
      Read(std::string(kRequired) + "&last_days=3&begin_time=1&end_time=2");

  EXPECT_EQ(query.last_days, 3);
  EXPECT_EQ(query.begin_millis, std::nullopt);
}

TEST(ListParametersTest, ReadsTextAsUtc) {
  const ListQuery query = Read(std::string(kRequired) +
                                   "&begin_time=2025-01-22%2007%3A51%3A57"
                                   "&end_time=2025-01-22%2007%3A51%3A58",
                               {.time_format = TimeFormat::kUtcText});

  EXPECT_EQ(query.begin_millis, 1737532317000);
  EXPECT_EQ(query.end_millis, 1737532318000);
}

TEST(ListParametersTest, BoundsLastDaysAsConfigured) {
  const std::string query = std::string(kRequired) + "&last_days=31";

  EXPECT_EQ(CodeOf(query, {.max_last_days = 30}), "HSS.0001");
}

TEST(ListParametersTest, NamesTheParameterInTheMessage) {
  const auto checked =
      ReadListQuery("offset=0&limit=5&whether_paid_task=true", {});

  EXPECT_EQ(std::get<ListError>(checked).message,
            "Invalid parameter limit: range 10 to 200");
}

}  // namespace
}  // namespace hssgw::simulator
