// SPDX-License-Identifier: Apache-2.0
#include "service/config_settings.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/file.h"
#include "service/config_merge.h"
#include "service/config_values.h"
#include "service/http/url.h"
#include "service/tasks/proto_time.h"
#include "service/tasks/resume_keys.h"

namespace hssgw {
namespace {

using ::hss::gateway::config::v1::Budget;
using ::hss::gateway::config::v1::Profile;
namespace config_v1 = ::hss::gateway::config::v1;

constexpr size_t kMaxFileBytes = 1 << 20;
constexpr int kMaxCalls = 6000;
constexpr absl::Duration kMinPeriod = absl::Seconds(1);
constexpr absl::Duration kMaxPeriod = absl::Hours(24);
constexpr absl::Duration kMinTokenLifetime = absl::Minutes(1);
constexpr absl::Duration kMaxTokenLifetime = absl::Hours(168);
constexpr int64_t kMinCacheBytes = 1 << 20;
constexpr int64_t kMaxCacheBytes = int64_t{1} << 40;
constexpr char kAuto[] = "auto";
constexpr int64_t kMinResponseBytes = 64 << 10;
constexpr int64_t kMaxResponseBytes = 1 << 30;
constexpr size_t kMaxName = 64;
constexpr size_t kMaxProjectId = 256;

bool IsWord(absl::string_view text, size_t max_size) {
  return !text.empty() && text.size() <= max_size &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  c == '_' || c == '-';
         });
}

// The first things that are wrong with each value of a file.
class Checker {
 public:
  explicit Checker(const ConfigFile& file) : file_(file) {}

  std::vector<std::string> Check() {
    const GatewayConfig& settings = file_.settings;
    CheckListen(settings.listen());
    CheckOne("profiles", settings.profiles_size());
    CheckOne("budgets", settings.budgets_size());
    for (int i = 0; i < settings.profiles_size(); ++i) {
      CheckProfile(absl::StrCat("profiles[", i, "]"), settings.profiles(i));
    }
    for (int i = 0; i < settings.budgets_size(); ++i) {
      CheckBudget(absl::StrCat("budgets[", i, "]"), settings.budgets(i));
    }
    const auto& limits = settings.limits();
    Want(!limits.has_response_bytes() ||
             (limits.response_bytes() >= kMinResponseBytes &&
              limits.response_bytes() <= kMaxResponseBytes),
         "limits.response_bytes", "want 64KiB to 1GiB");
    Want(FromProto(settings.drain().grace()) <= kMaxDrainGrace, "drain.grace",
         "want 0s to 1h");
    const int64_t cache_bytes = settings.cache().max_bytes();
    Want(cache_bytes == 0 ||
             (cache_bytes >= kMinCacheBytes && cache_bytes <= kMaxCacheBytes),
         "cache.max_bytes", "want 0, or 1MiB to 1TiB");
    const std::string& staleness = settings.freshness().max_staleness();
    Want(staleness == kAuto || ParseDurationWord(staleness).has_value(),
         "freshness.max_staleness",
         "want auto, or a duration such as 30s or 10m");
    CheckResume(settings.resume());
    return std::move(problems_);
  }

 private:
  // Only for what the file gives.
  void Want(bool fine, const std::string& path, absl::string_view sentence) {
    if (!fine && file_.Gives(path)) {
      problems_.push_back(file_.At(path, sentence));
    }
  }

  void CheckOne(const std::string& path, int count) {
    Want(count == 1, path, absl::StrCat("want exactly one, got ", count));
  }

  void CheckListen(const config_v1::Listen& listen) {
    Want(!listen.grpc().empty(), "listen.grpc", "want at least one address");
    BoundPlaces bound;
    for (int i = 0; i < listen.grpc_size(); ++i) {
      const std::string path = absl::StrCat("listen.grpc[", i, "]");
      const auto address = ParseListenAddress(listen.grpc(i));
      Want(address.ok(), path, address.status().message());
      if (!address.ok()) continue;
      Want(bound.Add(*address), path,
           absl::StrCat("binds ", address->target,
                        ", as an address before it does"));
    }
    Want(ParseUnixMode(listen.unix_mode()).has_value(), "listen.unix_mode",
         "want an octal mode such as \"0600\" or \"0660\"");
  }

  void CheckRepeated(
      const std::string& path,
      const google::protobuf::RepeatedPtrField<std::string>& texts) {
    std::set<std::string> seen;
    for (int i = 0; i < texts.size(); ++i) {
      Want(seen.insert(texts[i]).second, absl::StrCat(path, "[", i, "]"),
           "is in the list already");
    }
  }

