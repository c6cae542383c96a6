// SPDX-License-Identifier: Apache-2.0
#include "client/task_joiner.h"

#include <utility>

#include "absl/status/status.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::Task;

bool AreParts(const Task& a, const Task& b) {
  return a.task_id() == b.task_id() &&
         a.whether_paid_task() == b.whether_paid_task();
}

}  // namespace

absl::StatusOr<std::optional<Task>> TaskJoiner::Add(Task part) {
  const bool continues = part.host_info_list_continues();
  part.clear_host_info_list_continues();
  if (!task_.has_value()) {
    task_ = std::move(part);
  } else if (!AreParts(*task_, part)) {
    return absl::DataLossError(
        "a part of a task was followed by another task: its hosts are not "
        "complete; report the call id");
  } else {
    auto& hosts = *task_->mutable_host_info_list();
    hosts.Reserve(hosts.size() + part.host_info_list_size());
    for (auto& host : *part.mutable_host_info_list()) {
      *hosts.Add() = std::move(host);
    }
  }
  if (continues) return std::nullopt;
  return std::exchange(task_, std::nullopt);
}

}  // namespace hssgw
