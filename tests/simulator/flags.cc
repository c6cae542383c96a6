// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/flags.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/simulator/options_json.h"
#include "tests/simulator/yaml_flags.h"

namespace hssgw::simulator {
namespace {

// Flags whose values need reading once all are known.
struct Texts {
  std::string access_key, secret_key, security_token;
  std::string project_id = kDefaultProjectId;
  std::vector<std::string> more_projects;
  std::string region = kDefaultRegion;
  std::string latency = "0", quota_period = "1m", clock_offset = "0";
  std::string token_lifetime = "24h";
  std::string newest = "now";
  std::string time_format = "epoch_millis";
  std::vector<std::string> hosts_of, faults;
  std::string script;
  std::string config;
};

std::string EnvironmentOr(const char* name, const char* otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

void AddServerFlags(CLI::App& app, ProgramOptions& program, Texts& texts) {
  SimulatorOptions& options = program.simulator;
  app.add_option("--config", texts.config, "YAML file with these same names");
  app.add_option("--port", options.http.port, "port on 127.0.0.1; 0: any")
      ->check(CLI::Range(0, 65535));
  app.add_option("--port-file", program.port_file,
                 "write the port here once it is open");
  app.add_option("--threads", options.http.threads,
                 "connections served at once")
      ->check(CLI::Range(64, 4096));
  app.add_option("--tls-cert", options.http.tls.certificate_file,
                 "PEM chain; turns TLS on");
  app.add_option("--tls-key", options.http.tls.key_file, "PEM key");
  app.add_option("--client-ca", options.http.tls.client_ca_file,
                 "PEM; clients must show a certificate of this CA");
  app.add_flag("--compress", options.http.compress,
               "gzip for those who accept it");
  app.add_option("--latency", texts.latency,
                 "wait before the body of each list answer, e.g. 200ms");
  app.add_option("--calls-per-minute", options.quota.calls,
                 "quota of list requests; 0: none")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--quota-period", texts.quota_period,
                 "period of --calls-per-minute");
  app.add_option("--clock-offset", texts.clock_offset,
                 "the simulator's clock runs ahead by this (or -10m)");
  app.add_option("--fault", texts.faults, "fault rule as JSON; repeatable");
  app.add_option("--script", texts.script, "churn script as JSON");
}

void AddCredentialFlags(CLI::App& app, ProgramOptions& program, Texts& texts) {
  IamOptions& iam = program.simulator.iam;
  app.add_option("--ak", texts.access_key,
                 "access key; default $SIMULATOR_AK or the demo's");
  app.add_option("--sk", texts.secret_key,
                 "secret key; default $SIMULATOR_SK or the demo's");
  app.add_option("--security-token", texts.security_token,
                 "makes the key a temporary one");
  app.add_option("--auth-token", iam.fixed_token,
                 "accepted as X-Auth-Token for ever");
  app.add_option("--project-id", texts.project_id, "the project with tasks");
  app.add_option("--more-project", texts.more_projects,
                 "ID=NAME of another project; repeatable");
  app.add_option("--region", texts.region, "name of the project");
  app.add_option("--iam-user", iam.user);
  app.add_option("--iam-password", iam.password);
  app.add_option("--iam-domain", iam.domain);
  app.add_option("--token-lifetime", texts.token_lifetime);
  app.add_option("--lock-after", iam.lock_after,
                 "bad signatures in a row that lock a key; 0: never");
}

void AddListFlags(CLI::App& app, ProgramOptions& program, Texts& texts) {
  TaskDataOptions& tasks = program.simulator.tasks;
  ListRules& rules = program.simulator.rules;
  app.add_option("--tasks", tasks.count, "number of tasks")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--seed", tasks.seed);
  app.add_option("--min-hosts", tasks.min_hosts, "hosts a task")
      ->check(CLI::Range(0, 10000));
  app.add_option("--max-hosts", tasks.max_hosts)->check(CLI::Range(0, 10000));
  app.add_option("--hosts-of", texts.hosts_of,
                 "INDEX=HOSTS for one task, 0 the newest; repeatable");
  app.add_option("--newest", texts.newest,
                 "start of the newest task: epoch milliseconds or now");
  app.add_option("--mean-interval-millis", tasks.mean_interval_millis,
                 "between the starts of tasks");
  app.add_option("--chinese-share", tasks.chinese_share);
  app.add_option("--paid-share", tasks.paid_share);
  app.add_option("--failure-share", tasks.failure_share);
  app.add_option("--equal-time-share", tasks.equal_time_share);
  app.add_option("--enterprise-project", tasks.enterprise_projects,
                 "ids that tasks belong to; repeatable");
  app.add_option("--missing-share", tasks.missing_share, "fields left out");
  app.add_option("--null-share", tasks.null_share, "fields that are null");
  app.add_option("--unknown-field-share", tasks.unknown_field_share);
  app.add_option("--unknown-word-share", tasks.unknown_word_share);
  app.add_option("--bad-utf8-share", tasks.bad_utf8_share);
  app.add_option("--time-format", texts.time_format,
                 "epoch_millis, utc_text or both");
  app.add_option("--max-last-days", rules.max_last_days);
  app.add_option("--max-rows", program.simulator.max_rows,
                 "rows of a page whatever the limit; 0: the limit");
  app.add_option("--total-num", program.simulator.total_num,
                 "exact, missing, null, text, or a number to add");
}

absl::Status ReadDuration(const char* flag, const std::string& text,
                          absl::Duration& value) {
  if (absl::ParseDuration(text, &value)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": want a duration such as 250ms or 5m, got ", text));
}

absl::Status Join(const std::vector<absl::Status>& statuses) {
  for (const absl::Status& status : statuses) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status FinishTimes(const Texts& texts, SimulatorOptions& options) {
  absl::Duration offset;
  const absl::Status status = Join(
      {ReadDuration("--latency", texts.latency, options.latency),
       ReadDuration("--quota-period", texts.quota_period, options.quota.period),
       ReadDuration("--clock-offset", texts.clock_offset, offset),
       ReadDuration("--token-lifetime", texts.token_lifetime,
                    options.iam.token_lifetime)});
  if (!status.ok()) return status;
  options.now = [offset] { return absl::Now() + offset; };
  if (texts.newest == "now") {
    options.tasks.newest_start_millis = absl::ToUnixMillis(options.now());
  } else if (!absl::SimpleAtoi(texts.newest,
                               &options.tasks.newest_start_millis)) {
    return absl::InvalidArgumentError(
        "--newest: want epoch milliseconds or now");
  }
  const auto format = TimeFormatFromWord(texts.time_format);
  if (!format) {
    return absl::InvalidArgumentError(
        "--time-format: want epoch_millis, utc_text or both");
  }
  options.rules.time_format = *format;
  return absl::OkStatus();
}

absl::Status FinishRules(const Texts& texts, SimulatorOptions& options) {
  for (const std::string& text : texts.faults) {
    const absl::StatusOr<nlohmann::json> json = ParseJson(text);
    if (!json.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--fault: not JSON: ", text));
    }
    absl::StatusOr<FaultRule> rule = FaultRuleFromJson(*json);
    if (!rule.ok()) return rule.status();
    options.faults.push_back(*std::move(rule));
  }
  if (!texts.script.empty()) {
    const absl::StatusOr<nlohmann::json> json = ParseJson(texts.script);
    if (!json.ok()) {
      return absl::InvalidArgumentError("--script: not JSON");
    }
    const absl::StatusOr<ChurnScript> script = ChurnScriptFromJson(*json);
    if (!script.ok()) return script.status();
    options.churn = *script;
  }
  for (const std::string& text : texts.hosts_of) {
    const size_t equals = text.find('=');
    int64_t index = 0;
    int hosts = 0;
    if (equals == std::string::npos ||
        !absl::SimpleAtoi(text.substr(0, equals), &index) ||
        !absl::SimpleAtoi(text.substr(equals + 1), &hosts) || hosts < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("--hosts-of: want INDEX=HOSTS, got ", text));
    }
    options.tasks.hosts_of[index] = hosts;
  }
  return absl::OkStatus();
}

absl::Status FinishCredentials(const Texts& texts, SimulatorOptions& options) {
  AccessKey& key = options.iam.keys.front();
  key.access_key = texts.access_key;
  key.secret_key = texts.secret_key;
  key.security_token = texts.security_token;
  options.iam.projects = {{texts.project_id, texts.region}};
  for (const std::string& text : texts.more_projects) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("--more-project: want ID=NAME, got ", text));
    }
    options.iam.projects.push_back(
        {text.substr(0, equals), text.substr(equals + 1)});
  }
  if (options.http.tls.certificate_file.empty() !=
      options.http.tls.key_file.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key go together");
  }
  if (options.tasks.min_hosts > options.tasks.max_hosts) {
    return absl::InvalidArgumentError(
        "--min-hosts: want not more than --max-hosts");
  }
  return absl::OkStatus();
}