  void CheckProfile(const std::string& path, const Profile& profile) {
    CheckName(path, profile.name());
    Want(profile.region().empty() || profile.endpoint().empty(),
         path + ".endpoint",
         absl::StrCat("contradicts ", path, ".region: give one of them"));
    CheckRepeated(path + ".projects", profile.projects());
    for (int i = 0; i < profile.projects_size(); ++i) {
      Want(IsProjectId(profile.projects(i)),
           absl::StrCat(path, ".projects[", i, "]"),
           "want 1-256 of A-Z, a-z, 0-9, _ and -");
    }
    CheckCredential(path + ".credential", profile.credential());
    const auto proxy = ParseOrigin(profile.proxy());
    Want(profile.proxy().empty() || proxy.ok(), path + ".proxy",
         absl::StrCat("want http://host:port or https://host:port: ",
                      proxy.status().message()));
  }

  void CheckCredential(const std::string& path,
                       const config_v1::Credential& credential) {
    const bool keys = !credential.ak_file().empty() ||
                      !credential.sk_file().empty() ||
                      !credential.security_token_file().empty();
    Want(credential.auth_token_file().empty() || !keys,
         path + ".auth_token_file",
         "contradicts the key files beside it: give the token or the keys");
  }

  void CheckBudget(const std::string& path, const Budget& budget) {
    CheckName(path, budget.name());
    Want(budget.calls() >= 0 && budget.calls() <= kMaxCalls, path + ".calls",
         absl::StrCat("want 0 to ", kMaxCalls, ", where 0 is no limit"));
    const absl::Duration period = FromProto(budget.period());
    Want(!budget.has_period() || (period >= kMinPeriod && period <= kMaxPeriod),
         path + ".period", "want 1s to 24h");
  }

  void CheckResume(const config_v1::Resume& resume) {
    Want(resume.key_files_size() <= static_cast<int>(ResumeKeys::kMaxFiles),
         "resume.key_files", "want at most two: the one that seals goes first");
    CheckRepeated("resume.key_files", resume.key_files());
    const absl::Duration lifetime = FromProto(resume.lifetime());
    Want(!resume.has_lifetime() ||
             (lifetime >= kMinTokenLifetime && lifetime <= kMaxTokenLifetime),
         "resume.lifetime", "want 1m to 168h");
  }

  void CheckName(const std::string& path, const std::string& name) {
    Want(name.empty() || IsWord(name, kMaxName), path + ".name",
         "want 1-64 of A-Z, a-z, 0-9, _ and -");
  }

  const ConfigFile& file_;
  std::vector<std::string> problems_;
};

LogLevel LevelOf(config_v1::LogLevel level) {
  switch (level) {
    case config_v1::LOG_LEVEL_DEBUG:
      return LogLevel::kDebug;
    case config_v1::LOG_LEVEL_WARNING:
      return LogLevel::kWarning;
    case config_v1::LOG_LEVEL_ERROR:
      return LogLevel::kError;
    default:
      return LogLevel::kInfo;
  }
}

LogFormat FormatOf(config_v1::LogFormat format) {
  switch (format) {
    case config_v1::LOG_FORMAT_TEXT:
      return LogFormat::kText;
    case config_v1::LOG_FORMAT_JSON:
      return LogFormat::kJson;
    default:
      return LogFormat::kAuto;
  }
}

void ApplyProfile(const Profile& profile, Config& config) {
  config.profile = profile.name();
  config.projects.assign(profile.projects().begin(), profile.projects().end());
  const auto& credential = profile.credential();
  config.credential_files = {.access_key = credential.ak_file(),
                             .secret_key = credential.sk_file(),
                             .security_token = credential.security_token_file(),
                             .auth_token = credential.auth_token_file()};
  if (profile.time_format() == config_v1::TIME_FORMAT_EPOCH_MILLIS) {
    config.time_format = TimeFormat::kEpochMillis;
  } else if (profile.time_format() == config_v1::TIME_FORMAT_UTC_TEXT) {
    config.time_format = TimeFormat::kUtcText;
  }
  config.http.proxy = profile.proxy();
  config.http.ca_file = profile.ca_file();
  config.http.client_cert_file = profile.client_cert_file();
  config.http.client_key_file = profile.client_key_file();
  config.http.allow_plaintext = profile.allow_plaintext_upstream();
}

}  // namespace

