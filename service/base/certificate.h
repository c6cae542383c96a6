// SPDX-License-Identifier: Apache-2.0
// Whether a certificate can be served, before a TLS library says no without
// saying why.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace hssgw {

// A PEM file: its name for complaints, and what it holds.
struct PemFile {
  std::string name;
  std::string text;
};

// Fails: INVALID_ARGUMENT with one sentence that names the file to mend: no
// certificate, no key (or one with a password), or a key of another
// certificate.
absl::Status CheckKeyPair(const PemFile& certificate, const PemFile& key);

}  // namespace hssgw
