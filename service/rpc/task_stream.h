// SPDX-License-Identifier: Apache-2.0
// One ListTasks call: pulls frames from its lister and writes them, one at a
// time. Holds no state of the listing but the frame being written. A caller
// that takes nothing for five minutes is reset: a status would wait behind the
// data.
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
#include "service/base/clock.h"
#include "service/base/metrics.h"
#include "service/base/mutex.h"
#include "service/rpc/call_record.h"
#include "service/rpc/task_call.h"
#include "service/tasks/task_lister.h"

namespace hssgw {

class TaskStream : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  TaskStream(const TaskCallParts& parts, grpc::CallbackServerContext& context,
             const grpc::ByteBuffer& request, std::string call_id);

  void OnSendInitialMetadataDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // What a timer may reach of a call that gRPC may be done with.
  struct Reach {
    Mutex mu;
    grpc::CallbackServerContext* context ABSL_GUARDED_BY(mu);
  };

  void Advance();
  void Send(absl::StatusOr<std::optional<Frame>> frame);
  void End(const absl::Status& status);

  Clock& clock_;
  Metrics& metrics_;
  CallRecord record_;
  const std::shared_ptr<Reach> reach_;
  // Null: the request was refused.
  std::shared_ptr<TaskLister> lister_;
  absl::Status refusal_;
  absl::Status end_;
  Timer before_deadline_;
  grpc::ByteBuffer buffer_;  // the frame being written
  Timer stall_;              // runs while it is
};

}  // namespace hssgw
