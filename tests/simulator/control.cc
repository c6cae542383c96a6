// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/control.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/simulator/json_reader.h"
#include "tests/simulator/options_json.h"
#include "tests/simulator/simulator.h"
#include "tests/simulator/task_json.h"

namespace hssgw::simulator {
namespace {

using nlohmann::json;

Reply AsReply(const json& answer) {
  // Headers and targets may hold any bytes.
  return {.body = answer.dump(2, ' ', false, json::error_handler_t::replace) +
                  "\n"};
}

Reply BadRequest(const absl::Status& status) {
  Reply reply = AsReply({{"error", std::string(status.message())}});
  reply.status = 400;
  return reply;
}

Reply CountersReply(Simulator& simulator) {
  json answer = ToJson(simulator.counters());
  answer["open_connections"] = simulator.open_connections();
  answer["tasks"] = simulator.list().size();
  answer["churn"] = ToJson(simulator.churn().counts());
  return AsReply(answer);
}

Reply RequestsReply(Simulator& simulator) {
  json records = json::array();
  for (const RequestRecord& record : simulator.requests()) {
    records.push_back(ToJson(record));
  }
  return AsReply({{"requests", std::move(records)}});
}

// The rows as they are sent, newest first, and what they were made from.
Reply TasksReply(Simulator& simulator) {
  const std::vector<RowRef> rows = simulator.list().Rows();
  std::string body = R"({"data":)" + ToJson(simulator.task_data()).dump() +
                     R"(,"total_num":)" + std::to_string(rows.size()) +
                     R"(,"data_list":[)";
  for (const RowRef& row : rows) {
    if (body.back() != '[') body.push_back(',');
    body.append(row->json);
  }
  return {.body = body + "]}\n"};
}

Reply AddFaults(Simulator& simulator, const json& body) {
  const json rules = body.is_array() ? body : json::array({body});
  std::vector<FaultRule> read;
  for (const json& one : rules) {
    absl::StatusOr<FaultRule> rule = FaultRuleFromJson(one);
    if (!rule.ok()) return BadRequest(rule.status());
    read.push_back(*std::move(rule));
  }
  for (FaultRule& rule : read) simulator.AddFault(std::move(rule));
  return AsReply({{"faults", simulator.faults().ToJson()}});
}

Reply SetScript(Simulator& simulator, const json& body) {
  const absl::StatusOr<ChurnScript> script = ChurnScriptFromJson(body);
  if (!script.ok()) return BadRequest(script.status());
  simulator.churn().Set(*script);
  return AsReply({{"churn", ToJson(simulator.churn().counts())}});
}

// Rows of the request's "append" or "replace", with keys in the order given.
std::vector<RowRef> RowsOf(const std::string& body, const char* name,
                           int64_t start_millis) {
  const auto ordered = nlohmann::ordered_json::parse(body, nullptr, false);
  std::vector<RowRef> rows;
  for (const auto& row : ordered.at(name)) {
    rows.push_back(MakeRawRow(row.dump(), start_millis));
  }
  return rows;
}

bool IsArrayOf(const json* field, json::value_t kind) {
  if (field == nullptr || !field->is_array()) return false;
  for (const json& one : *field) {
    if (one.type() != kind) return false;
  }
  return true;
}

Reply ChangeTasks(Simulator& simulator, const SignedRequest& request,
                  const json& body) {
  JsonReader reader("tasks", body);
  const json* const replace = reader.Find("replace");
  const json* const append = reader.Find("append");
  const json* const raw = reader.Find("append_raw");
  const json* const remove = reader.Find("remove");
  TaskDataOptions data = simulator.task_data();
  ReadTaskData(reader, data);
  using Kind = json::value_t;
  if (replace != nullptr && !IsArrayOf(replace, Kind::object)) {
    reader.Fail("replace", "an array of rows");
  }
  if (append != nullptr && !IsArrayOf(append, Kind::object)) {
    reader.Fail("append", "an array of rows");
  }
  if (raw != nullptr && !IsArrayOf(raw, Kind::string)) {
    reader.Fail("append_raw", "an array of text");
  }
  if (remove != nullptr && !IsArrayOf(remove, Kind::string)) {
    reader.Fail("remove", "an array of task ids");
  }
  if (const absl::Status status = reader.Finish(); !status.ok()) {
    return BadRequest(status);
  }
  const int64_t start = data.newest_start_millis;
  if (replace != nullptr) {
    simulator.list().Replace(RowsOf(request.body, "replace", start));
  } else if (append == nullptr && raw == nullptr && remove == nullptr) {
    simulator.Regenerate(data);
  }
  if (append != nullptr) {
    for (RowRef& row : RowsOf(request.body, "append", start)) {
      simulator.list().Add(std::move(row));
    }
  }
  if (raw != nullptr) {
    for (const json& text : *raw) {
      simulator.list().Add(MakeRawRow(text.get<std::string>(), start));
    }
  }
  if (remove != nullptr) {
    for (const json& id : *remove) {
      simulator.list().Remove(id.get<std::string>());
    }
  }
  return AsReply({{"tasks", simulator.list().size()}});
}

Reply ChangeSettings(Simulator& simulator, const json& body) {
  JsonReader reader("settings", body);
  absl::Duration latency;
  const bool set_latency = reader.Read("latency", latency);
  QuotaOptions quota = simulator.quota().options();
  bool set_quota = reader.Read("calls_per_minute", quota.calls);
  set_quota |= reader.Read("quota_period", quota.period);
  if (const absl::Status status = reader.Finish(); !status.ok()) {
    return BadRequest(status);
  }
  if (set_latency) simulator.set_latency(latency);
  if (set_quota) simulator.quota().Set(quota);
  return AsReply(json::object());
}

Reply ChangeCredentials(Simulator& simulator, const json& body) {
  JsonReader reader("credentials", body);
  AccessKey key;
  std::string removed;
  bool expire_tokens = false;
  const bool put = reader.Read("access_key", key.access_key);
  const bool secret = reader.Read("secret_key", key.secret_key);
  reader.Read("security_token", key.security_token);
  const bool remove = reader.Read("remove", removed);
  reader.Read("expire_tokens", expire_tokens);
  if (put != secret) reader.Fail("secret_key", "access_key and secret_key");
  if (const absl::Status status = reader.Finish(); !status.ok()) {
    return BadRequest(status);
  }
  if (put) simulator.iam().PutKey(std::move(key));
  if (remove) simulator.iam().RemoveKey(removed);
  if (expire_tokens) simulator.iam().ExpireTokens(simulator.Now());
  return AsReply(json::object());
}

Reply ResetAll(Simulator& simulator, const json& body) {
  JsonReader reader("reset", body);
  std::string only;
  if (reader.Read("only", only) && only != "counters") {
    reader.Fail("only", "counters");
  }
  if (const absl::Status status = reader.Finish(); !status.ok()) {
    return BadRequest(status);
  }
  only.empty() ? simulator.Reset() : simulator.ResetCounters();
  return AsReply(json::object());
}

std::optional<Reply> AnswerGet(Simulator& simulator, std::string_view name) {
  if (name == "counters") return CountersReply(simulator);
  if (name == "requests") return RequestsReply(simulator);
  if (name == "tasks") return TasksReply(simulator);
  if (name == "faults") {
    return AsReply({{"faults", simulator.faults().ToJson()}});
  }
  return std::nullopt;
}

std::optional<Reply> AnswerPost(Simulator& simulator, std::string_view name,
                                const SignedRequest& request) {
  const absl::StatusOr<json> body =
      ParseJson(request.body.empty() ? "{}" : request.body);
  if (!body.ok()) return BadRequest(body.status());
  if (name == "reset") return ResetAll(simulator, *body);
  if (name == "faults") return AddFaults(simulator, *body);
  if (name == "script") return SetScript(simulator, *body);
  if (name == "tasks") return ChangeTasks(simulator, request, *body);
  if (name == "settings") return ChangeSettings(simulator, *body);
  if (name == "credentials") return ChangeCredentials(simulator, *body);
  return std::nullopt;
}

std::optional<Reply> AnswerDelete(Simulator& simulator, std::string_view name) {
  if (name == "faults") {
    simulator.faults().Clear();
  } else if (name == "script") {
    simulator.churn().Set(std::nullopt);
  } else {
    return std::nullopt;
  }
  return AsReply(json::object());
}

}  // namespace

Reply AnswerControl(Simulator& simulator, const SignedRequest& request) {
  constexpr std::string_view kPrefix = "/simulator/";
  const std::string_view name =
      SplitTarget(request.target).first.substr(kPrefix.size());
  std::optional<Reply> reply;
  if (request.method == "GET") reply = AnswerGet(simulator, name);
  if (request.method == "POST") reply = AnswerPost(simulator, name, request);
  if (request.method == "DELETE") reply = AnswerDelete(simulator, name);
  if (reply) return *std::move(reply);
  Reply missing =
      AsReply({{"error", "no such call of the control API; see README.md"}});
  missing.status = 404;
  return missing;
}

}  // namespace hssgw::simulator
