// SPDX-License-Identifier: Apache-2.0
// One ListTasks call: pulls frames from its lister and writes them, one at a
// time. Holds no state of the listing but the frame being written.
//
// Threads: gRPC's; never blocks.
// Lifetime: deletes itself when gRPC is done with it.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/metrics.h"
#include "service/tasks/page_source.h"
#include "service/tasks/task_lister.h"
#include "service/tasks/task_query.h"

namespace hssgw {

// What every call works with; outlives the calls.
struct TaskStreamParts {
  ListerParts lister;
  const QueryScope& scope;
  // Upstream calls cost nothing, so more may be under way.
  bool calls_are_free;
  Metrics& metrics;
};

class TaskStream : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  TaskStream(const TaskStreamParts& parts, grpc::CallbackServerContext& context,
             const grpc::ByteBuffer& request, std::string call_id);

  void OnSendInitialMetadataDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void Advance();
  void Send(absl::StatusOr<std::optional<Frame>> frame);
  void End(const absl::Status& status);

  grpc::CallbackServerContext& context_;
  Clock& clock_;
  Metrics& metrics_;
  const std::string call_id_;
  const absl::Time start_;
  std::string project_id_;
  // Null: the request was refused.
  std::shared_ptr<TaskLister> lister_;
  absl::Status refusal_;
  absl::Status end_;
  bool frame_sent_ = false;
  grpc::ByteBuffer buffer_;  // the frame being written
};

}  // namespace hssgw
