// SPDX-License-Identifier: Apache-2.0
#include "service/auth/configured_credential.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/file.h"

namespace hssgw {
namespace {

constexpr absl::string_view kAccessKeyVariable = "HUAWEICLOUD_SDK_AK";
constexpr absl::string_view kSecretKeyVariable = "HUAWEICLOUD_SDK_SK";
constexpr absl::string_view kSecurityTokenVariable =
    "HUAWEICLOUD_SDK_SECURITY_TOKEN";

// A token has up to 32,768 characters (Table 3 of the API page).
constexpr size_t kMaxBytes = size_t{32} << 10;

template <typename... Parts>
absl::Status Wrong(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

// `where` names the file or the variable in the sentence.
absl::Status CheckValue(absl::string_view value, absl::string_view where) {
  if (value.empty()) {
    return Wrong(where, " is empty: write the value into it, and nothing else");
  }
  if (value.size() > kMaxBytes) {
    return Wrong(where, " is larger than ", kMaxBytes,
                 " bytes: it must hold the value alone");
  }
  const bool visible =
      std::all_of(value.begin(), value.end(), absl::ascii_isgraph);
  if (visible) return absl::OkStatus();
  return Wrong(where,
               " holds a blank, a control character or a character that is not "
               "ASCII: it must hold the value alone, on one line, without "
               "quotes or a byte order mark");
}

absl::StatusOr<Secret> ReadValue(absl::string_view flag,
                                 const std::string& path) {
  const std::string where = absl::StrCat("the file of ", flag, " (", path, ")");
  // Room for the end of a line, and to see that it is too large.
  absl::StatusOr<std::string> value = ReadFile(where, path, kMaxBytes + 2);
  if (!value.ok()) return value.status();
  while (!value->empty() && (value->back() == '\n' || value->back() == '\r')) {
    value->pop_back();
  }
  Secret secret(*std::move(value));
  if (auto status = CheckValue(secret.Reveal(), where); !status.ok()) {
    return status;
  }
  return secret;
}

absl::StatusOr<Credential> FromTokenFile(const CredentialFiles& files) {
  if (!files.access_key.empty() || !files.secret_key.empty() ||
      !files.security_token.empty()) {
    return Wrong(
        "--auth-token-file is given together with key files: give the token or "
        "the keys");
  }
  absl::StatusOr<Secret> token =
      ReadValue("--auth-token-file", files.auth_token);
  if (!token.ok()) return token.status();
  return AuthToken{*std::move(token)};
}

absl::StatusOr<Credential> FromKeyFiles(const CredentialFiles& files) {
  if (files.access_key.empty()) {
    return Wrong("--ak-file is missing: give it together with --sk-file");
  }
  if (files.secret_key.empty()) {
    return Wrong("--sk-file is missing: give it together with --ak-file");
  }
  const absl::StatusOr<Secret> access_key =
      ReadValue("--ak-file", files.access_key);
  if (!access_key.ok()) return access_key.status();
  absl::StatusOr<Secret> secret_key = ReadValue("--sk-file", files.secret_key);
  if (!secret_key.ok()) return secret_key.status();

  AccessKeys keys{std::string(access_key->Reveal()), *std::move(secret_key),
                  Secret()};
  if (files.security_token.empty()) return keys;
  absl::StatusOr<Secret> token =
      ReadValue("--security-token-file", files.security_token);
  if (!token.ok()) return token.status();
  keys.security_token = *std::move(token);
  return keys;
}

// An empty variable counts as not set, as in the SDKs.
absl::StatusOr<Secret> ReadVariable(absl::string_view name,
                                    Environment environment) {
  Secret secret(environment(name).value_or(""));
  if (secret.empty()) return secret;
  if (auto status = CheckValue(secret.Reveal(), name); !status.ok()) {
    return status;
  }
  return secret;
}

absl::StatusOr<Credential> FromEnvironment(Environment environment) {
  const absl::StatusOr<Secret> access_key =
      ReadVariable(kAccessKeyVariable, environment);
  if (!access_key.ok()) return access_key.status();
  absl::StatusOr<Secret> secret_key =
      ReadVariable(kSecretKeyVariable, environment);
  if (!secret_key.ok()) return secret_key.status();
  absl::StatusOr<Secret> token =
      ReadVariable(kSecurityTokenVariable, environment);
  if (!token.ok()) return token.status();

  if (access_key->empty() && secret_key->empty()) {
    return Wrong("no credential was given: set ", kAccessKeyVariable, " and ",
                 kSecretKeyVariable,
                 ", or give --ak-file and --sk-file, or --auth-token-file");
  }
  if (access_key->empty() || secret_key->empty()) {
    return Wrong(access_key->empty() ? kAccessKeyVariable : kSecretKeyVariable,
                 " is not set: set it together with ",
                 access_key->empty() ? kSecretKeyVariable : kAccessKeyVariable);
  }
  return AccessKeys{std::string(access_key->Reveal()), *std::move(secret_key),
                    *std::move(token)};
}

}  // namespace

absl::StatusOr<Credential> ReadConfiguredCredential(
    const CredentialFiles& files, Environment environment) {
  if (!files.auth_token.empty()) return FromTokenFile(files);
  if (!files.access_key.empty() || !files.secret_key.empty() ||
      !files.security_token.empty()) {
    return FromKeyFiles(files);
  }
  return FromEnvironment(environment);
}

std::optional<std::string> ProcessEnvironment(absl::string_view name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here calls setenv.
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace hssgw
