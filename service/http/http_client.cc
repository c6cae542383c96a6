// SPDX-License-Identifier: Apache-2.0
#include "service/http/http_client.h"

#include "absl/strings/match.h"

namespace hssgw {

absl::string_view HeaderValue(const std::vector<HttpHeader>& headers,
                              absl::string_view name) {
  for (const HttpHeader& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, name)) return header.value;
  }
  return {};
}

}  // namespace hssgw
