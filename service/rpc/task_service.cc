// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/task_service.h"

#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "service/rpc/task_page_call.h"
#include "service/rpc/task_stream.h"

namespace hssgw {

TaskService::TaskService(TaskServiceOptions options, const ListerParts& parts,
                         Metrics& metrics)
    : options_(std::move(options)),
      parts_{.lister = parts,
             .scope = options_.scope,
             .calls_are_free = options_.calls_are_free,
             .metrics = metrics},
      call_id_prefix_(absl::StrCat(absl::Hex(
          absl::Uniform<uint32_t>(absl::BitGen()), absl::kZeroPad8))) {}

grpc::ServerWriteReactor<grpc::ByteBuffer>* TaskService::ListTasks(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return new TaskStream(parts_, *context, *request, NextCallId());
}

grpc::ServerUnaryReactor* TaskService::ListTasksPage(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return new TaskPageCall(parts_, *context, *request, *response, NextCallId());
}

std::string TaskService::NextCallId() {
  return absl::StrCat(call_id_prefix_, "-",
                      absl::Dec(calls_.fetch_add(1) + 1, absl::kZeroPad6));
}

}  // namespace hssgw
