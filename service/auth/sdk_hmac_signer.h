// SPDX-License-Identifier: Apache-2.0
// The signature of Huawei Cloud's SDKs, SDK-HMAC-SHA256, and the lean profile
// in which we use it: as few signed headers as bind a request to its place,
// project and time.
//
//   HttpRequest request = MakeTaskRequest(question, origin);
//   SignLean(request, keys, clock.Now());
//
// Threads: pure functions. Canonical forms are made from the request as it goes
// on the wire, so that both cannot drift.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/auth/credential.h"
#include "service/http/http_client.h"

namespace hssgw {

// Names in lower case, sorted. `host` needs no header: libcurl sends it from
// the origin, and so it is signed.
using SignedHeaders = std::vector<std::string>;

// What upstream computes again from the request that it gets.
std::string CanonicalRequest(const HttpRequest& request,
                             const SignedHeaders& names);

// `date` as X-Sdk-Date has it.
std::string StringToSign(absl::string_view date,
                         absl::string_view canonical_request);

// Adds Authorization over exactly these headers. REQUIRES: X-Sdk-Date is there.
void Sign(HttpRequest& request, const AccessKeys& keys,
          const SignedHeaders& names);

// Adds X-Sdk-Date, X-Security-Token for temporary keys, and Authorization over
// host, x-sdk-date, x-security-token and, if the request has it, x-project-id.
void SignLean(HttpRequest& request, const AccessKeys& keys, absl::Time now);

// Removes the headers by which an earlier attempt was authorised.
void DropCredential(HttpRequest& request);

// "20250122T075157Z"
std::string SdkDate(absl::Time time);

}  // namespace hssgw
