// SPDX-License-Identifier: Apache-2.0
// Pages of whole tasks, as decode would make them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "hss/antivirus/v1/task.pb.h"
#include "service/tasks/page.h"

namespace hssgw {

// Ids are hashed so that equal ones are equal. The hosts come last.
Page MakeTaskPage(const std::vector<hss::antivirus::v1::Task>& tasks,
                  int32_t offset = 0, int32_t limit = 200,
                  std::optional<int64_t> total_num = std::nullopt,
                  absl::Time sent_at = absl::UnixEpoch());

// A task with so many hosts of about `host_bytes` bytes each, numbered.
hss::antivirus::v1::Task MakeGiant(const std::string& task_id, int hosts,
                                   size_t host_bytes);

}  // namespace hssgw
