// SPDX-License-Identifier: Apache-2.0
#include "client/call_status.h"

#include "google/rpc/status.pb.h"

namespace hssgw {

absl::Status ToStatus(const grpc::Status& status) {
  // The two enums share their numbers (google.rpc.Code), so this is total.
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return result;
  for (const auto& detail : details.details()) {
    result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return result;
}

absl::Status WithWords(const absl::Status& status, absl::string_view words) {
  absl::Status result(status.code(), absl::StrCat(status.message(), words));
  status.ForEachPayload(
      [&](absl::string_view type_url, const absl::Cord& payload) {
        result.SetPayload(type_url, payload);
      });
  return result;
}

}  // namespace hssgw
