// SPDX-License-Identifier: Apache-2.0
// What a caller is told of each fault that the simulator has on demand.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace hssgw {

inline constexpr int kAllTasks = -1;

struct FaultCase {
  std::string name;
  // As POST /simulator/faults takes it.
  std::string rule;
  // gRPC's.
  int code = 0;
  // Of the ErrorInfo; the metadata without upstream's id of the request.
  std::string reason;
  std::map<std::string, std::string> metadata;
  // Of the RetryInfo, and of the trailer that repeats it; zero: there is none.
  absl::Duration wait = absl::ZeroDuration();
  // Tasks that are listed in spite of it.
  int tasks = 0;

  friend void PrintTo(const FaultCase& fault, std::ostream* out) {
    *out << fault.name;
  }
};

// The call fails at its first upstream call.
std::vector<FaultCase> FailingFaults();
// The call ends well.
std::vector<FaultCase> HarmlessFaults();
// Upstream does not come to an end.
std::vector<FaultCase> StallingFaults();

}  // namespace hssgw
