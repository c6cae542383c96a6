// SPDX-License-Identifier: Apache-2.0
// One upstream list: what a query becomes once per paid flag and window.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace hssgw {

// How begin_time and end_time are written. The documents contradict each other.
enum class TimeFormat {
  kEpochMillis,  // the API page: milliseconds since the epoch, as text
  kUtcText,      // newer documents: "YYYY-MM-DD HH:MM:SS" in UTC
};

// Table 2 of the API page in upstream's own words, without paging and window.
// Empty: not sent.
struct LegFilter {
  std::string enterprise_project_id;
  std::string task_name;
  std::string task_status;
  std::string host_name;
  std::string private_ip;
  std::string public_ip;
  std::vector<std::string> host_task_status;  // sorted, each once

  friend bool operator==(const LegFilter&, const LegFilter&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const LegFilter& f) {
    return H::combine(std::move(h), f.enterprise_project_id, f.task_name,
                      f.task_status, f.host_name, f.private_ip, f.public_ip,
                      f.host_task_status);
  }
};

// What is asked about time: at most one of the two forms. Both bounds or none.
struct LegWindow {
  std::optional<int32_t> last_days;
  std::optional<absl::Time> begin;
  std::optional<absl::Time> end;  // inclusive, as upstream has it

  // Rows can still come: at the head, as it is.
  bool IsOpenEnded(absl::Time now) const {
    return !end.has_value() || *end >= now;
  }

  friend bool operator==(const LegWindow&, const LegWindow&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const LegWindow& w) {
    // (std::optional has no hash in Debian's Abseil.)
    return H::combine(std::move(h), w.last_days.value_or(0),
                      w.begin.value_or(absl::InfinitePast()),
                      w.end.value_or(absl::InfinitePast()));
  }
};

// Names one upstream list; equal keys ask equal questions. The cache key's
// part.
struct LegKey {
  std::string profile;
  std::string endpoint;  // "https://host[:port]": a profile may move
  std::string project_id;
  LegFilter filter;
  LegWindow window;
  TimeFormat time_format = TimeFormat::kEpochMillis;
  bool whether_paid_task = false;

  friend bool operator==(const LegKey&, const LegKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const LegKey& k) {
    return H::combine(std::move(h), k.profile, k.endpoint, k.project_id,
                      k.filter, k.window, k.time_format, k.whether_paid_task);
  }
};

}  // namespace hssgw
