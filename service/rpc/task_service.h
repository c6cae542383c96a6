// SPDX-License-Identifier: Apache-2.0
// hss.antivirus.v1.AntivirusTaskService over gRPC's callback API. Both methods
// are raw: their frames are bytes already.
//
// Lifetime: its parts must outlive it, and it the server.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "hss/antivirus/v1/task_service.grpc.pb.h"
#include "service/rpc/task_call.h"
#include "service/tasks/task_lister.h"
#include "service/tasks/task_query.h"

namespace hssgw {

struct TaskServiceOptions {
  QueryScope scope;
  // True: upstream calls cost nothing, so more may be under way.
  bool calls_are_free = false;
};

class TaskService
    : public hss::antivirus::v1::AntivirusTaskService::
          WithRawCallbackMethod_ListTasks<
              hss::antivirus::v1::AntivirusTaskService::
                  WithRawCallbackMethod_ListTasksPage<
                      hss::antivirus::v1::AntivirusTaskService::Service>> {
 public:
  TaskService(TaskServiceOptions options, const ListerParts& parts,
              Metrics& metrics);

  grpc::ServerWriteReactor<grpc::ByteBuffer>* ListTasks(
      grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* request) override;

  grpc::ServerUnaryReactor* ListTasksPage(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;

 private:
  // Unique among the calls of all replicas, for logs and support.
  std::string NextCallId();

  const TaskServiceOptions options_;
  const TaskCallParts parts_;
  const std::string call_id_prefix_;
  std::atomic<uint32_t> calls_ = 0;
};

}  // namespace hssgw
