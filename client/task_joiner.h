// SPDX-License-Identifier: Apache-2.0
// Makes whole tasks of what frames carry. The gateway cuts a task that is too
// large for a message: every part has the task's own fields and the next of its
// hosts, and all but the last say that more follow.
//
// Threads: one.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "hss/antivirus/v1/task.pb.h"

namespace hssgw {

class TaskJoiner {
 public:
  // The task, if `part` completes one. Fails with DATA_LOSS for a part of
  // another task than the one that is unfinished.
  absl::StatusOr<std::optional<hss::antivirus::v1::Task>> Add(
      hss::antivirus::v1::Task part);

  // Parts came, the last one did not.
  bool unfinished() const { return task_.has_value(); }

  // Forgets the parts of an unfinished task: it will come again from its start.
  void Drop() { task_.reset(); }

 private:
  std::optional<hss::antivirus::v1::Task> task_;
};

}  // namespace hssgw
