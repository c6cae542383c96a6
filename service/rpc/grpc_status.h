// SPDX-License-Identifier: Apache-2.0
// The only place where a status becomes a grpc::Status: code and message as
// they are, the facts as google.rpc details that grpcurl and stubs show.
#pragma once

#include <grpcpp/support/status.h>

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hss/antivirus/v1/task_service.pb.h"

namespace hssgw {

// Trailers stay below what clients drop (8 KiB of metadata in all).
inline constexpr size_t kMaxDetailBytes = 3 << 10;
inline constexpr size_t kMaxMessageBytes = 1 << 10;

// ErrorInfo, and BadRequest and RetryInfo where they apply. A fault without a
// reason is ours: GATEWAY_FAULT.
// `resume`: where a stream that ended so can go on.
grpc::Status ToGrpcStatus(
    const absl::Status& status,
    const hss::antivirus::v1::ResumeInfo* resume = nullptr);

// What stubs that retry by themselves should wait (`grpc-retry-pushback-ms`).
std::optional<absl::Duration> RetryPushback(const absl::Status& status);

}  // namespace hssgw
