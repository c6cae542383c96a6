// SPDX-License-Identifier: Apache-2.0
#include "service/config.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "service/config_merge.h"
#include "service/config_settings.h"
#include "service/config_values.h"
#include "service/config_yaml.h"
#include "service/hss/endpoint.h"
#include "service/tasks/proto_time.h"

namespace hssgw {
namespace {

namespace config_v1 = ::hss::gateway::config::v1;

// As typed, before it is checked. Texts go into `settings` at once: empty is
// not given.
struct Flags {
  GatewayConfig settings;
  std::string config_file;
  bool check_config = false;
  std::string port_file;
  std::vector<std::string> listen;
  std::string project_id;
  bool allow_plaintext = false;
  std::string time_format = "auto";
  int calls = CallBudgetOptions().calls;
  std::string drain_grace = "20s";
  std::string log_level = "info";
  std::string log_format = "auto";
};

void AddListenFlags(CLI::App& app, Flags& flags) {
  auto& listen = *flags.settings.mutable_listen();
  app.add_option("--listen", flags.listen,
                 "Where to serve: host:port, unix:/path or tls:host:port; may "
                 "be repeated")
      ->default_str("127.0.0.1:50051");
  app.add_option("--tls-cert", *listen.mutable_tls()->mutable_cert_file(),
                 "PEM certificate chain of tls: addresses");
  app.add_option("--tls-key", *listen.mutable_tls()->mutable_key_file(),
                 "Its PEM key");
  app.add_option("--unix-mode", *listen.mutable_unix_mode(),
                 "Octal mode of unix: sockets")
      ->default_str("0600");
  app.add_option("--port-file", flags.port_file,
                 "File to write the first TCP port to, once it listens");
}

void AddUpstreamFlags(CLI::App& app, Flags& flags) {
  auto& profile = *flags.settings.add_profiles();
  auto& credential = *profile.mutable_credential();
  app.add_option("--region", *profile.mutable_region(),
                 "Upstream region, e.g. cn-north-4");
  app.add_option("--endpoint", *profile.mutable_endpoint(),
                 "https://host[:port] of HSS, instead of the region's");
  app.add_flag("--allow-plaintext-upstream", flags.allow_plaintext,
               "Take an http:// endpoint, where anyone on the way can read the "
               "credential; for simulators");
  app.add_option("--project-id", flags.project_id,
                 "Upstream project; default: HUAWEICLOUD_SDK_PROJECT_ID");
  app.add_option("--ak-file", *credential.mutable_ak_file(),
                 "File with the access key; default: HUAWEICLOUD_SDK_AK");
  app.add_option("--sk-file", *credential.mutable_sk_file(),
                 "File with the secret key; default: HUAWEICLOUD_SDK_SK");
  app.add_option("--security-token-file",
                 *credential.mutable_security_token_file(),
                 "File with the token of temporary keys; default: "
                 "HUAWEICLOUD_SDK_SECURITY_TOKEN");
  app.add_option("--auth-token-file", *credential.mutable_auth_token_file(),
                 "File with an IAM token, instead of keys");
  app.add_option("--ca-file", *profile.mutable_ca_file(),
                 "PEM authorities to trust upstream by; default: the system's");
  app.add_option("--client-cert", *profile.mutable_client_cert_file(),
                 "PEM certificate to show upstream or its proxy");
  app.add_option("--client-key", *profile.mutable_client_key_file(),
                 "Its PEM key");
  app.add_option("--proxy", *profile.mutable_proxy(),
                 "http://host:port or https://host:port to upstream; the "
                 "environment's is never used");
  app.add_option("--time-format", flags.time_format, "How upstream wants times")
      ->check(CLI::IsMember({"auto", "epoch_millis", "utc_text"}))
      ->capture_default_str();
}

void AddFlags(CLI::App& app, Flags& flags) {
  app.add_option("--config", flags.config_file,
                 "YAML file of settings; a flag goes before it");
  app.add_flag("--check-config", flags.check_config,
               "Check flags and file, print the settings that hold, end");
  AddListenFlags(app, flags);
  AddUpstreamFlags(app, flags);
  app.add_option("--calls-per-minute", flags.calls,
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

// REQUIRES: CLI11 has checked that the enum has the word.
template <typename Enum>
Enum WordAs(const google::protobuf::EnumDescriptor& type,
            absl::string_view word) {
  return static_cast<Enum>(FindWord(type, word)->number());
}

// What the flags say, as settings. Problems are of the flags that no check of
// CLI11 catches.
void SettleFlags(const CLI::App& app, Flags& flags,
                 std::vector<std::string>& problems) {
  GatewayConfig& settings = flags.settings;
  auto& profile = *settings.mutable_profiles(0);
  for (const std::string& address : flags.listen) {
    settings.mutable_listen()->add_grpc(address);
  }
  if (!flags.project_id.empty()) profile.add_projects(flags.project_id);
  profile.set_allow_plaintext_upstream(flags.allow_plaintext);
  if (app.count("--time-format") > 0) {
    profile.set_time_format(WordAs<config_v1::TimeFormat>(
        *config_v1::TimeFormat_descriptor(), flags.time_format));
  }
  if (app.count("--calls-per-minute") > 0) {
    auto& budget = *settings.add_budgets();
    budget.set_calls(flags.calls);
    *budget.mutable_period() = ToProto(absl::Minutes(1));
  }
  if (app.count("--log-level") > 0) {
    settings.mutable_log()->set_level(WordAs<config_v1::LogLevel>(
        *config_v1::LogLevel_descriptor(), flags.log_level));
  }
  if (app.count("--log-format") > 0) {
    settings.mutable_log()->set_format(WordAs<config_v1::LogFormat>(
        *config_v1::LogFormat_descriptor(), flags.log_format));
  }
  absl::Duration grace;
  if (!absl::ParseDuration(flags.drain_grace, &grace) ||
      grace < absl::ZeroDuration() || grace > kMaxDrainGrace) {
    problems.emplace_back("--drain-grace wants 0s to 1h; write 20s or 1m");
  } else if (app.count("--drain-grace") > 0) {
    *settings.mutable_drain()->mutable_grace() = ToProto(grace);
  }
  if (!ParseUnixMode(settings.listen().unix_mode()).has_value()) {
    problems.emplace_back("--unix-mode is no octal mode; write 0600 or 0660");
  }
}

// The whole of the settings on their way to a Config.
class Resolution {
 public:
  Resolution(const ConfigFile& file, const GatewayConfig& flags,
             std::vector<std::string> problems)
      : file_(file), flags_(flags), problems_(std::move(problems)) {
    settings_ = flags;
    FillFrom(WithoutOverruled(file.settings, flags), settings_);
    FillFrom(DefaultSettings(), settings_);
  }

  absl::StatusOr<Config> Resolve(Environment environment) {
    Append(file_.reading.problems);
    Append(CheckConfigFile(file_));
    // What is missing may be what could not be read.
    file_is_read_ = problems_.empty();
    Config config;
    ResolveOrigin(config);
    ResolveProject(environment);
    CheckListenFlags();
    CheckPairs();
    CheckCertificateIsUsed();
    if (!problems_.empty()) {
      return absl::InvalidArgumentError(absl::StrJoin(problems_, "\n"));
    }
    ApplySettings(settings_, config);
    return config;
  }

  // A proxy given by flag may have a password in it.
  std::string ToYaml() const {
    GatewayConfig shown = settings_;
    std::string& proxy = *shown.mutable_profiles(0)->mutable_proxy();
    const size_t at = proxy.rfind('@');
    if (at != std::string::npos) proxy = "..." + proxy.substr(at);
    return WriteYaml(shown);
  }

 private:
  void Append(const std::vector<std::string>& problems) {
    problems_.insert(problems_.end(), problems.begin(), problems.end());
  }
  void Complain(std::string sentence) {
    problems_.push_back(std::move(sentence));
  }

  // `sentence` begins with a flag; where the file gave the value, with the
  // place there instead.
  void ComplainOf(const std::string& path, absl::string_view flag, bool by_flag,
                  absl::string_view sentence) {
    if (by_flag || !file_.Gives(path)) return Complain(std::string(sentence));
    absl::ConsumePrefix(&sentence, flag);
    absl::ConsumePrefix(&sentence, ":");
    Complain(file_.At(path, absl::StripLeadingAsciiWhitespace(sentence)));
  }

  void ResolveOrigin(Config& config) {
    const auto& profile = settings_.profiles(0);
    const auto& chosen = flags_.profiles(0);
    const bool by_flag = !chosen.region().empty() || !chosen.endpoint().empty();
    if (profile.endpoint().empty() && profile.region().empty()) {
      if (!file_is_read_) return;
      return Complain(
          "no upstream: give --region (e.g. cn-north-4) or --endpoint");
    }
    const bool by_region = profile.endpoint().empty();
    const auto origin = by_region ? EndpointOfRegion(profile.region())
                                  : EndpointOfFlag(profile.endpoint());
    if (!origin.ok()) {
      return ComplainOf(
          by_region ? "profiles[0].region" : "profiles[0].endpoint",
          by_region ? "--region" : "--endpoint", by_flag,
          origin.status().message());
    }
    config.origin = *origin;
    const bool plaintext = !absl::StartsWith(*origin, "https://");
    if (plaintext && !profile.allow_plaintext_upstream()) {
      ComplainOf("profiles[0].endpoint", "--endpoint", by_flag,
                 "--endpoint is http://, where anyone on the way can read the "
                 "credential; use https://, or say --allow-plaintext-upstream");
    }
  }

  void ResolveProject(Environment environment) {
    auto& profile = *settings_.mutable_profiles(0);
    // Those of the file are checked with it.
    const bool by_file =
        flags_.profiles(0).projects().empty() && !profile.projects().empty();
    if (by_file) return;
    if (profile.projects().empty()) {
      const std::string project =
          environment("HUAWEICLOUD_SDK_PROJECT_ID").value_or("");
      if (!project.empty()) profile.add_projects(project);
    }
    if (profile.projects().empty()) {
      if (!file_is_read_) return;
      return Complain(
          "no project: give --project-id or set HUAWEICLOUD_SDK_PROJECT_ID");
    }
    if (!IsProjectId(profile.projects(0))) {
      Complain(
          "the project id (--project-id or HUAWEICLOUD_SDK_PROJECT_ID) is not "
          "1-256 of A-Z, a-z, 0-9, _ and -");
    }
  }

  void CheckListenFlags() {
    BoundPlaces bound;
    for (const std::string& text : flags_.listen().grpc()) {
      const auto address = ParseListenAddress(text);
      if (!address.ok()) {
        Complain(std::string(address.status().message()));
      } else if (!bound.Add(*address)) {
        Complain(absl::StrCat("--listen ", text, ": binds ", address->target,
                              ", as an address before it does"));
      }
    }
  }

  void CheckCertificateIsUsed() {
    const auto& tls = settings_.listen().tls();
    if (tls.cert_file().empty() || tls.key_file().empty() ||
        HasTlsAddress(settings_.listen())) {
      return;
    }
    const auto& chosen = flags_.listen().tls();
    ComplainOf(
        "listen.tls", "--tls-cert and --tls-key",
        !chosen.cert_file().empty() || !chosen.key_file().empty(),
        "--tls-cert and --tls-key: contradicts listen.grpc, which has no "
        "tls: address; add one, or leave the certificate out");
  }

  // What needs a companion, which a flag may have given; for values of the
  // file, as flags are checked where they are used.
  void CheckPairs() {
    const auto& tls = settings_.listen().tls();
    CheckPair("listen.tls.cert_file", tls.cert_file(), "key_file",
              tls.key_file());
    CheckPair("listen.tls.key_file", tls.key_file(), "cert_file",
              tls.cert_file());
    const auto& profile = settings_.profiles(0);
    CheckPair("profiles[0].client_key_file", profile.client_key_file(),
              "client_cert_file", profile.client_cert_file());
    const auto& credential = profile.credential();
    const std::string path = "profiles[0].credential";
    CheckPair(path + ".ak_file", credential.ak_file(), "sk_file",
              credential.sk_file());
    CheckPair(path + ".sk_file", credential.sk_file(), "ak_file",
              credential.ak_file());
    CheckPair(path + ".security_token_file", credential.security_token_file(),
              "ak_file", credential.ak_file());
    for (int i = 0;
         flags_.listen().grpc().empty() && i < settings_.listen().grpc_size();
         ++i) {
      if (absl::StartsWith(settings_.listen().grpc(i), "tls:")) {
        CheckPair(absl::StrCat("listen.grpc[", i, "]"),
                  "tls:", "listen.tls.cert_file", tls.cert_file());
      }
    }
  }
  void CheckPair(const std::string& path, absl::string_view value,
                 absl::string_view other, absl::string_view other_value) {
    if (value.empty() || !other_value.empty() || !file_.Gives(path)) return;
    Complain(file_.At(path, absl::StrCat("needs ", other, ", too")));
  }

  const ConfigFile& file_;
  const GatewayConfig& flags_;
  GatewayConfig settings_;
  std::vector<std::string> problems_;
  bool file_is_read_ = true;
};

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
    return Invocation{.text = absl::StrCat("hss-gateway ", kVersion, "\n")};
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(error.what(), " (see --help)"));
  }
  std::vector<std::string> problems;
  SettleFlags(app, flags, problems);
  const ConfigFile file = flags.config_file.empty()
                              ? ConfigFile()
                              : ReadConfigFile(flags.config_file);
  Resolution resolution(file, flags.settings, std::move(problems));
  absl::StatusOr<Config> config = resolution.Resolve(environment);
  if (!config.ok()) return config.status();
  config->port_file = flags.port_file;
  Invocation invocation{.config = *std::move(config)};
  if (flags.check_config) invocation.text = resolution.ToYaml();
  return invocation;
}

}  // namespace hssgw
