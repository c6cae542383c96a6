// SPDX-License-Identifier: Apache-2.0
// What the last failures of upstream teach about the next question: a refusal
// of permission stands for a while, and an upstream that fails is not asked for
// every page that has an old one to show.
//
// Threads: its owner's lock guards every call.
#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/tasks/leg.h"

namespace hssgw {

class RecentFailures {
 public:
  static constexpr absl::Duration kDenialKept = absl::Seconds(30);
  static constexpr absl::Duration kOutageKept = absl::Seconds(30);

  // True if a page that is too old is better than `error`: it says nothing
  // about the question, only that no answer can be had now.
  static bool IsOutage(const absl::Status& error);

  // What a question about `leg`, asked at `asked_at` or later, came to.
  void Learn(const LegKey& leg, absl::Time asked_at, const absl::Status& status,
             absl::Time now);

  // The refusal of permission that stands, if it was asked for at or after
  // `not_before`; else OK.
  absl::Status Denial(const LegKey& leg, absl::Time not_before,
                      absl::Time now) const;

  // Upstream failed within kOutageKept and was not heard of since.
  bool IsFailing(const std::string& profile, absl::Time now) const;

 private:
  struct KeptDenial {
    absl::Status status;
    absl::Time asked_at;
    absl::Time until;
  };

  absl::flat_hash_map<LegKey, KeptDenial> denials_;
  // By profile: until when it counts as failing.
  absl::flat_hash_map<std::string, absl::Time> outages_;
};

}  // namespace hssgw
