// SPDX-License-Identifier: Apache-2.0
// What the end of a question for a page says of upstream, for the health name
// "upstream".
#pragma once

#include <optional>

#include "absl/status/status.h"

namespace hssgw {

enum class UpstreamState {
  kServes,
  // Also with a credential that it does not take, or while it throttles.
  kFails,
};

// Nothing for what is the caller's doing, or never left the gateway: a request
// that upstream refused, a deadline, the quota.
std::optional<UpstreamState> UpstreamStateAfter(const absl::Status& end);

}  // namespace hssgw