// The value of --config, if it is there.
std::optional<std::string> ConfigOf(const std::vector<std::string>& arguments) {
  constexpr std::string_view kFlag = "--config";
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& text = arguments[i];
    if (text == kFlag && i + 1 < arguments.size()) return arguments[i + 1];
    if (text.rfind("--config=", 0) == 0) return text.substr(kFlag.size() + 1);
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<Invocation> ParseFlags(std::vector<std::string> arguments) {
  if (const auto config = ConfigOf(arguments)) {
    absl::StatusOr<std::vector<std::string>> from_file = ReadYamlFlags(*config);
    if (!from_file.ok()) return from_file.status();
    arguments.insert(arguments.begin(), from_file->begin(), from_file->end());
  }
  ProgramOptions program;
  Texts texts;
  texts.access_key = EnvironmentOr("SIMULATOR_AK", kDefaultAccessKey);
  texts.secret_key = EnvironmentOr("SIMULATOR_SK", kDefaultSecretKey);
  CLI::App app("A stand-in for Huawei Cloud HSS and IAM on 127.0.0.1",
               "hss-simulator");
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  AddServerFlags(app, program, texts);
  AddCredentialFlags(app, program, texts);
  AddListFlags(app, program, texts);
  for (const char* const many :
       {"--fault", "--more-project", "--hosts-of", "--enterprise-project"}) {
    app.get_option(many)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
  }
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return Invocation(app.help());
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }
  const absl::Status status =
      Join({FinishTimes(texts, program.simulator),
            FinishRules(texts, program.simulator),
            FinishCredentials(texts, program.simulator)});
  if (!status.ok()) return status;
  return Invocation(std::move(program));
}

}  // namespace hssgw::simulator
