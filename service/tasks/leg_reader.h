// SPDX-License-Identifier: Apache-2.0
// Reads one leg: turns its walk into questions to a PageSource, some of them
// ahead of need, and the answers into rows in the leg's order.
//
// Threads: none of its own; its lister's lock guards every call.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/tasks/leg.h"
#include "service/tasks/leg_walk.h"
#include "service/tasks/page.h"
#include "service/tasks/page_source.h"

namespace hssgw {

class PageCache;
class UpstreamHabits;

// The caller's window, to the millisecond: rows outside are left out.
struct RowWindow {
  int64_t begin_millis = kNoTime;
  int64_t end_millis = std::numeric_limits<int64_t>::max();
};

// A row that is next in its leg.
struct ReadyRow {
  PageRef page;
  uint32_t index = 0;
  // Its start time; without one, that of the row before it.
  int64_t order_millis = 0;
};

class LegReader {
 public:
  // Number of a question, to tell its answer by.
  using Number = uint64_t;
  struct Question {
    Number number = 0;
    int32_t offset = 0;
    int32_t limit = 0;
    absl::Time sent_after;
    CallClass call_class = CallClass::kNeeded;
  };

  // Begins where `position` stands: at the head, or after the last row that
  // another reader gave.
  LegReader(LegKey leg, const LegWalkOptions& options, RowWindow window,
            const LegPosition& position);

  // What should be asked now, the next page first; at most `max_ahead` pages
  // beyond it. Answers are expected for all of them.
  std::vector<Question> TakeQuestions(int max_ahead);

  // Keeps the right to end a question early. False: it is not wanted any more.
  bool KeepTicket(Number number, PageTicket& ticket);

  // Takes the answer to a question, then advances as far as it can. Tickets
  // that are not wanted any more are moved to `dropped`, to be let go without a
  // lock.
  void TakeAnswer(Number number, PageAnswer answer,
                  std::vector<PageTicket>& dropped);

  // Tells `cache` (null: nobody) what another walk can use: pages taken for a
  // question they were not asked for, which the same walk will ask again; and,
  // once, that a walk which began at the head came to its end.
  // Tells `habits` of a limit that was too large.
  void NoteForOthers(PageCache* cache, UpstreamHabits& habits, absl::Time now);
  // As much as others are expected to read of this walk is there.
  void NoteWalkSoFar(PageCache& cache);

  // The next row; nullptr: none is there yet, or ever (see done, status).
  const ReadyRow* Peek() const {
    return rows_.empty() ? nullptr : &rows_.front();
  }
  ReadyRow Pop();
  size_t rows_ready() const { return rows_.size(); }

  // Where a reader would go on after the last row that was popped.
  LegPosition Position() const;

  // From now on rows that went to the head while the leg was read are wanted.
  // REQUIRES: body_done().
  void TakeHeadRows();
  bool head_rows_wanted() const { return head_rows_wanted_; }

  // Forgets what is under way; nothing is asked any more.
  void Stop(std::vector<PageTicket>& dropped);

  // As Stop, and as if there had been no rows: the leg is asked otherwise. Only
  // its calls still count. REQUIRES: no row was taken.
  void Retire(std::vector<PageTicket>& dropped);
  bool retired() const { return retired_; }

  // No row will come any more. `status` says whether that is good.
  bool done() const {
    return retired_ || (rows_.empty() && (walk_.done() || !status_.ok()));
  }
  const absl::Status& status() const { return status_; }
  // All that is left are rows that went to the head while the leg was read.
  bool body_done() const {
    return retired_ ||
           (rows_.empty() &&
            (walk_.done() || walk_.reads_head_again() || !status_.ok()));
  }

  // What the next page waits for; nothing if it was not asked for.
  PageWaiting waiting() const;
  bool any_page_read() const { return newest_sent_at_ != absl::InfinitePast(); }

  const LegKey& leg() const { return leg_; }
  const LegWalk& walk() const { return walk_; }
  int32_t upstream_calls() const { return upstream_calls_; }
  int32_t pages_shared() const { return pages_shared_; }
  int32_t rows_outside_window() const { return rows_outside_window_; }
  absl::Time oldest_sent_at() const { return oldest_sent_at_; }
  absl::Time newest_sent_at() const { return newest_sent_at_; }
  // Of the page that it began with; absl::InfinitePast() before it is there.
  absl::Time first_sent_at() const { return first_sent_at_; }
  bool stale() const { return stale_; }

  // Bytes of rows that are ready, and of answers that wait for their turn.
  size_t bytes_held() const { return bytes_held_; }
  // What one more page may bring.
  size_t page_bytes_expected() const { return largest_page_bytes_; }
  int pages_under_way() const { return pages_under_way_; }
  // The page that the walk needs next was asked for and is not there yet.
  bool next_page_under_way();

 private:
  struct AskedPage {
    Number number = 0;
    PageTicket ticket;
    std::optional<PageAnswer> answer;
  };
  using AskedPages = std::map<int32_t, AskedPage>;  // by offset

  AskedPages::iterator PageForNextQuestion();
  void Advance(std::vector<PageTicket>& dropped);
  void Accept(const PageRef& page, std::vector<PageTicket>& dropped);
  void Fail(const absl::Status& status, std::vector<PageTicket>& dropped);
  void AddRows(const PageRef& page, const RowRuns& runs);
  void NoteUse(const PageAnswer& answer);
  void Forget(AskedPages::iterator it, std::vector<PageTicket>& dropped);
  void ForgetUseless(std::vector<PageTicket>& dropped);

  const LegKey leg_;
  const RowWindow window_;
  LegWalk walk_;
  absl::Status status_;

  bool head_rows_wanted_ = false;
  bool stopped_ = false;
  bool retired_ = false;
  AskedPages asked_;
  // For NoteForOthers. The limit of the page at the head; 0: the walk did not
  // begin there, or that was told.
  std::vector<std::pair<PageQuestion, PageRef>> stand_ins_;
  int32_t head_limit_ = 0;
  Number next_number_ = 1;
  int pages_under_way_ = 0;

  std::deque<ReadyRow> rows_;
  // The last one popped in this pass; without one, the reader stands where it
  // began.
  ReadyRow last_popped_;
  LegPosition begin_;
  int64_t last_order_millis_ = std::numeric_limits<int64_t>::max();
  size_t bytes_held_ = 0;
  size_t largest_page_bytes_ = 0;

  int32_t upstream_calls_ = 0;
  int32_t pages_shared_ = 0;
  int32_t rows_outside_window_ = 0;
  absl::Time oldest_sent_at_ = absl::InfiniteFuture();
  absl::Time newest_sent_at_ = absl::InfinitePast();
  absl::Time first_sent_at_ = absl::InfinitePast();
  bool stale_ = false;
  int32_t too_large_limit_ = 0;  // the smallest; 0: none was
};

}  // namespace hssgw
