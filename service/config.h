// SPDX-License-Identifier: Apache-2.0
// What an operator can say, as flags or in the file of --config
// (docs/configuration.md). A flag goes before the file, the file before the
// default. Secrets are only named by file, never given.
//
// Fails: INVALID_ARGUMENT with a line for everything that is wrong, which says
// what and how to fix it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/auth/configured_credential.h"
#include "service/base/log.h"
#include "service/hss/call_budget.h"
#include "service/http/curl_client.h"
#include "service/rpc/listeners.h"
#include "service/tasks/freshness.h"
#include "service/tasks/leg.h"

namespace hssgw {

inline constexpr char kVersion[] = "0.1.0";

struct Config {
  ListenOptions listen;
  // The first TCP port is written here once it listens. Empty: not.
  std::string port_file;
  // "https://host[:port]" of HSS, from --region or --endpoint.
  std::string origin;
  // Labels of metrics.
  std::string profile = "default";
  std::string budget_name = "default";
  std::vector<std::string> projects;
  CredentialFiles credential_files;
  CurlClientOptions http;
  CallBudgetOptions budget;
  // Absent: auto.
  std::optional<TimeFormat> time_format;
  int64_t cache_bytes = 256 << 20;
  FreshnessOptions freshness;
  // What seals resume and page tokens. None: a random key.
  std::vector<std::string> resume_key_files;
  absl::Duration resume_lifetime = absl::Hours(24);
  absl::Duration drain_grace = absl::Seconds(20);
  LogOptions log;
};

// What the command line asks for.
struct Invocation {
  Config config;
  // Set: print this and end with success (--help, --version, --check-config).
  std::optional<std::string> text;
};

absl::StatusOr<Invocation> ParseCommandLine(int argc, const char* const* argv,
                                            Environment environment);

}  // namespace hssgw
