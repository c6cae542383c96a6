// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/counters.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hssgw::simulator {

std::vector<NameValue> CutSecrets(std::vector<NameValue> headers) {
  for (auto& [name, value] : headers) {
    const std::string lower = ToLower(name);
    if (lower == "authorization") {
      const std::string algorithm = value.substr(0, value.find(' '));
      const bool known = algorithm.size() < value.size() &&
                         algorithm.find("HMAC") != std::string::npos;
      value = absl::StrCat(known ? algorithm + " " : "", "(cut)");
    } else if (lower == "x-auth-token" || lower == "x-security-token" ||
               lower == "cookie" || lower == "proxy-authorization") {
      value = absl::StrCat("(cut, ", value.size(), " bytes)");
    }
  }
  return headers;
}

void Ledger::BeginList(absl::Time now) {
  const std::lock_guard lock(mu_);
  ++counters_.list_requests;
  ++counters_.lists_in_flight;
  counters_.max_lists_in_flight =
      std::max(counters_.max_lists_in_flight, counters_.lists_in_flight);
  list_minute_.push_back(now);
  while (list_minute_.front() <= now - absl::Minutes(1)) {
    list_minute_.pop_front();
  }
  counters_.max_list_requests_in_a_minute =
      std::max(counters_.max_list_requests_in_a_minute,
               static_cast<int64_t>(list_minute_.size()));
}

void Ledger::EndList() {
  const std::lock_guard lock(mu_);
  --counters_.lists_in_flight;
}

void Ledger::Add(RequestRecord record) {
  const std::lock_guard lock(mu_);
  if (record.status != 0) ++counters_.statuses[record.status];
  records_.push_back(std::move(record));
  if (records_.size() > max_records_) records_.pop_front();
}

void Ledger::Reset() {
  const std::lock_guard lock(mu_);
  const int64_t in_flight = counters_.lists_in_flight;
  counters_ = {};
  counters_.lists_in_flight = in_flight;
  records_.clear();
  list_minute_.clear();
}

Counters Ledger::counters() const {
  const std::lock_guard lock(mu_);
  return counters_;
}

std::vector<RequestRecord> Ledger::records() const {
  const std::lock_guard lock(mu_);
  return {records_.begin(), records_.end()};
}

nlohmann::json ToJson(const Counters& counters) {
  nlohmann::json statuses = nlohmann::json::object();
  for (const auto& [status, count] : counters.statuses) {
    statuses[std::to_string(status)] = count;
  }
  return {
      {"requests", counters.requests},
      {"list_requests", counters.list_requests},
      {"iam_requests", counters.iam_requests},
      {"rows_sent", counters.rows_sent},
      {"statuses", statuses},
      {"refusals", counters.refusals},
      {"signature_failures", counters.signature_failures},
      {"throttled", counters.throttled},
      {"faults_fired", counters.faults_fired},
      {"disconnects_seen", counters.disconnects_seen},
      {"connections", counters.connections},
      {"lists_in_flight", counters.lists_in_flight},
      {"max_lists_in_flight", counters.max_lists_in_flight},
      {"max_list_requests_in_a_minute", counters.max_list_requests_in_a_minute},
      {"unknown_parameters", counters.unknown_parameters},
  };
}

nlohmann::json ToJson(const RequestRecord& record) {
  nlohmann::json headers = nlohmann::json::array();
  for (const auto& [name, value] : record.headers) {
    headers.push_back({name, value});
  }
  return {
      {"time", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", record.time,
                                absl::UTCTimeZone())},
      {"connection", record.connection},
      {"method", record.method},
      {"target", record.target},
      {"headers", headers},
      {"body", record.body},
      {"verdict", record.verdict},
      {"status", record.status},
      {"request_id", record.request_id},
      {"fault", record.fault},
  };
}

}  // namespace hssgw::simulator
