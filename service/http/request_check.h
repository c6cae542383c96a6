// SPDX-License-Identifier: Apache-2.0
// What may go on the wire: nothing that ends a line early, leads to another
// host or shows a credential to everyone on the way.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "service/http/http_client.h"

namespace hssgw {

enum class Plaintext { kAllowed, kRefused };

// The request's origin in the form of ParseOrigin.
// Fails: INTERNAL (BAD_REQUEST) for a part that cannot be sent as it is,
// FAILED_PRECONDITION (PLAINTEXT) for http:// where that is refused; a message
// never holds the part itself.
absl::StatusOr<std::string> CheckRequest(const HttpRequest& request,
                                         Plaintext plaintext);

}  // namespace hssgw
