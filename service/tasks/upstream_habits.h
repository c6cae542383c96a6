// SPDX-License-Identifier: Apache-2.0
// What one upstream endpoint was seen to accept: which form of times, how far
// back last_days may go, how many rows of a leg fit into one answer. The
// documents contradict each other, so a refusal teaches, once, for all callers.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/base/mutex.h"
#include "service/tasks/leg.h"

namespace hssgw {

// What can be asked about time.
struct WindowLimits {
  TimeFormat time_format = TimeFormat::kEpochMillis;
  // The widest window; the API page names two days, newer documents none.
  std::optional<absl::Duration> max_range = absl::Hours(48);
  int32_t max_last_days = 90;
};

class UpstreamHabits {
 public:
  // `time_format`: absent is "auto", which begins with the API page's form.
  explicit UpstreamHabits(std::optional<TimeFormat> time_format = std::nullopt);

  WindowLimits window_limits() const;

  // Upstream refused a leg. True if that taught a way to ask otherwise that was
  // not tried with this leg yet.
  bool LearnFromRefusal(const LegKey& leg, absl::string_view upstream_code);

  // An answer of so many rows of `leg` was over the size bound.
  void NoteTooLarge(const LegKey& leg, int32_t limit, absl::Time now);
  // The limit to begin with: half of what was too large within the last hour.
  int32_t LimitOf(const LegKey& leg, absl::Time now) const;

 private:
  struct SmallerLimit {
    int32_t limit;
    absl::Time until;
  };

  const bool auto_format_;
  mutable Mutex mu_;
  WindowLimits limits_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<LegKey, SmallerLimit> smaller_limits_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace hssgw
