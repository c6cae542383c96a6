// SPDX-License-Identifier: Apache-2.0
// Port: makes a request acceptable to upstream, by a signature or a token.
#pragma once

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/http/http_client.h"

namespace hssgw {

using AuthorizedCallback =
    absl::AnyInvocable<void(absl::StatusOr<HttpRequest>)>;

class Authorizer {
 public:
  virtual ~Authorizer() = default;

  // Answers with `request` and the headers that authorise it. The credential
  // may have to be fetched first, until `deadline`.
  // Called exactly once; inline or on any thread; never under a lock.
  virtual void Authorize(HttpRequest request, absl::Time deadline,
                         AuthorizedCallback done) = 0;

  // Tells that upstream's `response` to the authorised `request` blames its
  // credential: mostly a 401, but codes decide before the status.
  virtual void Refused(const HttpRequest& request,
                       const HttpResponse& response) = 0;
};

}  // namespace hssgw
