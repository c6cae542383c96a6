// SPDX-License-Identifier: Apache-2.0
// Links the installed stubs and client; there is no gateway, so the call fails.
#include <grpcpp/create_channel.h>

#include "client/task_reader.h"

int main() {
  const auto stub = hss::antivirus::v1::AntivirusTaskService::NewStub(
      grpc::CreateChannel("unix:/none", grpc::InsecureChannelCredentials()));
  hssgw::TaskReader reader(*stub, {}, {});
  if (reader.Next().has_value()) return 1;
  return reader.status().error_code() == grpc::StatusCode::UNAVAILABLE ? 0 : 1;
}
