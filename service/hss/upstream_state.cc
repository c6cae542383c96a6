// SPDX-License-Identifier: Apache-2.0
#include "service/hss/upstream_state.h"

#include "service/base/error.h"

namespace hssgw {

std::optional<UpstreamState> UpstreamStateAfter(const absl::Status& end) {
  if (end.ok()) return UpstreamState::kServes;
  switch (FactsOf(end).reason) {
    case Reason::kUpstreamThrottled:
    case Reason::kUpstreamUnavailable:
    case Reason::kCredentialNotReady:
    case Reason::kUpstreamCredentialRejected:
    case Reason::kUpstreamPermission:
    case Reason::kUpstreamEndpointWrong:
    case Reason::kUpstreamAnswerUnreadable:
      return UpstreamState::kFails;
    case Reason::kUpstreamRefused:
      // The request's fault, but where upstream says that it is its own.
      if (end.code() == absl::StatusCode::kInternal) {
        return UpstreamState::kFails;
      }
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace hssgw
