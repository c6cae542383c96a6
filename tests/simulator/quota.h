// SPDX-License-Identifier: Apache-2.0
// A counted quota: at most `calls` in any `period`, exactly (a window over the
// last start times). A refused call is not counted.
//
// Threads: any.
#ifndef HSSGW_TESTS_SIMULATOR_QUOTA_H_
#define HSSGW_TESTS_SIMULATOR_QUOTA_H_

#include <deque>
#include <mutex>
#include <string>

#include "absl/time/time.h"

namespace hssgw::simulator {

struct QuotaOptions {
  int calls = 0;  // 0: no quota.
  absl::Duration period = absl::Minutes(1);
};

class Quota {
 public:
  explicit Quota(QuotaOptions options) : options_(options) {}

  // False if the window is full at `now`.
  bool Take(absl::Time now);

  // Changes the rule; what was spent stays spent.
  void Set(QuotaOptions options);
  void Forget();

  QuotaOptions options() const;

 private:
  mutable std::mutex mu_;
  QuotaOptions options_;           // Guarded by mu_; next too.
  std::deque<absl::Time> starts_;  // Oldest first.
};

// "1 minute", "30 second": as upstream's 429 words a period.
std::string PeriodWords(absl::Duration period);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_QUOTA_H_
