// SPDX-License-Identifier: Apache-2.0
// One credential for the whole life of the program.
//
// Threads: any; Fetch answers inline.
#pragma once

#include "absl/time/time.h"
#include "service/auth/credential.h"

namespace hssgw {

class StaticCredentialSource : public CredentialSource {
 public:
  explicit StaticCredentialSource(Credential credential);

  void Fetch(absl::Time deadline, CredentialCallback done) override;

 private:
  const Credential credential_;
};

}  // namespace hssgw
