// SPDX-License-Identifier: Apache-2.0
#include "service/config.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/hss/endpoint.h"
#include "service/http/url.h"

namespace hssgw {
namespace {

constexpr char kVersion[] = "hss-gateway 0.1.0";

// As typed, before it is checked.
struct Flags {
  Config config;
  std::string region;
  std::string endpoint;
  std::string project_id;
  std::string time_format = "auto";
  std::string drain_grace = "20s";
  std::string log_level = "info";
  std::string log_format = "auto";
  std::string unix_mode = "0600";
};

void AddFlags(CLI::App& app, Flags& flags) {
  Config& config = flags.config;
  app.add_option("--listen", config.listen.addresses,
                 "Where to serve: host:port, unix:/path or tls:host:port; may "
                 "be repeated")
      ->capture_default_str();
  app.add_option("--tls-cert", config.listen.tls.cert_file,
                 "PEM certificate chain of tls: addresses");
  app.add_option("--tls-key", config.listen.tls.key_file, "Its PEM key");
  app.add_option("--unix-mode", flags.unix_mode, "Octal mode of unix: sockets")
      ->capture_default_str();
  app.add_option("--port-file", config.port_file,
                 "File to write the first TCP port to, once it listens");
  app.add_option("--region", flags.region, "Upstream region, e.g. cn-north-4");
  app.add_option("--endpoint", flags.endpoint,
                 "https://host[:port] of HSS, instead of the region's");
  app.add_flag("--allow-plaintext-upstream", config.http.allow_plaintext,
               "Take an http:// endpoint, where anyone on the way can read the "
               "credential; for simulators");
  app.add_option("--project-id", flags.project_id,
                 "Upstream project; default: HUAWEICLOUD_SDK_PROJECT_ID");
  app.add_option("--ak-file", config.credential_files.access_key,
                 "File with the access key; default: HUAWEICLOUD_SDK_AK");
  app.add_option("--sk-file", config.credential_files.secret_key,
                 "File with the secret key; default: HUAWEICLOUD_SDK_SK");
  app.add_option("--security-token-file",
                 config.credential_files.security_token,
                 "File with the token of temporary keys; default: "
                 "HUAWEICLOUD_SDK_SECURITY_TOKEN");
  app.add_option("--auth-token-file", config.credential_files.auth_token,
                 "File with an IAM token, instead of keys");
  app.add_option("--ca-file", config.http.ca_file,
                 "PEM authorities to trust upstream by; default: the system's");
  app.add_option("--client-cert", config.http.client_cert_file,
                 "PEM certificate to show upstream or its proxy");
  app.add_option("--client-key", config.http.client_key_file, "Its PEM key");
  app.add_option("--proxy", config.http.proxy,
                 "http://host:port or https://host:port to upstream; the "
                 "environment's is never used");
  app.add_option("--time-format", flags.time_format, "How upstream wants times")
      ->check(CLI::IsMember({"auto", "epoch_millis", "utc_text"}))
      ->capture_default_str();
  app.add_option("--calls-per-minute", config.budget.calls,
                 "Upstream's quota; 0: no limit")
      ->check(CLI::Range(0, 6000))
      ->capture_default_str();
  app.add_option("--drain-grace", flags.drain_grace,
                 "How long calls may go on after SIGTERM")
      ->capture_default_str();
  app.add_option("--log-level", flags.log_level)
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  app.add_option("--log-format", flags.log_format, "auto: text on a terminal")
      ->check(CLI::IsMember({"auto", "text", "json"}))
      ->capture_default_str();
}

absl::Status ResolveOrigin(const Flags& flags, Config& config) {
  if (flags.endpoint.empty() && flags.region.empty()) {
    return absl::InvalidArgumentError(
        "no upstream: give --region (e.g. cn-north-4) or --endpoint");
  }
  const auto origin = flags.endpoint.empty() ? EndpointOfRegion(flags.region)
                                             : EndpointOfFlag(flags.endpoint);
  if (!origin.ok()) return origin.status();
  config.origin = *origin;
  const bool plaintext = config.origin.rfind("https://", 0) != 0;
  if (plaintext && !config.http.allow_plaintext) {
    return absl::InvalidArgumentError(
        "--endpoint is http://, where anyone on the way can read the "
        "credential; use https://, or say --allow-plaintext-upstream");
  }
  return absl::OkStatus();
}

absl::Status ResolveProject(const Flags& flags, Environment environment,
                            Config& config) {
  std::string project = flags.project_id;
  if (project.empty()) {
    project = environment("HUAWEICLOUD_SDK_PROJECT_ID").value_or("");
  }
  if (project.empty()) {
    return absl::InvalidArgumentError(
        "no project: give --project-id or set HUAWEICLOUD_SDK_PROJECT_ID");
  }
  const bool good =
      project.size() <= 256 &&
      std::all_of(project.begin(), project.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
               c == '-';
      });
  if (!good) {
    return absl::InvalidArgumentError(
        "the project id (--project-id or HUAWEICLOUD_SDK_PROJECT_ID) is not "
        "1-256 "
        "of A-Z, a-z, 0-9, _ and -");
  }
  config.projects = {project};
  return absl::OkStatus();
}

absl::Status ResolveRest(const Flags& flags, Config& config) {
  if (flags.time_format == "epoch_millis") {
    config.time_format = TimeFormat::kEpochMillis;
  } else if (flags.time_format == "utc_text") {
    config.time_format = TimeFormat::kUtcText;
  }
  if (!absl::ParseDuration(flags.drain_grace, &config.drain_grace) ||
      config.drain_grace < absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        "--drain-grace is no duration; write 20s or 1m");
  }
  char* end = nullptr;
  const long mode = std::strtol(flags.unix_mode.c_str(), &end, 8);
  if (*end != '\0' || mode < 0 || mode > 0777) {
    return absl::InvalidArgumentError(
        "--unix-mode is no octal mode; write 0600 or 0660");
  }
  config.listen.unix_mode = static_cast<int>(mode);
  static const auto& levels =
      *new std::map<std::string, LogLevel>{{"debug", LogLevel::kDebug},
                                           {"info", LogLevel::kInfo},
                                           {"warning", LogLevel::kWarning},
                                           {"error", LogLevel::kError}};
  static const auto& formats =
      *new std::map<std::string, LogFormat>{{"auto", LogFormat::kAuto},
                                            {"text", LogFormat::kText},
                                            {"json", LogFormat::kJson}};
  config.log = {.format = formats.at(flags.log_format),
                .level = levels.at(flags.log_level)};
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Invocation> ParseCommandLine(int argc, const char* const* argv,
                                            Environment environment) {
  CLI::App app(
      "Serves Huawei Cloud HSS virus-scan tasks over gRPC. Credentials come "
      "from files or from the SDK's environment variables, never from flags.",
      "hss-gateway");
  Flags flags;
  AddFlags(app, flags);
  app.set_version_flag("--version", kVersion);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Invocation{.text = app.help()};
  } catch (const CLI::CallForVersion&) {
    return Invocation{.text = absl::StrCat(kVersion, "\n")};
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(error.what(), " (see --help)"));
  }
  Config& config = flags.config;
  if (absl::Status s = ResolveOrigin(flags, config); !s.ok()) return s;
  if (absl::Status s = ResolveProject(flags, environment, config); !s.ok()) {
    return s;
  }
  if (absl::Status s = ResolveRest(flags, config); !s.ok()) return s;
  return Invocation{.config = std::move(config)};
}

}  // namespace hssgw
