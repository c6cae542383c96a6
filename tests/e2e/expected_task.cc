// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/expected_task.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::Host;
using ::hss::antivirus::v1::Task;

// "finish" -> TASK_STATUS_FINISH, by the enum's own names.
template <typename Enum>
Enum FromWord(bool (*parse)(google::protobuf::ConstStringParam, Enum*),
              const std::string& prefix, const std::string& word) {
  Enum value{};
  parse(prefix + absl::AsciiStrToUpper(word), &value);
  return value;
}

void SetMillis(int64_t millis, google::protobuf::Timestamp* time) {
  time->set_seconds(millis / 1000);
  time->set_nanos(static_cast<int32_t>(millis % 1000) * 1000000);
}

void SetHost(const simulator::SimulatedHost& from, Host& host) {
  host.set_host_id(from.host_id);
  host.set_host_name(from.host_name);
  host.set_private_ip(from.private_ip);
  host.set_public_ip(from.public_ip);
  host.set_asset_value(FromWord(&hss::antivirus::v1::AssetValue_Parse,
                                "ASSET_VALUE_", from.asset_value));
  SetMillis(from.start_time, host.mutable_start_time());
  host.mutable_run_duration()->set_seconds(from.run_duration);
  host.set_scan_progress(from.scan_progress);
  host.set_virus_num(from.virus_num);
  host.set_scan_file_num(from.scan_file_num);
  host.set_host_task_status(FromWord(&hss::antivirus::v1::HostTaskStatus_Parse,
                                     "HOST_TASK_STATUS_",
                                     from.host_task_status));
  host.set_fail_reason(from.fail_reason.value_or(""));
  host.set_deleted(from.deleted);
  host.set_whether_using_quota(from.whether_using_quota);
  host.set_agent_id(from.agent_id);
  host.set_os_type(
      FromWord(&hss::antivirus::v1::OsType_Parse, "OS_TYPE_", from.os_type));
  host.set_host_status(from.host_status);
  host.set_agent_status(FromWord(&hss::antivirus::v1::AgentStatus_Parse,
                                 "AGENT_STATUS_", from.agent_status));
  host.set_protect_status(FromWord(&hss::antivirus::v1::ProtectStatus_Parse,
                                   "PROTECT_STATUS_", from.protect_status));
  host.set_os_name(from.os_name);
  host.set_os_version(from.os_version);
}

}  // namespace

Task ExpectedTask(const simulator::SimulatedTask& from) {
  Task task;
  task.set_task_id(from.task_id);
  task.set_task_name(from.task_name);
  task.set_scan_type(FromWord(&hss::antivirus::v1::ScanType_Parse, "SCAN_TYPE_",
                              from.scan_type));
  task.set_start_type(FromWord(&hss::antivirus::v1::StartType_Parse,
                               "START_TYPE_", from.start_type));
  task.set_action(FromWord(&hss::antivirus::v1::HandlingAction_Parse,
                           "HANDLING_ACTION_", from.action));
  SetMillis(from.start_time, task.mutable_start_time());
  task.set_task_status(FromWord(&hss::antivirus::v1::TaskStatus_Parse,
                                "TASK_STATUS_", from.task_status));
  task.set_host_num(from.host_num);
  task.set_success_host_num(from.success_host_num);
  task.set_fail_host_num(from.fail_host_num);
  task.set_cancel_host_num(from.cancel_host_num);
  task.set_rescan(from.rescan);
  task.set_whether_paid_task(from.whether_paid_task);
  for (const auto& host : from.host_info_list) {
    SetHost(host, *task.add_host_info_list());
  }
  return task;
}

void ExpectGenerated(const std::vector<Task>& listed,
                     const simulator::TaskDataOptions& data) {
  std::map<std::string, Task> expected;
  for (const auto& task : simulator::GenerateTasks(data)) {
    expected[task.task_id] = ExpectedTask(task);
  }
  ASSERT_THAT(listed, testing::SizeIs(expected.size()));
  for (const Task& task : listed) {
    const auto it = expected.find(task.task_id());
    ASSERT_NE(it, expected.end()) << "unknown or repeated " << task.task_id();
    ASSERT_TRUE(
        google::protobuf::util::MessageDifferencer::Equals(task, it->second))
        << task.ShortDebugString() << "\nexpected\n"
        << it->second.ShortDebugString();
    expected.erase(it);
  }
}

}  // namespace hssgw
