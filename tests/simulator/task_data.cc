// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/task_data.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "tests/simulator/seeded_random.h"

namespace hssgw::simulator {
namespace {

// Streams of randomness, so that a changed share moves nothing else.
enum Stream : uint64_t { kGaps = 1, kTask = 2, kHosts = 3, kDrift = 4 };

SeededRandom StreamOf(const TaskDataOptions& options, Stream stream,
                      int64_t index) {
  return SeededRandom(options.seed, static_cast<uint64_t>(index) * 8 + stream);
}

std::string Uuid(SeededRandom& random) {
  const uint64_t a = random.Next();
  const uint64_t b = random.Next();
  return absl::StrFormat(
      "%08x-%04x-4%03x-%04x-%012x", a >> 32U, (a >> 16U) & 0xFFFFU, a & 0xFFFU,
      0x8000U | ((b >> 48U) & 0x3FFFU), b & 0xFFFFFFFFFFFFULL);
}

std::string TaskName(SeededRandom& random, const TaskDataOptions& options,
                     std::string_view scan_type, int64_t start_millis) {
  const std::string stamp = absl::FormatTime(
      "%Y%m%d%H%M%S", absl::FromUnixMillis(start_millis), absl::UTCTimeZone());
  const size_t kind = scan_type == "quick" ? 0 : scan_type == "full" ? 1 : 2;
  constexpr const char* kEnglish[] = {"Quick Scan", "Full Scan", "Custom Scan"};
  constexpr const char* kChinese[] = {"快速查杀", "全盘查杀", "自定义查杀"};
  const bool chinese = random.Chance(options.chinese_share);
  return absl::StrCat(chinese ? kChinese[kind] : kEnglish[kind], "-", stamp);
}

std::string HostName(SeededRandom& random, const TaskDataOptions& options) {
  const int64_t number = random.Below(10000);
  constexpr const char* kEnglish[] = {"ecs-web",        "ecs-db",
                                      "agentcompile",   "k8s-node",
                                      "build \"blue\"", "win\\dc"};
  constexpr const char* kChinese[] = {"生产-数据库", "测试环境", "华北-网关",
                                      "安全审计🔒"};
  const bool chinese = random.Chance(options.chinese_share);
  const char* const base =
      chinese ? random.Pick(kChinese) : random.Pick(kEnglish);
  return absl::StrFormat("%s-%04d", base, number);
}

std::string HostStatus(SeededRandom& random, const TaskDataOptions& options) {
  if (random.Chance(options.failure_share)) return "fail";
  if (random.Chance(options.cancel_share)) return "cancel";
  if (random.Chance(options.scanning_share)) return "scanning";
  return "success";
}

void FillProgress(SeededRandom& random, SimulatedHost& host) {
  constexpr const char* kReasons[] = {"Agent offline", "磁盘空间不足",
                                      "scan \"timeout\" (30 min)",
                                      "The agent is busy.\nTry again later."};
  const std::string& status = host.host_task_status;
  const int64_t percent = status == "success" ? 100 : random.Below(100);
  host.scan_progress = absl::StrCat(percent, "%");
  host.run_duration = percent == 0 ? 0 : 1 + random.Below(7200);
  host.scan_file_num = random.Below(percent * 40000 + 1);
  host.virus_num =
      static_cast<int32_t>(random.Chance(0.1) ? 1 + random.Below(20) : 0);
  if (status == "fail") host.fail_reason = random.Pick(kReasons);
}

void FillSystem(SeededRandom& random, SimulatedHost& host) {
  constexpr const char* kAssets[] = {"important", "common", "test"};
  constexpr const char* kAgents[] = {
      "online",    "online",        "online",         "offline",
      "installed", "not_installed", "install_failed", "installing"};
  constexpr const char* kHosts[] = {"ACTIVE",  "ACTIVE",   "ACTIVE",
                                    "SHUTOFF", "BUILDING", "ERROR"};
  constexpr const char* kProtect[] = {"opened", "opened", "closed"};
  constexpr const char* kLinux[][2] = {{"EulerOS", "2.5"},
                                       {"Ubuntu", "22.04"},
                                       {"CentOS", "7.9"},
                                       {"Debian", "12"}};
  host.asset_value = random.Pick(kAssets);
  host.agent_status = random.Pick(kAgents);
  host.host_status = random.Pick(kHosts);
  host.protect_status = random.Pick(kProtect);
  const auto& system = random.Pick(kLinux);
  const bool windows = random.Chance(0.2);
  host.os_type = windows ? "Windows" : "Linux";
  host.os_name = windows ? "Windows Server" : system[0];
  host.os_version = windows ? "2019" : system[1];
}

SimulatedHost GenerateHost(SeededRandom& random, const TaskDataOptions& options,
                           int64_t start_millis) {
  SimulatedHost host;
  host.host_id = Uuid(random);
  host.agent_id = absl::StrFormat("%016x%016x%016x%016x", random.Next(),
                                  random.Next(), random.Next(), random.Next());
  host.host_name = HostName(random, options);
  host.private_ip =
      absl::StrCat("172.16.", random.Below(256), ".", random.Below(256));
  const int64_t last = random.Below(65536);
  host.public_ip = random.Chance(0.1)
                       ? absl::StrFormat("2001:db8::%x", last)
                       : absl::StrCat("100.85.", last / 256, ".", last % 256);
  host.start_time = start_millis + random.Below(5000);
  host.host_task_status = HostStatus(random, options);
  FillProgress(random, host);
  FillSystem(random, host);
  host.deleted = random.Chance(0.02);
  host.whether_using_quota = random.Chance(0.1) ? 1 : 0;
  return host;
}

int HostCount(SeededRandom& random, const TaskDataOptions& options,
              int64_t index) {
  const int64_t drawn = options.min_hosts +
                        random.Below(options.max_hosts - options.min_hosts + 1);
  const auto chosen = options.hosts_of.find(index);
  return chosen != options.hosts_of.end() ? chosen->second
                                          : static_cast<int>(drawn);
}

// Unknown fields of every JSON kind.
std::string ExtraFields(SeededRandom& random) {
  constexpr const char* kExtra[] = {
      R"("policy_id":"4f2b","labels":{"owner":"安全","tier":[1,2,{"x":null}]})",
      R"("scan_speed":12.5)", R"("is_new":true,"parent":null)",
      R"("quota_left":9223372036854775808)"};
  return random.Pick(kExtra);
}

void DriftTask(SeededRandom& random, const TaskDataOptions& options,
               SimulatedTask& task) {
  constexpr const char* kFields[] = {
      "task_name",        "scan_type",        "start_type",
      "action",           "start_time",       "task_status",
      "host_num",         "success_host_num", "fail_host_num",
      "cancel_host_num",  "host_info_list",   "rescan",
      "whether_paid_task"};
  if (random.Chance(options.missing_share)) {
    task.omitted.emplace_back(random.Pick(kFields));
  }
  if (random.Chance(options.null_share)) {
    task.nulled.emplace_back(random.Pick(kFields));
  }
  if (random.Chance(options.unknown_field_share)) {
    task.extra = ExtraFields(random);
  }
  if (random.Chance(options.unknown_word_share)) {
    constexpr const char* kWords[] = {"memory", "QUICK", "容器"};
    task.scan_type = random.Pick(kWords);
  }
}

void DriftHost(SeededRandom& random, const TaskDataOptions& options,
               SimulatedHost& host) {
  constexpr const char* kFields[] = {
      "host_id",       "host_name",   "agent_id",      "private_ip",
      "public_ip",     "asset_value", "start_time",    "run_duration",
      "scan_progress", "virus_num",   "scan_file_num", "host_task_status",
      "os_type",       "host_status", "agent_status",  "protect_status",
      "os_name",       "os_version",  "deleted",       "whether_using_quota"};
  if (random.Chance(options.missing_share)) {
    host.omitted.emplace_back(random.Pick(kFields));
  }
  if (random.Chance(options.null_share)) {
    host.nulled.emplace_back(random.Pick(kFields));
  }
  if (random.Chance(options.unknown_field_share)) {
    host.extra = ExtraFields(random);
  }
  if (random.Chance(options.unknown_word_share)) {
    constexpr const char* kWords[] = {"upgrading", "ONLINE", "未知"};
    host.agent_status = random.Pick(kWords);
  }
  if (random.Chance(options.bad_utf8_share)) host.host_name += "\xFF";
}

}  // namespace

void Summarize(SimulatedTask& task) {
  const auto with = [&task](std::string_view status) {
    return static_cast<int32_t>(
        std::count_if(task.host_info_list.begin(), task.host_info_list.end(),
                      [status](const SimulatedHost& host) {
                        return host.host_task_status == status;
                      }));
  };
  task.host_num = static_cast<int32_t>(task.host_info_list.size());
  task.success_host_num = with("success");
  task.fail_host_num = with("fail");
  task.cancel_host_num = with("cancel");
  if (with("scanning") > 0) {
    task.task_status = "scanning";
  } else if (task.host_num > 0 && task.fail_host_num == task.host_num) {
    task.task_status = "fail";
  } else if (task.host_num > 0 && task.cancel_host_num == task.host_num) {
    task.task_status = "cancel";
  } else {
    task.task_status = "finish";
  }
}

SimulatedTask GenerateTask(const TaskDataOptions& options, int64_t index,
                           int64_t start_millis) {
  constexpr const char* kScans[] = {"quick", "quick", "full", "custom"};
  constexpr const char* kStarts[] = {"now", "later", "period"};
  constexpr const char* kActions[] = {"auto", "manual"};
  SeededRandom random = StreamOf(options, kTask, index);
  SimulatedTask task;
  task.task_id = Uuid(random);
  task.scan_type = random.Pick(kScans);
  task.start_type = random.Pick(kStarts);
  task.action = random.Pick(kActions);
  task.start_time = start_millis;
  task.task_name = TaskName(random, options, task.scan_type, start_millis);
  task.rescan = random.Chance(options.rescan_share);
  task.whether_paid_task = random.Chance(options.paid_share);
  if (!options.enterprise_projects.empty()) {
    const auto projects =
        static_cast<int64_t>(options.enterprise_projects.size());
    task.enterprise_project_id =
        options
            .enterprise_projects[static_cast<size_t>(random.Below(projects))];
  }
  const int hosts = HostCount(random, options, index);

  SeededRandom host_random = StreamOf(options, kHosts, index);
  SeededRandom drift = StreamOf(options, kDrift, index);
  task.host_info_list.reserve(static_cast<size_t>(hosts));
  for (int i = 0; i < hosts; ++i) {
    task.host_info_list.push_back(
        GenerateHost(host_random, options, start_millis));
    DriftHost(drift, options, task.host_info_list.back());
  }
  Summarize(task);
  DriftTask(drift, options, task);
  return task;
}

std::vector<SimulatedTask> GenerateTasks(const TaskDataOptions& options) {
  std::vector<SimulatedTask> tasks;
  tasks.reserve(static_cast<size_t>(std::max<int64_t>(options.count, 0)));
  int64_t start_millis = options.newest_start_millis;
  for (int64_t index = 0; index < options.count; ++index) {
    SeededRandom gaps = StreamOf(options, kGaps, index);
    const bool equal = gaps.Chance(options.equal_time_share);
    if (index > 0 && !equal) {
      start_millis -= 1 + gaps.Below(2 * options.mean_interval_millis);
    }
    tasks.push_back(GenerateTask(options, index, start_millis));
  }
  return tasks;
}

}  // namespace hssgw::simulator
