// SPDX-License-Identifier: Apache-2.0
// How a call to the gateway ended, as an absl::Status. The google.rpc details
// that came with it are its payloads, under their type URLs:
//
//   if (const auto info = DetailOf<google::rpc::ErrorInfo>(status)) {
//     if (info->reason() == "BUDGET_EXHAUSTED") ...
//   }
#pragma once

#include <grpcpp/support/status.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace hssgw {

// Code, message and details as they came. Details that cannot be read are left
// out.
absl::Status ToStatus(const grpc::Status& status);

// The same status with `words` after its message.
absl::Status WithWords(const absl::Status& status, absl::string_view words);

// A detail of that type; absent if none came.
template <typename Detail>
std::optional<Detail> DetailOf(const absl::Status& status) {
  const auto payload = status.GetPayload(
      absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name()));
  Detail detail;
  if (!payload.has_value() || !detail.ParseFromString(std::string(*payload))) {
    return std::nullopt;
  }
  return detail;
}

}  // namespace hssgw
