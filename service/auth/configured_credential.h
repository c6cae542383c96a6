// SPDX-License-Identifier: Apache-2.0
// The credential that the operator gave: in files, or in the environment
// variables of upstream's own SDKs. Files win, and are never mixed with
// variables.
//
// Fails: INVALID_ARGUMENT with one sentence that says what is wrong and how to
// fix it; it names files and variables, never what they hold.
#pragma once

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/auth/credential.h"

namespace hssgw {

// Paths; empty: the flag was not given. Line ends at the end of a file are not
// part of what it holds.
struct CredentialFiles {
  std::string access_key;      // --ak-file
  std::string secret_key;      // --sk-file
  std::string security_token;  // --security-token-file
  std::string auth_token;      // --auth-token-file
};

// The value of a variable; nothing if it is not set.
using Environment =
    absl::FunctionRef<std::optional<std::string>(absl::string_view name)>;

absl::StatusOr<Credential> ReadConfiguredCredential(
    const CredentialFiles& files, Environment environment);

// The process's own environment. REQUIRES: no thread calls setenv.
std::optional<std::string> ProcessEnvironment(absl::string_view name);

}  // namespace hssgw
