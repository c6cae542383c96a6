// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/freshness.h"

#include <algorithm>
#include <limits>

#include "service/tasks/leg_walk.h"
#include "service/tasks/proto_time.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListPlan;
using ::hss::antivirus::v1::ListSummary;

}  // namespace

absl::Duration AutoStaleness(std::optional<int64_t> total_num,
                             const CallForecast& forecast) {
  if (!total_num.has_value()) return kLeastStaleness;
  if (*total_num == 0) return kEmptyStaleness;
  const int64_t rows = std::min<int64_t>(*total_num, kMaxOffset);
  const auto pages = static_cast<int32_t>(PagesOf(rows, kMaxPageRows));
  return std::max(kLeastStaleness, 2 * forecast.TimeFor(pages, /*left=*/0));
}

Freshness::Freshness(const TaskQuery& query, const FreshnessOptions& options,
                     const PageCache* cache, const CallForecast& forecast,
                     absl::Time start)
    : max_staleness_(query.max_staleness().has_value() ? query.max_staleness()
                                                       : options.max_staleness),
      max_staleness_on_error_(query.max_staleness_on_error().value_or(
          max_staleness_ == absl::ZeroDuration()
              ? absl::ZeroDuration()
              : options.max_staleness_on_error)),
      max_tasks_(query.max_tasks()),
      cache_(cache),
      forecast_(forecast),
      start_(start) {}

void Freshness::Apply(const LegReader& reader, absl::Time sent_after,
                      PageTerms& terms) {
  const absl::Duration staleness =
      StalenessOf(reader.leg(), reader.walk().last_total_num());
  // A page that repairs a joint is never the one that it repairs.
  const absl::Time later = sent_after == absl::InfinitePast()
                               ? absl::InfinitePast()
                               : sent_after + absl::Nanoseconds(1);
  terms.max_staleness = staleness;
  terms.not_before = std::max(start_ - staleness, later);
  terms.not_before_on_error =
      max_staleness_on_error_ > absl::ZeroDuration()
          ? std::max(start_ - max_staleness_on_error_, later)
          : absl::InfiniteFuture();
  // Who reads one page wants the newest; who reads on, those that go together.
  const bool reads_on =
      max_tasks_ == 0 || max_tasks_ > Stride(reader.walk().Next().limit);
  terms.follows = reads_on ? reader.first_sent_at() : absl::InfiniteFuture();
}

Freshness::LegOutlook Freshness::OutlookOf(const LegKey& leg) {
  LegOutlook outlook;
  const std::optional<int64_t> total = TotalOf(leg);
  if (cache_ != nullptr) {
    outlook.pages_at_hand =
        cache_->PagesSent(leg, start_ - StalenessOf(leg, total), start_);
  }
  if (!total.has_value()) return outlook;
  const int64_t rows =
      max_tasks_ == 0 ? *total : std::min<int64_t>(*total, max_tasks_);
  outlook.calls_needed =
      std::max<int64_t>(0, PagesOf(rows, kMaxPageRows) - outlook.pages_at_hand);
  return outlook;
}

void Freshness::Tell(const std::vector<WindowPlan>& windows, ListPlan& plan) {
  int32_t at_hand = 0;
  int64_t needed = 0;
  bool all_known = true;
  bool rows_at_hand = !windows.empty();
  for (const WindowPlan& window : windows) {
    for (const LegKey& leg : window.legs) {
      const LegOutlook outlook = OutlookOf(leg);
      at_hand += outlook.pages_at_hand;
      needed += outlook.calls_needed.value_or(0);
      all_known = all_known && outlook.calls_needed.has_value();
      if (&window == &windows.front()) {
        rows_at_hand = rows_at_hand && outlook.pages_at_hand > 0;
      }
    }
  }
  plan.set_pages_cached(at_hand);
  if (rows_at_hand) {
    *plan.mutable_first_frame_expected_time() = ToProto(start_);
  }
  if (all_known && !plan.has_upstream_calls_needed()) {
    plan.set_upstream_calls_needed(static_cast<int32_t>(
        std::min<int64_t>(needed, std::numeric_limits<int32_t>::max())));
  }
  *plan.mutable_max_staleness_used() = ToProto(used_);
}

void Freshness::Tell(ListSummary& summary) const {
  *summary.mutable_max_staleness_used() = ToProto(used_);
}

std::optional<int64_t> Freshness::TotalOf(const LegKey& leg) const {
  return cache_ == nullptr ? std::nullopt : cache_->TotalOf(leg);
}

absl::Duration Freshness::StalenessOf(const LegKey& leg,
                                      std::optional<int64_t> total_num) {
  if (!total_num.has_value()) total_num = TotalOf(leg);
  const absl::Duration staleness = max_staleness_.has_value()
                                       ? *max_staleness_
                                       : AutoStaleness(total_num, forecast_);
  used_ = std::max(used_, staleness);
  return staleness;
}

}  // namespace hssgw
