// SPDX-License-Identifier: Apache-2.0
// Changes a task list between pages: after every nth list request rows arrive,
// go, change their status or move to the head. Seeded, so that a test can
// replay a schedule.
//
// Threads: any. Lifetime: the list must outlive it.
#ifndef HSSGW_TESTS_SIMULATOR_CHURN_H_
#define HSSGW_TESTS_SIMULATOR_CHURN_H_

#include <cstdint>
#include <mutex>
#include <optional>

#include "tests/simulator/seeded_random.h"
#include "tests/simulator/task_data.h"
#include "tests/simulator/task_list.h"

namespace hssgw::simulator {

struct ChurnScript {
  uint64_t seed = 1;
  int64_t every = 1;     // Acts after each `every`th list request.
  int64_t times = -1;    // Acts at most so often; -1: always.
  int64_t within = 0;    // Rows of the head that may be hit; 0: any row.
  int64_t arrivals = 0;  // New tasks at the head; next: rows taken away.
  int64_t removals = 0;
  int64_t status_changes = 0;
  int64_t rescans = 0;  // Rows that move to the head with a new start time.
};

struct ChurnCounts {
  int64_t acts = 0;
  int64_t arrivals = 0, removals = 0, status_changes = 0, rescans = 0;
};

class Churn {
 public:
  // `data` says how arriving tasks are made.
  Churn(TaskList& list, TaskDataOptions data);

  // Starts counting anew; nothing ends the churn.
  void Set(std::optional<ChurnScript> script);
  void SetData(TaskDataOptions data);

  // Called after each list request has been answered from the list.
  void AfterListRequest();

  ChurnCounts counts() const;

 private:
  void Act(std::vector<RowRef>& rows);
  void Arrive(std::vector<RowRef>& rows);
  void RemoveOne(std::vector<RowRef>& rows);
  void ChangeStatus(std::vector<RowRef>& rows);
  void Rescan(std::vector<RowRef>& rows);
  size_t Victim(const std::vector<RowRef>& rows);
  int64_t NextStart(const std::vector<RowRef>& rows);

  TaskList& list_;

  mutable std::mutex mu_;  // Taken before the list's.
  TaskDataOptions data_;   // From here on guarded by mu_.
  std::optional<ChurnScript> script_;
  SeededRandom random_{0};
  int64_t requests_ = 0;
  int64_t next_index_ = 0;
  ChurnCounts counts_;
};

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_CHURN_H_
