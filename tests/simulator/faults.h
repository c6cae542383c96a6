// SPDX-License-Identifier: Apache-2.0
// Faults on demand: rules that pick requests (the nth, every kth, a share, by
// path, for a time, so many times) and say what is done to their answers. The
// first rule that fires wins.
//
// Threads: any.
//
//   book.Add({.nth = 3, .action = {.status = 503, .shape = "html"}}, now);
#ifndef HSSGW_TESTS_SIMULATOR_FAULTS_H_
#define HSSGW_TESTS_SIMULATOR_FAULTS_H_

#include <cstdint>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/simulator/delivery.h"
#include "tests/simulator/fault_bodies.h"
#include "tests/simulator/reply.h"
#include "tests/simulator/seeded_random.h"

namespace hssgw::simulator {

struct FaultAction {
  // With none of these three the usual answer is made and only its delivery
  // changes. `body` is sent as it is; `status` alone takes the shape "gateway".
  int status = 0;
  std::string shape;
  std::optional<std::string> body;

  FaultWords words;
  std::string content_type;        // Empty: the shape's.
  std::vector<NameValue> headers;  // Added, e.g. Retry-After, Location.
  std::optional<Delivery> delivery;

  bool replaces_answer() const {
    return status != 0 || !shape.empty() || body.has_value();
  }
};

struct FaultRule {
  std::string name;    // Shown in logs; need not be unique.
  std::string path;    // Part of the target; empty: every request.
  std::string method;  // Empty: any.
  int64_t after = 0;   // Lets so many matching requests pass first.
  int64_t nth = 0;     // Only the nth after these; 0: any.
  int64_t every = 1;   // Only each so-manieth.
  double share = 1.0;  // Of those left, seeded.
  uint64_t seed = 1;
  int64_t count = -1;  // Fires at most so often; -1: no bound.
  absl::Duration duration = absl::InfiniteDuration();  // From being added.
  FaultAction action;
};

// Reads a rule as POST /simulator/faults takes it; unknown names and words are
// errors that say which are known.
absl::StatusOr<FaultRule> FaultRuleFromJson(const nlohmann::json& json);

// The reply of an action that replaces the answer.
Reply MakeReply(const FaultAction& action, const std::string& request_id);

class FaultBook {
 public:
  void Add(FaultRule rule, absl::Time now);
  void Clear();

  // The action for this request, if a rule fires, with the rule's name.
  struct Fired {
    std::string name;
    FaultAction action;
  };
  std::optional<Fired> Next(std::string_view method, std::string_view target,
                            absl::Time now);

  int64_t fired() const;

  // Name, matched and fired of each rule.
  nlohmann::json ToJson() const;

 private:
  struct ArmedRule {
    FaultRule rule;
    absl::Time end;
    SeededRandom random;
    int64_t matched = 0;
    int64_t fired = 0;
  };
  static bool Fires(ArmedRule& armed, absl::Time now);

  mutable std::mutex mu_;
  std::vector<ArmedRule> armed_;  // Guarded by mu_; next too.
  int64_t fired_ = 0;
};

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_FAULTS_H_
