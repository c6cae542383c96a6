// SPDX-License-Identifier: Apache-2.0
// Links the installed stubs and client; there is no gateway, so the call fails.
#include <grpcpp/security/credentials.h>

#include "client/gateway_channel.h"
#include "client/task_range.h"

int main() {
  const auto stub = hss::antivirus::v1::AntivirusTaskService::NewStub(
      hssgw::MakeGatewayChannel("unix:/none",
                                grpc::InsecureChannelCredentials()));
  hssgw::TaskRange tasks(*stub, {}, {.start_patience = absl::ZeroDuration()});
  for (const auto& task : tasks) {
    return task.status().code() == absl::StatusCode::kUnavailable ? 0 : 1;
  }
  return 1;
}
