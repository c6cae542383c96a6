// SPDX-License-Identifier: Apache-2.0
#include "service/http/request_check.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/http/url.h"

namespace hssgw {
namespace {

bool IsVisible(char c) { return c > ' ' && c < '\x7f'; }

bool IsMethod(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), absl::ascii_isupper);
}

// RFC 9110, section 5.6.2.
bool IsToken(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::StrContains("!#$%&'*+-.^_`|~", c);
  });
}

// Any bytes but those that would end the line or the text.
bool IsFieldValue(absl::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return c != '\t' && absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
}

// Escaped already: neither a blank nor what ends it.
bool IsPartOfTarget(absl::string_view text, absl::string_view ends) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return IsVisible(c) && !absl::StrContains(ends, c);
  });
}

absl::string_view WrongPart(const HttpRequest& request) {
  if (!IsMethod(request.method)) return "method";
  if (!absl::StartsWith(request.path, "/") ||
      !IsPartOfTarget(request.path, "?#")) {
    return "path";
  }
  if (!IsPartOfTarget(request.query, "#")) return "query";
  for (const HttpHeader& header : request.headers) {
    if (!IsToken(header.name)) return "header's name";
    if (!IsFieldValue(header.value)) return "header's value";
  }
  return {};
}

absl::Status BadRequest(absl::string_view part) {
  return MakeError(absl::StatusCode::kInternal,
                   absl::StrCat("a request's ", part,
                                " cannot be sent as it is; report this as a "
                                "fault of the gateway"),
                   {.reason = Reason::kGatewayFault, .cause = "BAD_REQUEST"});
}

}  // namespace

absl::StatusOr<std::string> CheckRequest(const HttpRequest& request,
                                         Plaintext plaintext) {
  absl::StatusOr<std::string> origin = ParseOrigin(request.origin);
  if (!origin.ok()) return BadRequest("origin");
  if (const absl::string_view part = WrongPart(request); !part.empty()) {
    return BadRequest(part);
  }
  if (plaintext == Plaintext::kRefused &&
      !absl::StartsWith(*origin, "https://")) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat(AuthorityOf(*origin),
                     " is not asked over http: without TLS anyone on the way "
                     "reads the credential; use an https endpoint"),
        {.reason = Reason::kUpstreamEndpointWrong, .cause = "PLAINTEXT"});
  }
  return origin;
}

}  // namespace hssgw
