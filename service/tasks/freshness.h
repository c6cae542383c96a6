// SPDX-License-Identifier: Apache-2.0
// How old the pages of one listing may be. Ages count from when a page's
// request was sent to the start of the call.
//
// Threads: none of its own; its lister's lock guards every call.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "hss/antivirus/v1/task_service.pb.h"
#include "service/tasks/call_forecast.h"
#include "service/tasks/leg.h"
#include "service/tasks/leg_plan.h"
#include "service/tasks/leg_reader.h"
#include "service/tasks/page_cache.h"
#include "service/tasks/page_source.h"
#include "service/tasks/task_query.h"

namespace hssgw {

// What holds where a request says nothing.
struct FreshnessOptions {
  // Absent: auto, which is what the quota can bear.
  std::optional<absl::Duration> max_staleness;
  // Instead of an error.
  absl::Duration max_staleness_on_error = absl::Hours(1);
};

// Auto: the least that is allowed, and what is for a list known to be empty.
inline constexpr absl::Duration kLeastStaleness = absl::Seconds(30);
inline constexpr absl::Duration kEmptyStaleness = absl::Minutes(10);

// Auto for a list of `total_num` rows, absent where that is not known: twice
// the time that a walk takes with the quota to itself, so that the next walk
// finds the head of the one before.
absl::Duration AutoStaleness(std::optional<int64_t> total_num,
                             const CallForecast& forecast);

class Freshness {
 public:
  // `cache`: tells how long lists are; null: nobody does.
  Freshness(const TaskQuery& query, const FreshnessOptions& options,
            const PageCache* cache, const CallForecast& forecast,
            absl::Time start);

  // Sets the ages that `terms` allow for the next page of `reader`, sent after
  // `sent_after`.
  void Apply(const LegReader& reader, absl::Time sent_after, PageTerms& terms);

  // What was at hand at the start, and is allowed.
  void Tell(const std::vector<WindowPlan>& windows,
            hss::antivirus::v1::ListPlan& plan);
  void Tell(hss::antivirus::v1::ListSummary& summary) const;

 private:
  // What a leg is expected to take; no number of calls if its length is not
  // known.
  struct LegOutlook {
    int32_t pages_at_hand = 0;
    std::optional<int64_t> calls_needed;
  };

  LegOutlook OutlookOf(const LegKey& leg);
  absl::Duration StalenessOf(const LegKey& leg,
                             std::optional<int64_t> total_num);
  std::optional<int64_t> TotalOf(const LegKey& leg) const;

  // Absent: auto.
  std::optional<absl::Duration> max_staleness_;
  absl::Duration max_staleness_on_error_;
  // Tasks that are wanted; 0: all.
  const int32_t max_tasks_;
  const PageCache* const cache_;
  const CallForecast& forecast_;
  const absl::Time start_;
  // The largest age that was allowed for any leg so far.
  absl::Duration used_ = absl::ZeroDuration();
};

}  // namespace hssgw
