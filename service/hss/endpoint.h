// SPDX-License-Identifier: Apache-2.0
// Where HSS answers: the origin of a region, or the one that an operator gives.
//
// Fails: INVALID_ARGUMENT with one sentence that names the flag and the fix.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace hssgw {

// "cn-north-4" -> "https://hss.cn-north-4.myhuaweicloud.com". A region that is
// new to us goes by the same rule: the vendor adds some every year.
absl::StatusOr<std::string> EndpointOfRegion(absl::string_view region);

// Whether the vendor's list, as we know it, has the region.
bool IsKnownRegion(absl::string_view region);

// The --endpoint that overrides the region's: "https://host" or
// "https://host:port". Whether plain http is allowed is not decided here.
absl::StatusOr<std::string> EndpointOfFlag(absl::string_view text);

}  // namespace hssgw
