// SPDX-License-Identifier: Apache-2.0
// A stand-in for upstream with two lists that do not move: free and paid tasks,
// spread evenly over the last days, filtered by window as upstream does it.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/tasks/page.h"
#include "service/tasks/page_source.h"
#include "tests/testing/moving_list.h"

namespace hssgw {

class QuietUpstream {
 public:
  static constexpr int kDays = 60;
  static constexpr int kFreeRows = 5000;
  static constexpr int kPaidRows = 1200;
  // No paid task has this name; all free ones do.
  static constexpr const char* kOnlyFree = "only-free";
  // The widest window that it takes.
  static constexpr absl::Duration kMaxRange = absl::Hours(48);

  explicit QuietUpstream(const Clock& clock);

  // From now on times in the API page's form are refused.
  void TakeTextAlone() { takes_text_alone_ = true; }

  // Fails: HSS.1011 and HSS.0001, as upstream does.
  absl::StatusOr<Page> Answer(const PageQuestion& question) const;

  // How many rows a leg has; its window may be of any width here.
  int CountRows(const LegKey& leg) const;

 private:
  std::vector<MovingList::Row> RowsOf(const LegKey& leg) const;

  const Clock& clock_;
  const std::vector<MovingList::Row> free_;
  const std::vector<MovingList::Row> paid_;
  bool takes_text_alone_ = false;
};

}  // namespace hssgw
