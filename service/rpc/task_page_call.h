// SPDX-License-Identifier: Apache-2.0
// One ListTasksPage call: the only frame of its lister is the response.
//
// Threads: gRPC's; never blocks.
// Lifetime: deletes itself when gRPC is done with it.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "service/rpc/call_record.h"
#include "service/rpc/task_call.h"

namespace hssgw {

class TaskPageCall : public grpc::ServerUnaryReactor {
 public:
  // `response` is gRPC's, until OnDone.
  TaskPageCall(const TaskCallParts& parts, grpc::CallbackServerContext& context,
               const grpc::ByteBuffer& request, grpc::ByteBuffer& response,
               std::string call_id);

  void OnCancel() override;
  void OnDone() override;

 private:
  void End(const absl::Status& status);

  CallRecord record_;
  grpc::ByteBuffer& response_;
  std::shared_ptr<TaskLister> lister_;  // null: the request was refused
  Timer before_deadline_;
  absl::Status end_;
};

}  // namespace hssgw
