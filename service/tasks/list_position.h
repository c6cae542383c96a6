// SPDX-License-Identifier: Apache-2.0
// Where a listing stands: its plan, made absolute, and a position in each leg.
// What a resume token holds.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "service/tasks/leg_position.h"
#include "service/tasks/upstream_habits.h"

namespace hssgw {

struct ListPosition {
  // With the query, what the windows are planned from again. Milliseconds.
  absl::Time planned_at;
  WindowLimits limits;

  // The window that is being read, and its legs. Later ones are untouched.
  int32_t window = 0;
  std::vector<LegPosition> legs;
  // The legs of the first window, while a later one is read: their heads may
  // have to be read again at the end.
  std::vector<LegPosition> first_legs;

  // When the oldest page used so far was sent; absl::InfiniteFuture(): none
  // was. Milliseconds.
  absl::Time oldest_sent_at = absl::InfiniteFuture();
  // A page token may point inside the next task: so many of its hosts were
  // sent, if it is still the one of that mark (RowMark).
  int32_t hosts_sent = 0;
  uint64_t cut_task = 0;
};

}  // namespace hssgw
