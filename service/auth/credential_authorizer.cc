// SPDX-License-Identifier: Apache-2.0
#include "service/auth/credential_authorizer.h"

#include <string>
#include <utility>
#include <variant>

#include "service/auth/scrub.h"
#include "service/auth/sdk_hmac_signer.h"
#include "service/base/log.h"

namespace hssgw {
namespace {

constexpr absl::Duration kLogEvery = absl::Minutes(1);

struct ApplyCredential {
  HttpRequest& request;
  absl::Time now;

  void operator()(const AccessKeys& keys) const {
    SignLean(request, keys, now);
  }
  void operator()(const AuthToken& token) const {
    request.headers.push_back(
        {"X-Auth-Token", std::string(token.token.Reveal())});
  }
};

}  // namespace

void CredentialAuthorizer::Authorize(HttpRequest request, absl::Time deadline,
                                     AuthorizedCallback done) {
  source_.Fetch(deadline, [&clock = clock_, request = std::move(request),
                           done = std::move(done)](
                              absl::StatusOr<Credential> credential) mutable {
    if (!credential.ok()) return done(credential.status());
    DropCredential(request);
    std::visit(ApplyCredential{request, clock.Now()}, *credential);
    done(std::move(request));
  });
}

void CredentialAuthorizer::Refused(const HttpRequest& request,
                                   const HttpResponse& response) {
  if (!MayLog(clock_.Now())) return;
  LogWarning("upstream refused the credential",
             {{"http_status", response.status},
              {"origin", request.origin},
              {"answer", Shown(response.body, &request)}});
}

bool CredentialAuthorizer::MayLog(absl::Time now) {
  MutexLock lock(mu_);
  if (now - logged_ < kLogEvery) return false;
  logged_ = now;
  return true;
}

}  // namespace hssgw
