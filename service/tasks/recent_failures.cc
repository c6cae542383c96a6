// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/recent_failures.h"

#include "service/base/error.h"

namespace hssgw {

bool RecentFailures::IsOutage(const absl::Status& error) {
  switch (FactsOf(error).reason) {
    case Reason::kUpstreamThrottled:
    case Reason::kUpstreamUnavailable:
    case Reason::kUpstreamAnswerUnreadable:
    case Reason::kUpstreamCredentialRejected:
    case Reason::kCredentialNotReady:
      return true;
    default:
      return error.code() == absl::StatusCode::kUnavailable;
  }
}

void RecentFailures::Learn(const LegKey& leg, absl::Time asked_at,
                           const absl::Status& status, absl::Time now) {
  if (FactsOf(status).reason == Reason::kUpstreamPermission) {
    absl::erase_if(denials_, [&](const auto& denial) {
      return denial.second.until <= now;
    });
    denials_[leg] = {status, asked_at, now + kDenialKept};
  }
  if (status.ok()) {
    outages_.erase(leg.profile);
  } else if (IsOutage(status)) {
    outages_[leg.profile] = now + kOutageKept;
  }
}

absl::Status RecentFailures::Denial(const LegKey& leg, absl::Time not_before,
                                    absl::Time now) const {
  const auto denial = denials_.find(leg);
  if (denial == denials_.end() || denial->second.until <= now ||
      denial->second.asked_at < not_before) {
    return absl::OkStatus();
  }
  return denial->second.status;
}

bool RecentFailures::IsFailing(const std::string& profile,
                               absl::Time now) const {
  const auto outage = outages_.find(profile);
  return outage != outages_.end() && now < outage->second;
}

}  // namespace hssgw
