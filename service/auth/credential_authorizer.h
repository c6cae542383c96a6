// SPDX-License-Identifier: Apache-2.0
// Puts upstream's credential on a request: a signature for access keys, the
// header X-Auth-Token for a token. The credential is fetched for each request,
// so that a new one is used from the next request on.
//
// Threads: any. Lifetime: `source` and `clock` outlive the authorizer and the
// answers that are under way; the authorizer itself need not.
#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "service/auth/authorizer.h"
#include "service/auth/credential.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"

namespace hssgw {

class CredentialAuthorizer : public Authorizer {
 public:
  CredentialAuthorizer(CredentialSource& source, const Clock& clock)
      : source_(source), clock_(clock) {}

  // Fails as the source does. Inline, or on the thread of the source.
  void Authorize(HttpRequest request, absl::Time deadline,
                 AuthorizedCallback done) override;

  // Logs it, once a minute at most. (The circuit that spares a refused key,
  // which upstream locks after five bad signatures, belongs here.)
  void Refused(const HttpRequest& request,
               const HttpResponse& response) override;

 private:
  // False if another refusal was logged less than a minute before `now`.
  bool MayLog(absl::Time now);

  CredentialSource& source_;
  const Clock& clock_;

  Mutex mu_;
  absl::Time logged_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
};

}  // namespace hssgw
