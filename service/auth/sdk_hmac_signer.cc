// SPDX-License-Identifier: Apache-2.0
#include "service/auth/sdk_hmac_signer.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "service/base/crypto.h"
#include "service/http/url.h"

namespace hssgw {
namespace {

constexpr absl::string_view kAlgorithm = "SDK-HMAC-SHA256";
constexpr absl::string_view kAuthorization = "Authorization";
constexpr absl::string_view kContentHash = "X-Sdk-Content-Sha256";
constexpr absl::string_view kProjectId = "X-Project-Id";
constexpr absl::string_view kSdkDate = "X-Sdk-Date";
constexpr absl::string_view kSecurityToken = "X-Security-Token";
constexpr absl::string_view kAuthToken = "X-Auth-Token";

// The value of the Host header that libcurl makes of the origin: it leaves out
// the port that the scheme has anyway.
absl::string_view HostOf(absl::string_view origin) {
  const absl::string_view default_port =
      absl::ConsumePrefix(&origin, "http://") ? ":80" : ":443";
  absl::ConsumePrefix(&origin, "https://");
  absl::ConsumeSuffix(&origin, default_port);
  return origin;
}

absl::string_view SignedValue(const HttpRequest& request,
                              absl::string_view name) {
  const absl::string_view value = HeaderValue(request.headers, name);
  if (value.empty() && name == "host") return HostOf(request.origin);
  return absl::StripAsciiWhitespace(value);
}

std::string ContentHash(const HttpRequest& request) {
  const absl::string_view given = HeaderValue(request.headers, kContentHash);
  return given.empty() ? Sha256Hex(request.body) : std::string(given);
}

void AddHeader(HttpRequest& request, absl::string_view name,
               absl::string_view value) {
  request.headers.push_back({std::string(name), std::string(value)});
}

}  // namespace

std::string CanonicalRequest(const HttpRequest& request,
                             const SignedHeaders& names) {
  std::string headers;
  for (const std::string& name : names) {
    absl::StrAppend(&headers, name, ":", SignedValue(request, name), "\n");
  }
  return absl::StrJoin({request.method, CanonicalPath(request.path),
                        CanonicalQuery(ParseQuery(request.query)), headers,
                        absl::StrJoin(names, ";"), ContentHash(request)},
                       "\n");
}

std::string StringToSign(absl::string_view date,
                         absl::string_view canonical_request) {
  return absl::StrCat(kAlgorithm, "\n", date, "\n",
                      Sha256Hex(canonical_request));
}

void Sign(HttpRequest& request, const AccessKeys& keys,
          const SignedHeaders& names) {
  const std::string text = StringToSign(SignedValue(request, kSdkDate),
                                        CanonicalRequest(request, names));
  AddHeader(request, kAuthorization,
            absl::StrCat(
                kAlgorithm, " Access=", keys.access_key,
                ", SignedHeaders=", absl::StrJoin(names, ";"),
                ", Signature=", HmacSha256Hex(keys.secret_key.Reveal(), text)));
}

void SignLean(HttpRequest& request, const AccessKeys& keys, absl::Time now) {
  DropCredential(request);
  SignedHeaders names = {"host"};
  if (!HeaderValue(request.headers, kProjectId).empty()) {
    names.emplace_back("x-project-id");
  }
  AddHeader(request, kSdkDate, SdkDate(now));
  names.emplace_back("x-sdk-date");
  if (!keys.security_token.empty()) {
    AddHeader(request, kSecurityToken, keys.security_token.Reveal());
    names.emplace_back("x-security-token");
  }
  Sign(request, keys, names);
}

void DropCredential(HttpRequest& request) {
  const auto authorizes = [](const HttpHeader& header) {
    return absl::EqualsIgnoreCase(header.name, kAuthorization) ||
           absl::EqualsIgnoreCase(header.name, kSdkDate) ||
           absl::EqualsIgnoreCase(header.name, kSecurityToken) ||
           absl::EqualsIgnoreCase(header.name, kAuthToken);
  };
  request.headers.erase(std::remove_if(request.headers.begin(),
                                       request.headers.end(), authorizes),
                        request.headers.end());
}

std::string SdkDate(absl::Time time) {
  return absl::FormatTime("%Y%m%dT%H%M%SZ", time, absl::UTCTimeZone());
}

}  // namespace hssgw
