// SPDX-License-Identifier: Apache-2.0
// A stand-in for Huawei Cloud HSS and IAM on 127.0.0.1: the virus-scan task
// list with real signatures, quota and faults. Runs in a test's own process,
// or as the program hss-simulator. Its HTTP API is in README.md.
//
// Threads: everything from any. Lifetime: Stop() or the destructor ends all.
// Fails: Start() says why for people (port in use, bad certificate).
//
//   Simulator simulator({.tasks = {.seed = 7, .count = 450}});
//   const int port = simulator.Start().value();
//   ... ask http://127.0.0.1:<port>/v5/<project>/antivirus/task ...
//   EXPECT_EQ(simulator.counters().list_requests, 3);
#ifndef HSSGW_TESTS_SIMULATOR_SIMULATOR_H_
#define HSSGW_TESTS_SIMULATOR_SIMULATOR_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/simulator/churn.h"
#include "tests/simulator/counters.h"
#include "tests/simulator/delivery.h"
#include "tests/simulator/faults.h"
#include "tests/simulator/http_server.h"
#include "tests/simulator/iam.h"
#include "tests/simulator/list_parameters.h"
#include "tests/simulator/quota.h"
#include "tests/simulator/task_data.h"
#include "tests/simulator/task_list.h"

namespace hssgw::simulator {

inline constexpr const char* kDefaultAccessKey = "SIMULATORACCESSKEY01";
inline constexpr const char* kDefaultSecretKey =
    "simulator-secret-key-for-tests-only-0001";
inline constexpr const char* kDefaultProjectId =
    "05c2d0c9a980f47c2f8dc00b23cbef21";
inline constexpr const char* kDefaultRegion = "cn-north-4";

IamOptions DefaultIam();

struct SimulatorOptions {
  HttpServerOptions http;
  TaskDataOptions tasks;
  ListRules rules;
  IamOptions iam = DefaultIam();
  QuotaOptions quota;

  // Between head and body of each answer of the task list.
  absl::Duration latency;
  // total_num as sent: "exact", "missing", "null", "text", or a number that is
  // added to the true one.
  std::string total_num = "exact";
  // Rows of a page at most, whatever limit asks for; 0: limit alone.
  int64_t max_rows = 0;

  std::optional<ChurnScript> churn;
  std::vector<FaultRule> faults;
  std::function<absl::Time()> now = [] { return absl::Now(); };
};

class Simulator {
 public:
  explicit Simulator(SimulatorOptions options = {});
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  // Listens and returns the port. Call once.
  absl::StatusOr<int> Start();
  void Stop();

  // "http://127.0.0.1:<port>", or https. REQUIRES: started.
  std::string url() const;

  Counters counters() const;
  std::vector<RequestRecord> requests() const { return ledger_.records(); }
  int64_t open_connections() const { return server_.open_connections(); }
  TaskList& list() { return list_; }
  Churn& churn() { return churn_; }
  FaultBook& faults() { return faults_; }
  Quota& quota() { return quota_; }
  Iam& iam() { return iam_; }
  absl::Time Now() const { return options_.now(); }
  void AddFault(FaultRule rule) { faults_.Add(std::move(rule), Now()); }

  // Makes the list anew from a seed.
  void Regenerate(const TaskDataOptions& data);
  TaskDataOptions task_data() const;

  void set_latency(absl::Duration latency);

  // Counters, request log, faults, churn, quota, tokens and locks as at the
  // start; the list too.
  void Reset();
  // Counters and request log alone.
  void ResetCounters() { ledger_.Reset(); }

 private:
  struct Exchange;

  void Handle(const SignedRequest& request, Connection& connection,
              httplib::Response& response);
  Reply Answer(const SignedRequest& request, Exchange& exchange);
  Reply AnswerList(const SignedRequest& request, Exchange& exchange);
  std::optional<Reply> Refuse(const SignedRequest& request, Exchange& exchange);
  void CountUnknownParameters(const SignedRequest& request);
  std::string TotalNum(int64_t total) const;
  void Record(const SignedRequest& request, const Exchange& exchange,
              int status);
  std::string NextRequestId();

  // Constant after construction.
  const SimulatorOptions options_;

  // Own synchronization.
  TaskList list_;
  Churn churn_;
  FaultBook faults_;
  Quota quota_;
  Iam iam_;
  Ledger ledger_;
  std::atomic<uint64_t> next_request_{0};
  std::atomic<int64_t> latency_nanos_{0};
  std::atomic<int> port_{0};

  mutable std::mutex mu_;
  TaskDataOptions task_data_;  // Guarded by mu_.

  HttpServer server_;  // Last: its threads use all the others.
};

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_SIMULATOR_H_
