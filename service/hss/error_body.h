// SPDX-License-Identifier: Apache-2.0
// What an upstream error says, in whatever of its shapes it says it: HSS, the
// API gateway and IAM each have their own.
#pragma once

#include <optional>
#include <string>

#include "service/http/http_client.h"

namespace hssgw {

// Upstream's own words, neither scrubbed nor fit to be shown.
struct ErrorBody {
  // "HSS.0001", "APIGW.0308", "401" (some write a number); empty: none given.
  std::string code;
  // The raw body, up to 4 KiB of it, when no shape fits; with a code, perhaps
  // empty.
  std::string message;
  bool message_is_raw_body = false;
  std::optional<std::string> request_id;
  std::optional<std::string> encoded_authorization_message;
};

// Any status and any body. Reads the first 64 KiB, to a depth of 32; what is
// over is a body of no known shape.
ErrorBody ParseErrorBody(const HttpResponse& response);

}  // namespace hssgw
