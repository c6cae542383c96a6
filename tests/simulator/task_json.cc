// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/task_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "absl/strings/str_format.h"

namespace hssgw::simulator {
namespace {

// Writes `"name":value` pairs of one object, minding omitted and null ones.
class ObjectWriter {
 public:
  ObjectWriter(const std::vector<std::string>& omitted,
               const std::vector<std::string>& nulled, std::string& out)
      : omitted_(omitted), nulled_(nulled), out_(out) {
    out_.push_back('{');
  }

  void Text(std::string_view name, std::string_view value) {
    if (Begin(name)) out_.append(Quoted(value));
  }
  void Number(std::string_view name, int64_t value) {
    if (Begin(name)) out_.append(std::to_string(value));
  }
  void Flag(std::string_view name, bool value) {
    if (Begin(name)) out_.append(value ? "true" : "false");
  }

  // True if the caller has to write the value.
  bool Begin(std::string_view name) {
    if (Holds(omitted_, name)) return false;
    Separate();
    out_.append(Quoted(name)).push_back(':');
    if (!Holds(nulled_, name)) return true;
    out_.append("null");
    return false;
  }

  void End(std::string_view extra) {
    if (!extra.empty()) {
      Separate();
      out_.append(extra);
    }
    out_.push_back('}');
  }

 private:
  static bool Holds(const std::vector<std::string>& names,
                    std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  void Separate() {
    if (out_.back() != '{') out_.push_back(',');
  }

  const std::vector<std::string>& omitted_;
  const std::vector<std::string>& nulled_;
  std::string& out_;
};

void AppendHost(const SimulatedHost& host, std::string& out) {
  ObjectWriter object(host.omitted, host.nulled, out);
  object.Text("host_id", host.host_id);
  object.Text("host_name", host.host_name);
  object.Text("agent_id", host.agent_id);
  object.Text("private_ip", host.private_ip);
  object.Text("public_ip", host.public_ip);
  object.Text("asset_value", host.asset_value);
  object.Number("start_time", host.start_time);
  object.Number("run_duration", host.run_duration);
  object.Text("scan_progress", host.scan_progress);
  object.Number("virus_num", host.virus_num);
  object.Number("scan_file_num", host.scan_file_num);
  object.Text("host_task_status", host.host_task_status);
  if (host.fail_reason) object.Text("fail_reason", *host.fail_reason);
  object.Text("os_type", host.os_type);
  object.Text("host_status", host.host_status);
  object.Text("agent_status", host.agent_status);
  object.Text("protect_status", host.protect_status);
  object.Text("os_name", host.os_name);
  object.Text("os_version", host.os_version);
  object.Flag("deleted", host.deleted);
  object.Number("whether_using_quota", host.whether_using_quota);
  object.End(host.extra);
}

template <typename T>
void Read(const nlohmann::json& object, const char* name, T& value) {
  const auto field = object.find(name);
  if (field == object.end()) return;
  if constexpr (std::is_same_v<T, std::string>) {
    if (field->is_string()) value = field->get<std::string>();
  } else if constexpr (std::is_same_v<T, bool>) {
    if (field->is_boolean()) value = field->get<bool>();
  } else {
    if (field->is_number_integer()) value = field->get<T>();
  }
}

SimulatedHost HostFromJson(const nlohmann::json& object) {
  SimulatedHost host;
  if (!object.is_object()) return host;
  Read(object, "host_id", host.host_id);
  Read(object, "host_name", host.host_name);
  Read(object, "private_ip", host.private_ip);
  Read(object, "public_ip", host.public_ip);
  Read(object, "host_task_status", host.host_task_status);
  return host;
}

}  // namespace

std::string Quoted(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out.append(absl::StrFormat("\\u%04x", c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

std::string ToJson(const SimulatedTask& task) {
  std::string out;
  out.reserve(400 + task.host_info_list.size() * 640);
  ObjectWriter object(task.omitted, task.nulled, out);
  object.Text("task_id", task.task_id);
  object.Text("task_name", task.task_name);
  object.Text("scan_type", task.scan_type);
  object.Text("start_type", task.start_type);
  object.Text("action", task.action);
  object.Number("start_time", task.start_time);
  object.Text("task_status", task.task_status);
  object.Number("host_num", task.host_num);
  object.Number("success_host_num", task.success_host_num);
  object.Number("fail_host_num", task.fail_host_num);
  object.Number("cancel_host_num", task.cancel_host_num);
  if (object.Begin("host_info_list")) {
    out.push_back('[');
    for (const SimulatedHost& host : task.host_info_list) {
      if (out.back() != '[') out.push_back(',');
      AppendHost(host, out);
    }
    out.push_back(']');
  }
  object.Flag("rescan", task.rescan);
  object.Flag("whether_paid_task", task.whether_paid_task);
  object.End(task.extra);
  return out;
}

SimulatedTask TaskFromJson(const nlohmann::json& row) {
  SimulatedTask task;
  if (!row.is_object()) return task;
  Read(row, "task_id", task.task_id);
  Read(row, "task_name", task.task_name);
  Read(row, "task_status", task.task_status);
  Read(row, "start_time", task.start_time);
  Read(row, "whether_paid_task", task.whether_paid_task);
  const auto hosts = row.find("host_info_list");
  if (hosts != row.end() && hosts->is_array()) {
    for (const nlohmann::json& host : *hosts) {
      task.host_info_list.push_back(HostFromJson(host));
    }
  }
  return task;
}

}  // namespace hssgw::simulator
