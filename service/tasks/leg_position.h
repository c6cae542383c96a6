// SPDX-License-Identifier: Apache-2.0
// Where the reading of a leg stands, in few enough bytes for a resume token:
// what another process needs to go on after the last row that was delivered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "service/tasks/page.h"

namespace hssgw {

struct LegPosition {
  enum class Phase : uint8_t {
    kBody,
    kHead,  // the head is read again, for rows that went there meanwhile
    kDone,
  };

  // As many as two quiet pages share; more would not fit into a token.
  static constexpr size_t kMaxAnchors = 10;
  static constexpr size_t kMaxFirstRows = 4;

  Phase phase = Phase::kBody;
  // Rows of the list before the next one, as the list stood.
  int64_t rows_before = 0;
  // The last rows before it, in order; empty: begin at the head.
  std::vector<uint64_t> anchors;
  // Start time of the last row delivered; kNoTime without one.
  int64_t last_millis = kNoTime;
  // Rows of the leg's first page, where reading the head again ends, and the
  // start time of the newest of them.
  std::vector<uint64_t> first_rows;
  int64_t first_millis = kNoTime;
  std::optional<int64_t> total_num;
  // The list was seen to move; a gap was skipped; its order changed.
  bool moved = false;
  bool whole = true;
  bool order_unstable = false;

  friend bool operator==(const LegPosition&, const LegPosition&) = default;
};

// Names a row where it stands: one whose start time changed has moved. The same
// in every process. 0: a row without an id, which is never an anchor.
constexpr uint64_t RowMark(const TaskSpan& task) {
  if (task.id_hash == 0) return 0;
  uint64_t mark = task.id_hash ^ static_cast<uint64_t>(task.start_millis) *
                                     0x9E3779B97F4A7C15U;
  mark = (mark ^ mark >> 32U) * 0xD6E8FEB86659FD93U;
  mark ^= mark >> 32U;
  return mark == 0 ? 1 : mark;
}

}  // namespace hssgw
