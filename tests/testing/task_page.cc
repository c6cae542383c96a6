// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/task_page.h"

#include <functional>

#include "absl/strings/str_cat.h"
#include "hss/antivirus/v1/task_service.pb.h"

namespace hssgw {

using ::hss::antivirus::v1::ListTasksResponse;
using ::hss::antivirus::v1::Task;

Page MakeTaskPage(const std::vector<Task>& tasks, int32_t offset, int32_t limit,
                  std::optional<int64_t> total_num, absl::Time sent_at) {
  Page page{.offset = offset,
            .limit = limit,
            .total_num = total_num.value_or(static_cast<int64_t>(tasks.size())),
            .sent_at = sent_at};
  for (const Task& task : tasks) {
    Task hosts_alone;
    *hosts_alone.mutable_host_info_list() = task.host_info_list();
    ListTasksResponse response;
    *response.add_tasks() = task;
    const auto begin = static_cast<uint32_t>(page.wire.size());
    page.wire += response.SerializeAsString();
    const auto end = static_cast<uint32_t>(page.wire.size());
    page.tasks.push_back(
        {.begin = begin,
         .scalars = end - static_cast<uint32_t>(task.ByteSizeLong()),
         .hosts = end - static_cast<uint32_t>(hosts_alone.ByteSizeLong()),
         .end = end,
         .start_millis = task.has_start_time()
                             ? task.start_time().seconds() * 1000 +
                                   task.start_time().nanos() / 1'000'000
                             : kNoTime,
         .id_hash = task.task_id().empty()
                        ? 0
                        : std::hash<std::string>()(task.task_id()) | 1U});
  }
  return page;
}

Task MakeGiant(const std::string& task_id, int hosts, size_t host_bytes) {
  Task task;
  task.set_task_id(task_id);
  task.mutable_start_time()->set_seconds(1737532317);
  task.set_task_name("scan of everything");
  for (int i = 0; i < hosts; ++i) {
    auto& host = *task.add_host_info_list();
    host.set_host_id(absl::StrCat("host-", i));
    host.set_host_name(std::string(host_bytes, 'h'));
  }
  return task;
}

}  // namespace hssgw
