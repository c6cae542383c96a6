// SPDX-License-Identifier: Apache-2.0
// The walk over one upstream list that moves while it is read: which page to
// ask for next, which of its rows are new, and when the list has ended. Pure:
// no time, no threads, no I/O.
//
// Why nothing is lost: two pages that share a row lose nothing between them, in
// whatever order and however far apart they were fetched. So each page must
// hold a row of the *frontier page* (the last that added rows); rows after the
// last shared one are new. No shared row: rows moved, and the walk goes back or
// forward until it finds one, or says that it could not.
//
//   LegWalk walk({});
//   while (!walk.done()) {
//     absl::StatusOr<RowRuns> rows = walk.Accept(Fetch(walk.Next()));
//     if (!rows.ok()) return rows.status();
//     Deliver(*rows);
//   }
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/tasks/leg_position.h"
#include "service/tasks/page.h"
#include "service/tasks/seen_rows.h"

namespace hssgw {

// Upstream's most per page, asked for whatever the caller wants.
inline constexpr int32_t kMaxPageRows = 200;
inline constexpr int32_t kMinPageRows = 10;
// The last offset that upstream takes (API page, table 2).
inline constexpr int32_t kMaxOffset = 2000000;

// Rows that two quiet pages of `limit` share; all walks stand on one grid of
// offsets, a stride apart, so that callers share pages.
constexpr int32_t BaseOverlap(int32_t limit) {
  return limit / 20 > 1 ? limit / 20 : 1;
}
constexpr int32_t Stride(int32_t limit) { return limit - BaseOverlap(limit); }
// Pages of a quiet list.
constexpr int64_t PagesOf(int64_t total_num, int32_t limit) {
  return total_num <= BaseOverlap(limit)
             ? 1
             : 1 + (total_num - BaseOverlap(limit)) / Stride(limit);
}

// Rows [first, last) of a page.
struct RowRun {
  uint32_t first;
  uint32_t last;

  friend bool operator==(const RowRun&, const RowRun&) = default;
};
using RowRuns = std::vector<RowRun>;

struct LegWalkOptions {
  int32_t limit = kMaxPageRows;
  // Go on over a gap instead of failing.
  bool allow_incomplete = false;
  // Read the head again when rows moved: rows may have gone there meanwhile.
  bool read_head_again = true;
  // When a listing that is resumed was: its head is read again as of then.
  absl::Time resumed_at = absl::InfinitePast();
};

class LegWalk {
 public:
  struct Ask {
    int32_t offset = 0;
    int32_t limit = 0;
    // The page must have been sent after this: a repair never gets the page
    // that it repairs.
    absl::Time sent_after = absl::InfinitePast();
  };

  // Goes on where `position` stands: at the head, or after the last row that
  // another walk delivered.
  explicit LegWalk(const LegWalkOptions& options,
                   const LegPosition& position = {});

  // The next question: a function of the pages accepted so far, alone.
  // REQUIRES: !done().
  const Ask& Next() const { return next_; }

  // Offsets that come after Next() if the list is quiet, at most `count`, none
  // that total_num does not promise. Empty while the list moves.
  std::vector<int32_t> NextAfter(int count) const;

  // Takes a page at Next().offset; answers with its new rows, in order.
  // Fails: ABORTED, LIST_CHANGED_TOO_FAST or ORDER_UNSTABLE, unless
  // allow_incomplete; OUT_OF_RANGE, LIST_TOO_LONG.
  absl::StatusOr<RowRuns> Accept(const Page& page);

  // True if `page`, fetched ahead, has a row of the frontier page.
  bool Joins(const Page& page) const;

  // Asks for half as many rows from now on. False: not possible.
  bool HalveLimit();

  bool done() const { return phase_ == Phase::kDone; }
  // True while the rows that went to the head meanwhile are read.
  bool reads_head_again() const { return phase_ == Phase::kHead; }

  // Writes down what is known of the whole list; where in it the reader stands
  // is left to the caller, who knows what was delivered.
  void Describe(LegPosition& position) const;

  bool whole() const { return whole_; }
  bool order_unstable() const { return order_unstable_; }
  int32_t repairs() const { return repairs_; }
  int32_t duplicates_dropped() const { return duplicates_dropped_; }
  std::optional<int64_t> first_total_num() const { return first_total_num_; }
  std::optional<int64_t> last_total_num() const { return last_total_num_; }

