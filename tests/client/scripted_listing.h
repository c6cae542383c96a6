// SPDX-License-Identifier: Apache-2.0
// A list of tasks as a gateway streams it: frames with tokens, large tasks cut
// in parts, resumed where a token says. Breaks are the test's.
#pragma once

#include <grpcpp/support/status.h>

#include <optional>
#include <string>
#include <vector>

#include "hss/antivirus/v1/task_service.pb.h"

namespace hssgw {

// A token that resumes behind the first `count` tasks.
std::string TokenBehind(int count);

// An error of the gateway with its details.
struct ErrorParts {
  grpc::StatusCode code = grpc::StatusCode::UNAVAILABLE;
  std::string reason;
  std::optional<std::string> resume_token;  // absent: no ResumeInfo
  // Tasks that the stream sent, as ResumeInfo tells. Negative: it does not.
  int tasks_sent = -1;
  int retry_seconds = 0;  // 0: no RetryInfo
};
grpc::Status MakeGatewayError(const ErrorParts& parts);

class ScriptedListing {
 public:
  using Frames = std::vector<hss::antivirus::v1::ListTasksResponse>;
  using Task = hss::antivirus::v1::Task;

  // Tasks "task-0" ... in turns with no, 2 and 7 hosts; a frame holds two tasks
  // and a part two hosts.
  explicit ScriptedListing(int tasks);

  const std::vector<Task>& tasks() const { return tasks_; }

  // All frames that answer the request; the last has the summary.
  Frames Answer(const hss::antivirus::v1::ListTasksRequest& request) const;

 private:
  std::vector<Task> tasks_;
};

}  // namespace hssgw
