// SPDX-License-Identifier: Apache-2.0
// What the simulator saw: counters, and a bounded log of requests from which
// secrets are cut.
//
// Threads: any.
#ifndef HSSGW_TESTS_SIMULATOR_COUNTERS_H_
#define HSSGW_TESTS_SIMULATOR_COUNTERS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulator/escaping.h"

namespace hssgw::simulator {

struct Counters {
  int64_t requests = 0;       // All but those to /simulator/.
  int64_t list_requests = 0;  // To the task list, whatever came of them.
  int64_t iam_requests = 0;
  int64_t rows_sent = 0;
  std::map<int, int64_t> statuses;  // As answered; resets have none.
  // By reason: no_authorization, malformed, unknown_access_key, expired,
  // mismatch, locked, token.
  std::map<std::string, int64_t> refusals;
  int64_t signature_failures = 0;  // The sum of `refusals`.
  int64_t throttled = 0;           // 429s of the quota, not of a fault.
  int64_t faults_fired = 0;
  int64_t disconnects_seen = 0;
  int64_t connections = 0;
  int64_t lists_in_flight = 0;
  int64_t max_lists_in_flight = 0;
  int64_t max_list_requests_in_a_minute = 0;  // In any 60 s.
  std::map<std::string, int64_t> unknown_parameters;
};

struct RequestRecord {
  absl::Time time;
  int64_t connection = 0;
  std::string method;
  std::string target;
  std::vector<NameValue> headers;  // Cut, see CutSecrets().
  std::string body;                // At most 4 KiB, and none of IAM's.
  std::string verdict;  // accepted, token, a reason of refusal, or none.
  int status = 0;
  std::string request_id;
  std::string fault;  // Name of the rule that fired.
};

// Authorization keeps its algorithm, tokens nothing.
std::vector<NameValue> CutSecrets(std::vector<NameValue> headers);

class Ledger {
 public:
  explicit Ledger(size_t max_records = 2000) : max_records_(max_records) {}

  // Runs `change` on the counters under the lock.
  template <typename F>
  void Count(F change) {
    const std::lock_guard lock(mu_);
    change(counters_);
  }

  // A list request begins; its end.
  void BeginList(absl::Time now);
  void EndList();

  void Add(RequestRecord record);
  void Reset();

  Counters counters() const;
  std::vector<RequestRecord> records() const;

 private:
  const size_t max_records_;
  mutable std::mutex mu_;
  Counters counters_;                   // Guarded by mu_; all below too.
  std::deque<RequestRecord> records_;   // Oldest first.
  std::deque<absl::Time> list_minute_;  // List requests of the last 60 s.
};

nlohmann::json ToJson(const Counters& counters);
nlohmann::json ToJson(const RequestRecord& record);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_COUNTERS_H_
