// SPDX-License-Identifier: Apache-2.0
// The tasks that hss-simulator lists: made from a seed, so that a test that
// knows the options can make the same ones again and compare field by field.
// Task 0 is the newest. Task i is the same whatever `count` is.
//
// Threads: pure.
//
//   const auto tasks = GenerateTasks({.seed = 7, .count = 450});
//   EXPECT_EQ(received[0].task_name, tasks[0].task_name);
#ifndef HSSGW_TESTS_SIMULATOR_TASK_DATA_H_
#define HSSGW_TESTS_SIMULATOR_TASK_DATA_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hssgw::simulator {

// Table 6 of the API page, in the order in which the page's example has them.
struct SimulatedHost {
  std::string host_id;
  std::string host_name;
  std::string agent_id;
  std::string private_ip;
  std::string public_ip;
  std::string asset_value;
  int64_t start_time = 0;
  int64_t run_duration = 0;
  std::string scan_progress;
  int32_t virus_num = 0;
  int64_t scan_file_num = 0;
  std::string host_task_status;
  std::optional<std::string> fail_reason;
  std::string os_type;
  std::string host_status;
  std::string agent_status;
  std::string protect_status;
  std::string os_name;
  std::string os_version;
  bool deleted = false;
  int32_t whether_using_quota = 0;

  // Names of fields that the JSON leaves out or shows as null. The struct
  // keeps their values, and filters use them.
  std::vector<std::string> omitted, nulled;
  std::string extra;  // `"name":value,...` of fields no document knows.

  bool operator==(const SimulatedHost&) const = default;
};

// Table 5 of the API page.
struct SimulatedTask {
  std::string task_id;
  std::string task_name;
  std::string scan_type;
  std::string start_type;
  std::string action;
  int64_t start_time = 0;
  std::string task_status;
  int32_t host_num = 0;
  int32_t success_host_num = 0;
  int32_t fail_host_num = 0;
  int32_t cancel_host_num = 0;
  std::vector<SimulatedHost> host_info_list;
  bool rescan = false;
  bool whether_paid_task = false;

  std::vector<std::string> omitted, nulled;
  std::string extra;
  // Not part of a row: what enterprise_project_id selects.
  std::string enterprise_project_id = "0";

  bool operator==(const SimulatedTask&) const = default;
};

// The start time of the API page's example; a fixed default keeps data equal
// from run to run.
inline constexpr int64_t kExampleStartMillis = 1737532317458;

struct TaskDataOptions {
  uint64_t seed = 1;
  int64_t count = 5000;
  int min_hosts = 1;
  int max_hosts = 3;
  std::map<int64_t, int> hosts_of;  // Task index to number of hosts.

  double chinese_share = 0.25;  // Tasks and hosts with Chinese names.
  double paid_share = 0.2;
  double failure_share = 0.1;  // Of hosts; the same for the next two.
  double cancel_share = 0.03;
  double scanning_share = 0.02;
  double rescan_share = 0.1;

  int64_t newest_start_millis = kExampleStartMillis;
  int64_t mean_interval_millis = 5 * 60 * 1000;
  double equal_time_share = 0.02;  // Tasks that start as the one before.
  std::vector<std::string> enterprise_projects = {"0"};

  // Drift, off unless asked for. Shares of tasks (and of hosts).
  double missing_share = 0;        // One field left out.
  double null_share = 0;           // One field null.
  double unknown_field_share = 0;  // A field of no document.
  double unknown_word_share = 0;   // A word outside the tables.
  double bad_utf8_share = 0;       // Hosts whose name holds a byte 0xFF.
};

// Newest first.
std::vector<SimulatedTask> GenerateTasks(const TaskDataOptions& options);

// Task `index` as if it had started at `start_millis`.
SimulatedTask GenerateTask(const TaskDataOptions& options, int64_t index,
                           int64_t start_millis);

// Sets the host counts and task_status from the hosts' statuses.
void Summarize(SimulatedTask& task);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_TASK_DATA_H_
