// SPDX-License-Identifier: Apache-2.0
// The legs of a listing, merged: one window after the other, newest first;
// within a window free and paid rows by start time; at the end the rows that
// went to a head meanwhile.
//
// Threads: none of its own; its lister's lock guards every call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/tasks/leg_plan.h"
#include "service/tasks/leg_reader.h"
#include "service/tasks/list_position.h"
#include "service/tasks/task_query.h"
#include "service/tasks/upstream_habits.h"

namespace hssgw {

using LegReaders = std::vector<std::unique_ptr<LegReader>>;

struct LegMergeOptions {
  // Go on over a gap instead of failing.
  bool allow_incomplete = false;
  // Ask every window at once: a count wants the length of all.
  bool open_all_windows = false;
  // Go on from there.
  std::optional<ListPosition> resume_from;
};

class LegMerge {
 public:
  // Plans `query` at `now`, or as the position says.
  LegMerge(TaskQuery query, UpstreamHabits& habits, absl::Time now,
           LegMergeOptions options);

  // OK, or TOKEN_INVALID if the position does not fit the plan.
  const absl::Status& status() const { return status_; }

  // The reader whose row is next; nullptr while one that may have it does not
  // know yet, and at the end. Opens the next window when one is read.
  LegReader* NextReader();

  // True once every leg was read to its end.
  bool AllRead() const;
  // Why no row can come any more, though the end was not reached.
  absl::Status FirstError() const;

  // A refusal of the first questions may teach how to ask: then everything is
  // planned again. REQUIRES: no row was popped.
  void PlanAnewIfRefused(std::vector<PageTicket>& dropped);

  // Where another merge goes on after the last row popped.
  ListPosition Position() const;

  // When the oldest page used was sent, also before a break;
  // absl::InfiniteFuture(): none was.
  absl::Time oldest_sent_at() const;

  // Also those of windows that were read, and those that were retired.
  const LegReaders& readers() const { return readers_; }
  const std::vector<WindowPlan>& windows() const { return windows_; }
  int64_t legs_not_opened() const;
  bool all_windows_opened() const {
    return first_readers_.size() == windows_.size();
  }

 private:
  void PlanFirst();
  void OpenFrom(const ListPosition& position);
  void OpenWindow(const std::vector<LegPosition>* positions);
  LegReader* NextBodyReader();
  // The readers of the window number `window`, as indexes [first, last).
  struct Range {
    size_t first;
    size_t last;
  };
  Range ReadersOf(size_t window) const;
  std::vector<LegPosition> PositionsOf(size_t window) const;

  const TaskQuery query_;
  UpstreamHabits& habits_;
  const absl::Time now_;
  const LegMergeOptions options_;
  absl::Status status_;

  absl::Time planned_at_;
  WindowLimits limits_;
  std::vector<WindowPlan> windows_;
  // Readers of windows that were opened, in order; where those of each begin.
  // A resumed listing has none for windows that were read before.
  LegReaders readers_;
  std::vector<size_t> first_readers_;
};

}  // namespace hssgw
