// SPDX-License-Identifier: Apache-2.0
// An upstream list that moves: rows arrive at the head, leave, change their
// status and so leave the filter, or are scanned again and go to the head,
// between any two reads. Remembers which rows were
// there throughout and did not move: those a listing must deliver exactly once.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "service/tasks/page.h"

namespace hssgw {

class MovingList {
 public:
  struct Row {
    uint64_t id = 0;
    int64_t start_millis = 0;
  };

  // `rows` rows, newest first, a second apart, ids 1, 2, ...
  MovingList(int rows, uint64_t seed);

  // Each moves `count` rows, or all; who leaves or moves is drawn at random.
  void Arrive(int count);
  void Leave(int count);
  void MoveToHead(int count);
  // Neighbours, wherever they stand: tasks that were started together and end
  // together.
  void ChangeStatus(int count);

  // The page there now, encoded like a decoded one. Its total_num is true.
  Page Read(int32_t offset, int32_t limit, absl::Time sent_at,
            bool whether_paid_task = false) const;

  // The rows of `wire`, by id.
  static std::vector<uint64_t> IdsOf(const Page& page);

  const std::deque<Row>& rows() const { return rows_; }
  // Of the rows at the start, those still there and never moved.
  const std::set<uint64_t>& steady() const { return steady_; }
  bool was_moved(uint64_t id) const { return moved_.contains(id); }

 private:
  int64_t NextTime() { return newest_ += 1000; }
  size_t Random(size_t below) { return random_() % below; }
  std::vector<bool> Draw(int count);
  std::vector<Row> TakeOut(const std::vector<bool>& drawn);

  std::mt19937_64 random_;
  uint64_t next_id_ = 1;
  int64_t newest_;
  std::deque<Row> rows_;
  std::set<uint64_t> steady_;
  std::set<uint64_t> moved_;
};

// "task-<id>": what IdsOf and the lister's tests read back.
std::string TaskIdText(uint64_t id);

// One page of `rows` as decode would make it.
Page MakePage(const std::vector<MovingList::Row>& rows, int32_t offset,
              int32_t limit, std::optional<int64_t> total_num,
              absl::Time sent_at = absl::UnixEpoch(),
              bool whether_paid_task = false);

}  // namespace hssgw
