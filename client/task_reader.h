// SPDX-License-Identifier: Apache-2.0
// The tasks of one listing, one after the other, as a C++ caller wants them: a
// task that came in parts is whole again, the end is told apart from a break.
//
//   TaskReader reader(stub, request, {});
//   while (std::optional<Task> task = reader.Next()) Use(*task);
//   if (!reader.status().ok()) return reader.status();
//   // reader.summary() says what the listing was.
//
// Threads: one.
// Lifetime: `stub` must outlive it. Dropping it cancels the call.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>
#include <grpcpp/support/sync_stream.h>

#include <memory>
#include <optional>

#include "absl/time/time.h"
#include "hss/antivirus/v1/task_service.grpc.pb.h"

namespace hssgw {

struct TaskReaderOptions {
  absl::Time deadline = absl::InfiniteFuture();
};

class TaskReader {
 public:
  TaskReader(hss::antivirus::v1::AntivirusTaskService::StubInterface& stub,
             const hss::antivirus::v1::ListTasksRequest& request,
             const TaskReaderOptions& options);
  ~TaskReader();
  TaskReader(const TaskReader&) = delete;
  TaskReader& operator=(const TaskReader&) = delete;

  // The next task; blocks until it is there. Absent: the end, see status().
  std::optional<hss::antivirus::v1::Task> Next();

  // After the end: OK for a listing that came to its own end. A stream that
  // ends with OK but without a summary is DATA_LOSS.
  const grpc::Status& status() const { return status_; }

  // As the last frame told it.
  const hss::antivirus::v1::ListSummary& summary() const { return summary_; }
  const hss::antivirus::v1::ListProgress& progress() const { return progress_; }

 private:
  bool ReadFrame();
  void End();

  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderInterface<hss::antivirus::v1::ListTasksResponse>>
      stream_;
  hss::antivirus::v1::ListTasksResponse frame_;
  int next_in_frame_ = 0;
  bool ended_ = false;
  bool has_summary_ = false;
  grpc::Status status_;
  hss::antivirus::v1::ListSummary summary_;
  hss::antivirus::v1::ListProgress progress_;
};

}  // namespace hssgw
