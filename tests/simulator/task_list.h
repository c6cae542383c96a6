// SPDX-License-Identifier: Apache-2.0
// The list that hss-simulator serves: filters and offset paging over rows that
// may change between two reads, newest first.
//
// Threads: any; each call is atomic. Rows are immutable and outlive changes.
#ifndef HSSGW_TESTS_SIMULATOR_TASK_LIST_H_
#define HSSGW_TESTS_SIMULATOR_TASK_LIST_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulator/list_parameters.h"
#include "tests/simulator/task_data.h"

namespace hssgw::simulator {

// A row: what filters look at, and the text that is sent.
struct Row {
  SimulatedTask task;
  std::string json;
  bool raw = false;  // The text is not ToJson(task).
};
using RowRef = std::shared_ptr<const Row>;

RowRef MakeRow(SimulatedTask task);

// A row whose text goes out as it is. What filters need is read from it if it
// is JSON; otherwise it is an unpaid task that started at `start_millis`.
RowRef MakeRawRow(std::string json, int64_t start_millis);

struct ListPage {
  int64_t total = 0;  // Rows that match, on whatever page.
  std::vector<RowRef> rows;
};

class TaskList {
 public:
  // Newest first; rows of equal start time keep their order.
  void Replace(std::vector<RowRef> rows);
  void Replace(std::vector<SimulatedTask> tasks);

  // Puts the row before the first that is not newer.
  void Add(RowRef row);

  // False if no row has this task_id.
  bool Remove(const std::string& task_id);

  // The page and the total as one snapshot. An offset past the end is an empty
  // page.
  ListPage Read(const ListQuery& query, absl::Time now) const;

  std::vector<RowRef> Rows() const;
  std::vector<SimulatedTask> Tasks() const;
  int64_t size() const;

  // Runs `change` on the rows under the lock. It must leave them newest first.
  void Change(const std::function<void(std::vector<RowRef>&)>& change);

 private:
  mutable std::mutex mu_;
  std::vector<RowRef> rows_;  // Guarded by mu_.
};

// True if the task is on the list that the query asks for.
bool Matches(const SimulatedTask& task, const ListQuery& query, absl::Time now);

// `{"total_num":…,"data_list":[…]}`; `total_num` is the JSON of its value, or
// empty to leave it out.
std::string PageBody(const ListPage& page, const std::string& total_num);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_TASK_LIST_H_
