// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/faults.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tests/simulator/json_reader.h"

namespace hssgw::simulator {
namespace {

using nlohmann::json;

void ReadHeaders(JsonReader& reader, FaultAction& action) {
  const json* const headers = reader.Find("headers");
  if (headers == nullptr) return;
  if (!headers->is_object()) return reader.Fail("headers", "an object");
  for (const auto& [name, value] : headers->items()) {
    if (!value.is_string()) return reader.Fail("headers", "text values");
    action.headers.emplace_back(name, value.get<std::string>());
  }
}

void ReadDelivery(JsonReader& reader, FaultAction& action) {
  Delivery delivery;
  std::string word;
  bool given = reader.Read("transport", word);
  given |= reader.Read("before_headers", delivery.before_headers);
  given |= reader.Read("before_body", delivery.before_body);
  given |= reader.Read("hold", delivery.hold);
  given |= reader.Read("bytes_per_second", delivery.bytes_per_second);
  if (!given) return;
  if (!word.empty()) {
    const std::optional<Transport> transport = TransportFromWord(word);
    if (!transport) {
      std::string known;
      for (const Transport one : AllTransports()) {
        absl::StrAppend(&known, known.empty() ? "" : ", ",
                        std::string(ToWord(one)));
      }
      return reader.Fail("transport", absl::StrCat("one of ", known));
    }
    delivery.transport = *transport;
  }
  action.delivery = delivery;
}

void ReadAction(JsonReader& reader, FaultAction& action) {
  reader.Read("status", action.status);
  if (reader.Read("shape", action.shape) &&
      !MakeFaultReply(action.shape, 0, {})) {
    std::string known;
    for (const std::string& shape : FaultShapes()) {
      absl::StrAppend(&known, known.empty() ? "" : ", ", shape);
    }
    reader.Fail("shape", absl::StrCat("one of ", known));
  }
  std::string body;
  if (reader.Read("body", body)) action.body = body;
  reader.Read("code", action.words.code);
  reader.Read("message", action.words.message);
  reader.Read("limit", action.words.throttle_limit);
  reader.Read("time", action.words.throttle_time);
  reader.Read("bytes", action.words.bytes);
  reader.Read("content_type", action.content_type);
  ReadHeaders(reader, action);
  std::string retry_after;
  if (reader.Read("retry_after", retry_after)) {
    action.headers.emplace_back("Retry-After", retry_after);
  }
  ReadDelivery(reader, action);
}

}  // namespace

absl::StatusOr<FaultRule> FaultRuleFromJson(const json& object) {
  FaultRule rule;
  JsonReader reader("fault", object);
  reader.Read("name", rule.name);
  reader.Read("path", rule.path);
  reader.Read("method", rule.method);
  reader.Read("after", rule.after);
  reader.Read("nth", rule.nth);
  reader.Read("every", rule.every);
  reader.Read("share", rule.share);
  reader.Read("seed", rule.seed);
  reader.Read("count", rule.count);
  reader.Read("for", rule.duration);
  ReadAction(reader, rule.action);
  if (rule.every < 1) reader.Fail("every", "1 or more");
  if (rule.nth > 0 && rule.count < 0) rule.count = 1;
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  return rule;
}

Reply MakeReply(const FaultAction& action, const std::string& request_id) {
  FaultWords words = action.words;
  words.request_id = request_id;
  Reply reply;
  if (action.body) {
    reply = {.status = action.status == 0 ? 200 : action.status,
             .body = *action.body};
  } else {
    const std::string shape = action.shape.empty() ? "gateway" : action.shape;
    reply = MakeFaultReply(shape, action.status, words).value_or(Reply{});
  }
  if (!action.content_type.empty()) reply.content_type = action.content_type;
  return reply;
}

void FaultBook::Add(FaultRule rule, absl::Time now) {
  const absl::Time end = now + rule.duration;
  const SeededRandom random(rule.seed);
  const std::lock_guard lock(mu_);
  armed_.push_back({std::move(rule), end, random});
}

void FaultBook::Clear() {
  const std::lock_guard lock(mu_);
  armed_.clear();
}

bool FaultBook::Fires(ArmedRule& armed, absl::Time now) {
  const FaultRule& rule = armed.rule;
  if (now >= armed.end) return false;
  const int64_t number = ++armed.matched - rule.after;
  if (number < 1) return false;
  if (rule.nth > 0 && number != rule.nth) return false;
  if (number % rule.every != 0) return false;
  if (!armed.random.Chance(rule.share)) return false;
  if (rule.count >= 0 && armed.fired >= rule.count) return false;
  ++armed.fired;
  return true;
}

std::optional<FaultBook::Fired> FaultBook::Next(std::string_view method,
                                                std::string_view target,
                                                absl::Time now) {
  const std::lock_guard lock(mu_);
  for (ArmedRule& armed : armed_) {
    const FaultRule& rule = armed.rule;
    if (target.find(rule.path) == std::string_view::npos) continue;
    if (!rule.method.empty() && rule.method != method) continue;
    if (!Fires(armed, now)) continue;
    ++fired_;
    return Fired{rule.name, rule.action};
  }
  return std::nullopt;
}

int64_t FaultBook::fired() const {
  const std::lock_guard lock(mu_);
  return fired_;
}

json FaultBook::ToJson() const {
  const std::lock_guard lock(mu_);
  json rules = json::array();
  for (const ArmedRule& armed : armed_) {
    rules.push_back({{"name", armed.rule.name},
                     {"path", armed.rule.path},
                     {"matched", armed.matched},
                     {"fired", armed.fired}});
  }
  return rules;
}

}  // namespace hssgw::simulator
