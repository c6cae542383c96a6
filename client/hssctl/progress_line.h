// SPDX-License-Identifier: Apache-2.0
// One line that tells how far a listing is, what it waits for and until when:
//
//   [====>     ] 1400 of ~5000 tasks, waits for quota until 14:03:41 (38 s),
//   all by 14:21
//
// Pure: the time and the width are arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "hss/antivirus/v1/task_service.pb.h"

namespace hssgw {

// A listing at one moment.
struct ListingView {
  int32_t tasks = 0;
  // About so many there will be; absent: nobody knows yet.
  std::optional<int32_t> total;
  hss::antivirus::v1::WaitingFor waiting_for =
      hss::antivirus::v1::WAITING_FOR_UNSPECIFIED;
  // When the next tasks are expected; absent: now.
  std::optional<absl::Time> next;
  // When the last ones are.
  std::optional<absl::Time> completion;
  // The stream broke; `next` is the next try.
  bool broken = false;
};

// Of what a gateway tells. `max_tasks` is what was asked for; 0: all.
ListingView ViewOf(const hss::antivirus::v1::ListProgress& progress,
                   int32_t max_tasks);

// At most `width` columns of ASCII, no newline. What does not fit is left out,
// the least important first.
std::string ProgressLine(const ListingView& view, absl::Time now,
                         absl::TimeZone zone, size_t width);

}  // namespace hssgw