  // Pages still needed for a quiet list, the next included. Absent: not known.
  std::optional<int32_t> PagesNeeded() const;

 private:
  enum class Phase { kFirst, kBody, kHead, kDone };

  // How a page meets the frontier page. Indexes are into the page.
  struct Joint {
    bool shared = false;
    uint32_t first_shared = 0;
    uint32_t last_shared = 0;
    // How far the last shared row moved down the list since the last joint.
    int32_t drift = 0;
    bool reordered = false;
    std::vector<bool> is_shared;

    bool IsShared(uint32_t row) const { return shared && is_shared[row]; }
    bool IsBehind(uint32_t row) const { return !shared || row > last_shared; }
  };

  static int64_t RowCount(const Page& page) {
    return static_cast<int64_t>(page.tasks.size());
  }
  static bool IsShort(const Page& page) { return RowCount(page) < page.limit; }
  static absl::Status TooLong(int64_t total_num);

  Joint FindJoint(const Page& page) const;
  // Fails: ABORTED, ORDER_UNSTABLE, unless allow_incomplete.
  absl::Status TakeOrder(const Page& page, const Joint& joint);
  RowRuns TakeNewRows(const Page& page, const Joint& joint);
  absl::StatusOr<RowRuns> TakeFirstPage(const Page& page);
  absl::StatusOr<RowRuns> TakeJoinedPage(const Page& page, const Joint& joint);
  absl::StatusOr<RowRuns> TakeApartPage(const Page& page);
  absl::StatusOr<RowRuns> TakePageBehindGap(const Page& page);
  absl::Status GiveUp(const Page& page);

  void NoteTotal(const Page& page);
  void NoteDrift(int32_t drift);
  void MoveFrontier(const Page& page);
  uint32_t FirstUnmovedRow(const Page& page) const;
  // The end of the rows of `page` that may be new.
  uint32_t EndOfNewRows(const Page& page) const;
  bool ReachedFirstPage(const Page& page) const;
  bool EndsWith(const Page& page, bool added) const;
  void FinishPass();
  bool IsFromBefore(const Page& page) const;
  int64_t OffsetAfterFrontier(bool on_grid) const;
  absl::Status PlanNext(const Page& page);
  void PlanRepair(const Page& page);
  bool LiesBeforeFrontier(const Page& page) const;

  const LegWalkOptions options_;
  int32_t limit_;
  Phase phase_ = Phase::kFirst;
  Ask next_;

  // The frontier page's rows (RowMark), the start time of the last of them, and
  // where the row after it stands now, as far as the pages tell.
  std::vector<uint64_t> frontier_;
  int64_t frontier_millis_ = kNoTime;
  absl::Time frontier_sent_at_ = absl::InfinitePast();
  int64_t end_position_ = 0;

  // When the first page was sent, and the newest one after it.
  absl::Time first_sent_at_ = absl::InfinitePast();
  absl::Time newest_sent_at_ = absl::InfinitePast();

  // Kept for reading the head again: rows (RowMark) and the newest start time.
  std::vector<uint64_t> first_page_;
  int64_t first_millis_ = kNoTime;
  SeenRows seen_;

  int32_t drift_ = 0;             // of the last joint, an answer
  int32_t previous_drift_ = 0;    // of the one before
  bool moved_ = false;            // a joint drifted, or total_num changed
  int32_t window_ = kFullWindow;  // pages that may be under way at once
  bool may_skip_gap_ = false;  // allow_incomplete: the next page need not join

  // A repair's search: the end of the frontier lies between these offsets.
  int repair_tries_ = 0;
  int64_t before_ = 0;
  std::optional<int64_t> after_;

  // The last answer said that nothing comes after the frontier.
  bool end_was_said_ = false;
  int answers_without_news_ = 0;

  int32_t repairs_ = 0;
  int32_t duplicates_dropped_ = 0;
  bool whole_ = true;
  bool order_unstable_ = false;
  std::optional<int64_t> first_total_num_;
  std::optional<int64_t> last_total_num_;

  static constexpr int32_t kFullWindow = 64;
};

}  // namespace hssgw
