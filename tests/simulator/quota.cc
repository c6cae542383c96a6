// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/quota.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace hssgw::simulator {

bool Quota::Take(absl::Time now) {
  const std::lock_guard lock(mu_);
  if (options_.calls <= 0) return true;
  while (!starts_.empty() && starts_.front() <= now - options_.period) {
    starts_.pop_front();
  }
  if (starts_.size() >= static_cast<size_t>(options_.calls)) return false;
  starts_.push_back(now);
  return true;
}

void Quota::Set(QuotaOptions options) {
  const std::lock_guard lock(mu_);
  options_ = options;
}

void Quota::Forget() {
  const std::lock_guard lock(mu_);
  starts_.clear();
}

QuotaOptions Quota::options() const {
  const std::lock_guard lock(mu_);
  return options_;
}

std::string PeriodWords(absl::Duration period) {
  const int64_t seconds = absl::ToInt64Seconds(period);
  if (seconds >= 3600 && seconds % 3600 == 0) {
    return absl::StrCat(seconds / 3600, " hour");
  }
  if (seconds >= 60 && seconds % 60 == 0) {
    return absl::StrCat(seconds / 60, " minute");
  }
  return absl::StrCat(seconds, " second");
}

}  // namespace hssgw::simulator
