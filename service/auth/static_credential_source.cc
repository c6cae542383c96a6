// SPDX-License-Identifier: Apache-2.0
#include "service/auth/static_credential_source.h"

#include <utility>

namespace hssgw {

StaticCredentialSource::StaticCredentialSource(Credential credential)
    : credential_(std::move(credential)) {}

void StaticCredentialSource::Fetch(absl::Time /*deadline*/,
                                   CredentialCallback done) {
  done(credential_);
}

}  // namespace hssgw
