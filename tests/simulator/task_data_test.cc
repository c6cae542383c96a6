// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/task_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/simulator/task_json.h"

namespace hssgw::simulator {
namespace {

using nlohmann::json;
using testing::Each;
using testing::Field;
using testing::SizeIs;

int64_t CountIf(const std::vector<SimulatedTask>& tasks,
                bool (*is)(const SimulatedTask&)) {
  return std::count_if(tasks.begin(), tasks.end(), is);
}

TEST(TaskDataTest, SameSeedSameTasks) {
  const TaskDataOptions options{.seed = 7, .count = 300};

  EXPECT_EQ(GenerateTasks(options), GenerateTasks(options));
}

TEST(TaskDataTest, OtherSeedOtherTasks) {
  EXPECT_NE(GenerateTasks({.seed = 1, .count = 1}),
            GenerateTasks({.seed = 2, .count = 1}));
}

TEST(TaskDataTest, TaskDoesNotDependOnTheCount) {
  const auto few = GenerateTasks({.seed = 7, .count = 50});
  auto many = GenerateTasks({.seed = 7, .count = 500});

  many.resize(few.size());
  EXPECT_EQ(few, many);
}

TEST(TaskDataTest, NewestComesFirst) {
  const auto tasks = GenerateTasks({.count = 500});

  EXPECT_EQ(tasks.front().start_time, kExampleStartMillis);
  EXPECT_TRUE(std::is_sorted(tasks.begin(), tasks.end(),
                             [](const auto& a, const auto& b) {
                               return a.start_time > b.start_time;
                             }));
}

TEST(TaskDataTest, IdsDiffer) {
  std::set<std::string> ids;
  for (const auto& task : GenerateTasks({.count = 5000})) {
    ids.insert(task.task_id);
  }
  EXPECT_THAT(ids, SizeIs(5000));
}

TEST(TaskDataTest, SharesAreAboutWhatWasAskedFor) {
  const auto tasks =
      GenerateTasks({.count = 4000, .chinese_share = 0.5, .paid_share = 0.25});

  EXPECT_NEAR(static_cast<double>(CountIf(tasks,
                                          [](const SimulatedTask& task) {
                                            return task.whether_paid_task;
                                          })),
              1000, 100);
  EXPECT_NEAR(static_cast<double>(CountIf(tasks,
                                          [](const SimulatedTask& task) {
                                            return task.task_name[0] < 0;
                                          })),
              2000, 150);
}

TEST(TaskDataTest, CountsOfHostsAddUp) {
  for (SimulatedTask& task : GenerateTasks({.count = 500, .max_hosts = 9})) {
    SCOPED_TRACE(task.task_id);
    const auto hosts = static_cast<int32_t>(task.host_info_list.size());
    EXPECT_EQ(task.host_num, hosts);
    EXPECT_LE(task.success_host_num + task.fail_host_num + task.cancel_host_num,
              hosts);
    const SimulatedTask before = task;
    Summarize(task);
    EXPECT_EQ(task, before);
  }
}

TEST(TaskDataTest, ChosenTaskGetsTenThousandHosts) {
  const auto tasks = GenerateTasks({.count = 3, .hosts_of = {{1, 10000}}});

  EXPECT_THAT(tasks[0].host_info_list, SizeIs(testing::Le(3U)));
  EXPECT_THAT(tasks[1].host_info_list, SizeIs(10000));
}

TEST(TaskDataTest, JsonHoldsEveryField) {
  const auto tasks = GenerateTasks({.count = 200, .failure_share = 0.5});
  for (const SimulatedTask& task : tasks) {
    const json row = json::parse(ToJson(task));
    EXPECT_EQ(row.at("task_id"), task.task_id);
    EXPECT_EQ(row.at("task_name"), task.task_name);
    EXPECT_EQ(row.at("scan_type"), task.scan_type);
    EXPECT_EQ(row.at("start_type"), task.start_type);
    EXPECT_EQ(row.at("action"), task.action);
    EXPECT_EQ(row.at("start_time"), task.start_time);
    EXPECT_EQ(row.at("task_status"), task.task_status);
    EXPECT_EQ(row.at("host_num"), task.host_num);
    EXPECT_EQ(row.at("success_host_num"), task.success_host_num);
    EXPECT_EQ(row.at("fail_host_num"), task.fail_host_num);
    EXPECT_EQ(row.at("cancel_host_num"), task.cancel_host_num);
    EXPECT_EQ(row.at("rescan"), task.rescan);
    EXPECT_EQ(row.at("whether_paid_task"), task.whether_paid_task);
    EXPECT_THAT(row.at("host_info_list"), SizeIs(task.host_info_list.size()));
    EXPECT_EQ(row.size(), 14U);
  }
}

TEST(TaskDataTest, JsonHoldsEveryFieldOfAHost) {
  for (const SimulatedTask& task :
       GenerateTasks({.count = 100, .failure_share = 0.5})) {
    const json rows = json::parse(ToJson(task)).at("host_info_list");
    for (size_t i = 0; i < rows.size(); ++i) {
      const SimulatedHost& host = task.host_info_list[i];
      const json& row = rows[i];
      EXPECT_EQ(row.at("host_id"), host.host_id);
      EXPECT_EQ(row.at("host_name"), host.host_name);
      EXPECT_EQ(row.at("agent_id"), host.agent_id);
      EXPECT_EQ(row.at("private_ip"), host.private_ip);
      EXPECT_EQ(row.at("public_ip"), host.public_ip);
      EXPECT_EQ(row.at("start_time"), host.start_time);
      EXPECT_EQ(row.at("run_duration"), host.run_duration);
      EXPECT_EQ(row.at("scan_progress"), host.scan_progress);
      EXPECT_EQ(row.at("virus_num"), host.virus_num);
      EXPECT_EQ(row.at("scan_file_num"), host.scan_file_num);
      EXPECT_EQ(row.at("host_task_status"), host.host_task_status);
      EXPECT_EQ(row.at("deleted"), host.deleted);
      EXPECT_EQ(row.at("whether_using_quota"), host.whether_using_quota);
      EXPECT_EQ(row.at("os_version"), host.os_version);
      EXPECT_EQ(row.value("fail_reason", ""), host.fail_reason.value_or(""));
      EXPECT_EQ(row.size(), host.fail_reason ? 21U : 20U);
    }
  }
}

TEST(TaskDataTest, DriftIsOffUnlessAskedFor) {
  EXPECT_THAT(GenerateTasks({.count = 300}),
              Each(Field(&SimulatedTask::extra, "")));
}

TEST(TaskDataTest, MissingFieldsAreLeftOutAndNullOnesNull) {
  const auto tasks =
      GenerateTasks({.count = 100, .missing_share = 1, .null_share = 1});
  for (const SimulatedTask& task : tasks) {
    const json row = json::parse(ToJson(task));
    ASSERT_THAT(task.omitted, SizeIs(1));
    EXPECT_FALSE(row.contains(task.omitted[0]));
    if (task.nulled[0] != task.omitted[0]) {
      EXPECT_TRUE(row.at(task.nulled[0]).is_null());
    }
  }
}

TEST(TaskDataTest, UnknownFieldsAndWordsAppearOnDemand) {
  const auto tasks = GenerateTasks(
      {.count = 20, .unknown_field_share = 1, .unknown_word_share = 1});
  for (const SimulatedTask& task : tasks) {
    EXPECT_THAT(json::parse(ToJson(task)), SizeIs(testing::Gt(14U)));
    EXPECT_THAT(task.scan_type, testing::AnyOf("memory", "QUICK", "容器"));
  }
}

TEST(TaskDataTest, BadUtf8ReachesTheWire) {
  const auto tasks = GenerateTasks({.count = 1, .bad_utf8_share = 1});

  EXPECT_THAT(ToJson(tasks[0]), testing::HasSubstr("\xFF"));
}

TEST(TaskDataTest, ForeignRowsAreReadForFilters) {
  const SimulatedTask task = TaskFromJson(json::parse(R"({
      "task_id": "a", "task_name": null, "start_time": 5,
      "whether_paid_task": true, "task_status": 7,
      "host_info_list": [{"host_name": "h"}, null]})"));

  EXPECT_EQ(task.task_id, "a");
  EXPECT_EQ(task.start_time, 5);
  EXPECT_TRUE(task.whether_paid_task);
  EXPECT_EQ(task.task_status, "");
  EXPECT_EQ(task.host_info_list[0].host_name, "h");
}

}  // namespace
}  // namespace hssgw::simulator
