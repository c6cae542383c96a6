// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/upstream_habits.h"

#include <algorithm>

#include "service/tasks/leg_walk.h"

namespace hssgw {
namespace {

// "time format conversion failed", and "invalid parameter".
constexpr absl::string_view kTimeFormatRefused = "HSS.1011";
constexpr absl::string_view kParameterRefused = "HSS.0001";

// The shorter of the two limits of last_days that the documents name.
constexpr int32_t kShorterLastDays = 30;

constexpr absl::Duration kLimitMemory = absl::Hours(1);

WindowLimits LimitsOf(TimeFormat format) {
  WindowLimits limits{.time_format = format};
  if (format == TimeFormat::kUtcText) limits.max_range.reset();
  return limits;
}

}  // namespace

UpstreamHabits::UpstreamHabits(std::optional<TimeFormat> time_format)
    : auto_format_(!time_format.has_value()),
      limits_(LimitsOf(time_format.value_or(TimeFormat::kEpochMillis))) {}

WindowLimits UpstreamHabits::window_limits() const {
  MutexLock lock(mu_);
  return limits_;
}

bool UpstreamHabits::LearnFromRefusal(const LegKey& leg,
                                      absl::string_view upstream_code) {
  MutexLock lock(mu_);
  if (upstream_code == kTimeFormatRefused && leg.window.begin.has_value() &&
      auto_format_ && leg.time_format == TimeFormat::kEpochMillis) {
    const int32_t max_last_days = limits_.max_last_days;
    limits_ = LimitsOf(TimeFormat::kUtcText);
    limits_.max_last_days = max_last_days;
    return true;
  }
  if (upstream_code == kParameterRefused &&
      leg.window.last_days.value_or(0) > kShorterLastDays) {
    limits_.max_last_days = kShorterLastDays;
    return true;
  }
  return false;
}

void UpstreamHabits::NoteTooLarge(const LegKey& leg, int32_t limit,
                                  absl::Time now) {
  MutexLock lock(mu_);
  absl::erase_if(smaller_limits_,
                 [&](const auto& entry) { return entry.second.until <= now; });
  smaller_limits_[leg] = {std::max(kMinPageRows, limit / 2),
                          now + kLimitMemory};
}

int32_t UpstreamHabits::LimitOf(const LegKey& leg, absl::Time now) const {
  MutexLock lock(mu_);
  const auto it = smaller_limits_.find(leg);
  if (it == smaller_limits_.end() || it->second.until <= now) {
    return kMaxPageRows;
  }
  return it->second.limit;
}

}  // namespace hssgw