std::string ConfigFile::At(const std::string& path,
                           absl::string_view sentence) const {
  return absl::StrCat(name, ":", reading.lines.at(path), ": ", path, ": ",
                      sentence);
}

ConfigFile ReadConfigFile(const std::string& name) {
  ConfigFile file{.name = name};
  const absl::StatusOr<std::string> text =
      ReadFile(absl::StrCat("--config ", name), name, kMaxFileBytes);
  if (!text.ok()) {
    file.reading.problems.emplace_back(text.status().message());
    return file;
  }
  if (text->size() > kMaxFileBytes) {
    file.reading.problems.push_back(absl::StrCat(
        "--config ", name, " is larger than ", kMaxFileBytes, " bytes"));
    return file;
  }
  file.reading = ReadYaml(name, *text, file.settings);
  return file;
}

GatewayConfig DefaultSettings() {
  const Config plain;
  GatewayConfig settings;
  auto& listen = *settings.mutable_listen();
  for (const std::string& address : plain.listen.addresses) {
    listen.add_grpc(address);
  }
  listen.set_unix_mode("0600");
  Profile& profile = *settings.add_profiles();
  profile.set_name(plain.profile);
  profile.set_time_format(config_v1::TIME_FORMAT_AUTO);
  Budget& budget = *settings.add_budgets();
  budget.set_name(plain.budget_name);
  budget.set_calls(plain.budget.calls);
  *budget.mutable_period() = ToProto(plain.budget.period);
  settings.mutable_limits()->set_response_bytes(
      static_cast<int64_t>(plain.http.max_response_bytes));
  *settings.mutable_drain()->mutable_grace() = ToProto(plain.drain_grace);
  settings.mutable_freshness()->set_max_staleness(kAuto);
  *settings.mutable_freshness()->mutable_max_staleness_on_error() =
      ToProto(plain.freshness.max_staleness_on_error);
  settings.mutable_cache()->set_max_bytes(plain.cache_bytes);
  *settings.mutable_resume()->mutable_lifetime() =
      ToProto(plain.resume_lifetime);
  settings.mutable_log()->set_level(config_v1::LOG_LEVEL_INFO);
  settings.mutable_log()->set_format(config_v1::LOG_FORMAT_AUTO);
  return settings;
}

bool IsProjectId(absl::string_view text) { return IsWord(text, kMaxProjectId); }

bool BoundPlaces::Add(const ListenAddress& address) {
  const bool chosen_by_system =
      address.kind != ListenKind::kUnix && address.port == 0;
  return chosen_by_system || targets_.insert(address.target).second;
}

std::optional<int> ParseUnixMode(const std::string& text) {
  char* end = nullptr;
  const long mode = std::strtol(text.c_str(), &end, 8);
  if (*end != '\0' || mode < 0 || mode > 0777) return std::nullopt;
  return static_cast<int>(mode);
}

std::vector<std::string> CheckConfigFile(const ConfigFile& file) {
  return Checker(file).Check();
}

void ApplySettings(const GatewayConfig& settings, Config& config) {
  const auto& listen = settings.listen();
  config.listen = {
      .addresses = {listen.grpc().begin(), listen.grpc().end()},
      .tls = {.cert_file = listen.tls().cert_file(),
              .key_file = listen.tls().key_file()},
      .unix_mode = ParseUnixMode(listen.unix_mode()).value_or(0600)};
  ApplyProfile(settings.profiles(0), config);
  const Budget& budget = settings.budgets(0);
  config.budget_name = budget.name();
  config.budget = {.calls = budget.calls(),
                   .period = FromProto(budget.period())};
  config.http.max_response_bytes =
      static_cast<size_t>(settings.limits().response_bytes());
  config.drain_grace = FromProto(settings.drain().grace());
  // "auto" is no duration.
  config.freshness = {
      .max_staleness = ParseDurationWord(settings.freshness().max_staleness()),
      .max_staleness_on_error =
          FromProto(settings.freshness().max_staleness_on_error())};
  config.cache_bytes = settings.cache().max_bytes();
  const auto& resume = settings.resume();
  config.resume_key_files.assign(resume.key_files().begin(),
                                 resume.key_files().end());
  config.resume_lifetime = FromProto(resume.lifetime());
  config.log = {.format = FormatOf(settings.log().format()),
                .level = LevelOf(settings.log().level())};
}

}  // namespace hssgw
