// SPDX-License-Identifier: Apache-2.0
#include "client/task_reader.h"

#include <utility>

namespace hssgw {

using ::hss::antivirus::v1::AntivirusTaskService;
using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::Task;

TaskReader::TaskReader(AntivirusTaskService::StubInterface& stub,
                       const ListTasksRequest& request,
                       const TaskReaderOptions& options) {
  if (options.deadline != absl::InfiniteFuture()) {
    context_.set_deadline(absl::ToChronoTime(options.deadline));
  }
  stream_ = stub.ListTasks(&context_, request);
}

TaskReader::~TaskReader() {
  if (ended_) return;
  context_.TryCancel();
  End();
}

std::optional<Task> TaskReader::Next() {
  std::optional<Task> task;
  while (!ended_) {
    if (next_in_frame_ == frame_.tasks_size()) {
      if (!ReadFrame()) return std::nullopt;
      continue;
    }
    Task& part = *frame_.mutable_tasks(next_in_frame_++);
    const bool continues = part.host_info_list_continues();
    if (!task.has_value()) {
      task = std::move(part);
    } else {
      // All parts have the same scalars and the next hosts.
      for (auto& host : *part.mutable_host_info_list()) {
        *task->add_host_info_list() = std::move(host);
      }
    }
    task->clear_host_info_list_continues();
    if (!continues) return task;
  }
  return std::nullopt;
}

bool TaskReader::ReadFrame() {
  frame_.Clear();
  next_in_frame_ = 0;
  if (!stream_->Read(&frame_)) {
    End();
    return false;
  }
  if (frame_.has_progress()) progress_ = frame_.progress();
  if (frame_.has_summary()) {
    has_summary_ = true;
    summary_ = frame_.summary();
  }
  return true;
}

void TaskReader::End() {
  ended_ = true;
  status_ = stream_->Finish();
  if (status_.ok() && !has_summary_) {
    status_ = {grpc::StatusCode::DATA_LOSS,
               "the stream ended without a summary: tasks may be missing"};
  }
}

}  // namespace hssgw
