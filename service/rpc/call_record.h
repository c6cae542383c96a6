// SPDX-License-Identifier: Apache-2.0
// One call as metrics and the log tell it, the same for every method.
#pragma once

#include <grpcpp/server_context.h>

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/metrics.h"
#include "service/tasks/task_lister.h"

namespace hssgw {

class CallRecord {
 public:
  // Adds the call's id to its initial metadata. All must outlive it.
  CallRecord(absl::string_view method, std::string call_id,
             grpc::CallbackServerContext& context, const Clock& clock,
             Metrics& metrics);

  void set_project_id(const std::string& project_id) {
    project_id_ = project_id;
  }
  absl::Time start() const { return start_; }

  // The caller's deadline on this clock; absl::InfiniteFuture(): none.
  absl::Time deadline() const { return deadline_; }

  void FrameSent(size_t bytes);

  // Adds what a refused caller's stub should wait to the trailers. REQUIRES:
  // before Finish.
  void AddPushback(const absl::Status& status);

  // The access line and the counts of the call. REQUIRES: once, at the end.
  void Ended(const absl::Status& status, const TaskLister::Account& account);

 private:
  const std::string method_;
  const std::string call_id_;
  grpc::CallbackServerContext& context_;
  const Clock& clock_;
  Metrics& metrics_;
  const absl::Time start_;
  const absl::Time deadline_;
  std::string project_id_;
  bool frame_sent_ = false;
};

}  // namespace hssgw
