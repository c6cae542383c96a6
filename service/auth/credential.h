// SPDX-License-Identifier: Apache-2.0
// What upstream knows us by. Swapped whole: a holder keeps its own copy.
#pragma once

#include <string>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/base/secret.h"

namespace hssgw {

// An access key pair; with a security token it is a temporary one.
struct AccessKeys {
  std::string access_key;  // Names the key; no secret, but not for logs either.
  Secret secret_key;
  Secret security_token;
};

// An IAM user token, sent as X-Auth-Token.
struct AuthToken {
  Secret token;
};

using Credential = std::variant<AccessKeys, AuthToken>;

using CredentialCallback = absl::AnyInvocable<void(absl::StatusOr<Credential>)>;

// Port: where a credential comes from.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;

  // Called exactly once; inline or on any thread; never under a lock.
  virtual void Fetch(absl::Time deadline, CredentialCallback done) = 0;
};

}  // namespace hssgw
