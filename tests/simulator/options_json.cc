// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/options_json.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"

namespace hssgw::simulator {
namespace {

using nlohmann::json;

void ReadHostsOf(JsonReader& reader, TaskDataOptions& options) {
  const json* const field = reader.Find("hosts_of");
  if (field == nullptr) return;
  const char* const want = R"(an object such as {"3": 10000})";
  if (!field->is_object()) return reader.Fail("hosts_of", want);
  std::map<int64_t, int> hosts_of;
  for (const auto& [index, hosts] : field->items()) {
    int64_t number = 0;
    if (!absl::SimpleAtoi(index, &number) || !hosts.is_number_integer()) {
      return reader.Fail("hosts_of", want);
    }
    hosts_of[number] = hosts.get<int>();
  }
  options.hosts_of = std::move(hosts_of);
}

void ReadEnterpriseProjects(JsonReader& reader, TaskDataOptions& options) {
  const json* const field = reader.Find("enterprise_projects");
  if (field == nullptr) return;
  std::vector<std::string> projects;
  for (const json& project : *field) {
    if (!project.is_string()) {
      return reader.Fail("enterprise_projects", "an array of text");
    }
    projects.push_back(project.get<std::string>());
  }
  options.enterprise_projects = std::move(projects);
}

}  // namespace

absl::StatusOr<json> ParseJson(const std::string& text) {
  json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) return absl::InvalidArgumentError("not JSON");
  return parsed;
}

absl::StatusOr<ChurnScript> ChurnScriptFromJson(const json& object) {
  ChurnScript script;
  JsonReader reader("script", object);
  reader.Read("seed", script.seed);
  reader.Read("every", script.every);
  reader.Read("times", script.times);
  reader.Read("within", script.within);
  reader.Read("arrivals", script.arrivals);
  reader.Read("removals", script.removals);
  reader.Read("status_changes", script.status_changes);
  reader.Read("rescans", script.rescans);
  if (script.every < 1) reader.Fail("every", "1 or more");
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  return script;
}

void ReadTaskData(JsonReader& reader, TaskDataOptions& options) {
  reader.Read("seed", options.seed);
  reader.Read("count", options.count);
  reader.Read("min_hosts", options.min_hosts);
  reader.Read("max_hosts", options.max_hosts);
  ReadHostsOf(reader, options);
  reader.Read("chinese_share", options.chinese_share);
  reader.Read("paid_share", options.paid_share);
  reader.Read("failure_share", options.failure_share);
  reader.Read("cancel_share", options.cancel_share);
  reader.Read("scanning_share", options.scanning_share);
  reader.Read("rescan_share", options.rescan_share);
  reader.Read("newest_start_millis", options.newest_start_millis);
  reader.Read("mean_interval_millis", options.mean_interval_millis);
  reader.Read("equal_time_share", options.equal_time_share);
  ReadEnterpriseProjects(reader, options);
  reader.Read("missing_share", options.missing_share);
  reader.Read("null_share", options.null_share);
  reader.Read("unknown_field_share", options.unknown_field_share);
  reader.Read("unknown_word_share", options.unknown_word_share);
  reader.Read("bad_utf8_share", options.bad_utf8_share);
  if (options.min_hosts > options.max_hosts) {
    reader.Fail("min_hosts", "not more than max_hosts");
  }
}

json ToJson(const TaskDataOptions& options) {
  json hosts_of = json::object();
  for (const auto& [index, hosts] : options.hosts_of) {
    hosts_of[std::to_string(index)] = hosts;
  }
  return {{"seed", options.seed},
          {"count", options.count},
          {"min_hosts", options.min_hosts},
          {"max_hosts", options.max_hosts},
          {"hosts_of", hosts_of},
          {"chinese_share", options.chinese_share},
          {"paid_share", options.paid_share},
          {"failure_share", options.failure_share},
          {"cancel_share", options.cancel_share},
          {"scanning_share", options.scanning_share},
          {"rescan_share", options.rescan_share},
          {"newest_start_millis", options.newest_start_millis},
          {"mean_interval_millis", options.mean_interval_millis},
          {"equal_time_share", options.equal_time_share},
          {"enterprise_projects", options.enterprise_projects},
          {"missing_share", options.missing_share},
          {"null_share", options.null_share},
          {"unknown_field_share", options.unknown_field_share},
          {"unknown_word_share", options.unknown_word_share},
          {"bad_utf8_share", options.bad_utf8_share}};
}

json ToJson(const ChurnCounts& counts) {
  return {{"acts", counts.acts},
          {"arrivals", counts.arrivals},
          {"removals", counts.removals},
          {"status_changes", counts.status_changes},
          {"rescans", counts.rescans}};
}

}  // namespace hssgw::simulator
