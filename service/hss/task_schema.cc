// SPDX-License-Identifier: Apache-2.0
#include "service/hss/task_schema.h"

namespace hssgw {
namespace {

using enum FieldKind;
using enum FieldRole;

constexpr auto kScanTypes =
    std::to_array<absl::string_view>({"quick", "full", "custom"});
constexpr auto kStartTypes =
    std::to_array<absl::string_view>({"now", "later", "period"});
constexpr auto kActions = std::to_array<absl::string_view>({"auto", "manual"});
constexpr auto kTaskStatuses =
    std::to_array<absl::string_view>({"scanning", "cancel", "fail", "finish"});
constexpr auto kAssetValues =
    std::to_array<absl::string_view>({"important", "common", "test"});
constexpr auto kHostTaskStatuses =
    std::to_array<absl::string_view>({"scanning", "success", "fail", "cancel"});
constexpr auto kOsTypes =
    std::to_array<absl::string_view>({"Linux", "Windows"});
constexpr auto kAgentStatuses = std::to_array<absl::string_view>(
    {"installed", "not_installed", "online", "offline", "install_failed",
     "installing"});
constexpr auto kProtectStatuses =
    std::to_array<absl::string_view>({"closed", "opened"});

// Table 5, AntiVirusTaskResponseInfo.
constexpr auto kTaskRows = std::to_array<FieldRow>({
    {"task_id", 1, kText, kTaskId},
    {"task_name", 2, kText},
    {"scan_type", 3, kWord, kNone, kScanTypes},
    {"start_type", 4, kWord, kNone, kStartTypes},
    {"action", 5, kWord, kNone, kActions},
    {"start_time", 6, kMillis, kStartTime},
    {"task_status", 7, kWord, kNone, kTaskStatuses},
    {"host_num", 8, kInt32},
    {"success_host_num", 9, kInt32},
    {"fail_host_num", 10, kInt32},
    {"cancel_host_num", 11, kInt32},
    {"host_info_list", kHostsField, kHosts},
    {"rescan", 12, kBool},
    {"whether_paid_task", 13, kBool, kPaid},
});

// Table 6, AntiVirusTaskHostResponseInfo.
constexpr auto kHostRows = std::to_array<FieldRow>({
    {"host_id", 1, kText},
    {"host_name", 2, kText},
    {"private_ip", 3, kText},
    {"public_ip", 4, kText},
    {"asset_value", 5, kWord, kNone, kAssetValues},
    {"start_time", 6, kMillis},
    {"run_duration", 7, kSeconds},
    {"scan_progress", 8, kText},
    {"virus_num", 9, kInt32},
    {"scan_file_num", 10, kInt64},
    {"host_task_status", 11, kWord, kNone, kHostTaskStatuses},
    {"fail_reason", 12, kText},
    {"deleted", 13, kBool},
    {"whether_using_quota", 14, kInt32},
    {"agent_id", 15, kText},
    {"os_type", 16, kWord, kNone, kOsTypes},
    {"host_status", 17, kText},
    {"agent_status", 18, kWord, kNone, kAgentStatuses},
    {"protect_status", 19, kWord, kNone, kProtectStatuses},
    {"os_name", 20, kText},
    {"os_version", 21, kText},
});

static_assert(kTaskRows.size() <= kMaxRows);
static_assert(kHostRows.size() <= kMaxRows);

constexpr MessageSchema kTask = {.rows = kTaskRows, .unrecognized = 14};
constexpr MessageSchema kHost = {.rows = kHostRows, .unrecognized = 22};

}  // namespace

QuotedWord::QuotedWord(absl::string_view word) {
  std::array<char, sizeof(bits_)> text{};
  std::array<char, sizeof(mask_)> mask{};
  // A longer word matches nothing: no NUL is in JSON text that was checked.
  if (word.size() > kMaxSize) word = {};
  word.copy(text.data(), word.size());
  text[word.size()] = word.empty() ? '\0' : '"';
  std::memset(mask.data(), 0xFF, word.size() + 1);
  std::memcpy(bits_.data(), text.data(), sizeof(bits_));
  std::memcpy(mask_.data(), mask.data(), sizeof(mask_));
}

const MessageSchema& TaskSchema() { return kTask; }

const MessageSchema& HostSchema() { return kHost; }

}  // namespace hssgw
