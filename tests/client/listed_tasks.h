// SPDX-License-Identifier: Apache-2.0
// What a TaskRange gave, taken to its end.
#pragma once

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "client/task_range.h"

namespace hssgw {

struct Listed {
  std::vector<hss::antivirus::v1::Task> tasks;
  absl::Status status;
};

inline Listed TakeAll(TaskRange& range) {
  Listed listed;
  for (auto& task : range) {
    if (task.ok()) {
      listed.tasks.push_back(*std::move(task));
    } else {
      EXPECT_TRUE(listed.status.ok()) << "a second error";
      listed.status = task.status();
    }
  }
  return listed;
}

MATCHER(IsSameTask, "") {
  using ::google::protobuf::util::MessageDifferencer;
  return MessageDifferencer::Equals(std::get<0>(arg), std::get<1>(arg));
}

// Exactly these, in this order, field by field.
inline auto AreTasks(const std::vector<hss::antivirus::v1::Task>& tasks) {
  return testing::Pointwise(IsSameTask(), tasks);
}

}  // namespace hssgw
