// SPDX-License-Identifier: Apache-2.0
// The header Retry-After, in both of its forms.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "service/http/http_client.h"

namespace hssgw {

// No answer can make us wait longer than this.
constexpr absl::Duration kMaxRetryAfter = absl::Minutes(15);

// From 0 to kMaxRetryAfter; nothing without the header, or with one that
// cannot be read. A date is counted from the answer's own Date, if it has one,
// because the two clocks may differ; else from `now`.
std::optional<absl::Duration> RetryAfterOf(const HttpResponse& response,
                                           absl::Time now);

}  // namespace hssgw
