// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/churn.h"

#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace hssgw::simulator {

Churn::Churn(TaskList& list, TaskDataOptions data)
    : list_(list), data_(std::move(data)), next_index_(data_.count) {}

void Churn::Set(std::optional<ChurnScript> script) {
  const std::lock_guard lock(mu_);
  script_ = script;
  requests_ = 0;
  counts_ = {};
  random_ = SeededRandom(script ? script->seed : 0);
}

void Churn::SetData(TaskDataOptions data) {
  const std::lock_guard lock(mu_);
  data_ = std::move(data);
  next_index_ = data_.count;
}

void Churn::AfterListRequest() {
  const std::lock_guard lock(mu_);
  if (!script_ || script_->every <= 0) return;
  if (++requests_ % script_->every != 0) return;
  if (script_->times >= 0 && counts_.acts >= script_->times) return;
  ++counts_.acts;
  list_.Change([this](std::vector<RowRef>& rows) { Act(rows); });
}

ChurnCounts Churn::counts() const {
  const std::lock_guard lock(mu_);
  return counts_;
}

void Churn::Act(std::vector<RowRef>& rows) {
  for (int64_t i = 0; i < script_->removals; ++i) RemoveOne(rows);
  for (int64_t i = 0; i < script_->status_changes; ++i) ChangeStatus(rows);
  for (int64_t i = 0; i < script_->rescans; ++i) Rescan(rows);
  for (int64_t i = 0; i < script_->arrivals; ++i) Arrive(rows);
}

size_t Churn::Victim(const std::vector<RowRef>& rows) {
  const auto all = static_cast<int64_t>(rows.size());
  const int64_t within = script_->within;
  return static_cast<size_t>(
      random_.Below(within > 0 && within < all ? within : all));
}

int64_t Churn::NextStart(const std::vector<RowRef>& rows) {
  const int64_t newest =
      rows.empty() ? data_.newest_start_millis : rows.front()->task.start_time;
  return newest + 1 + random_.Below(data_.mean_interval_millis);
}

void Churn::Arrive(std::vector<RowRef>& rows) {
  const int64_t start = NextStart(rows);
  rows.insert(rows.begin(), MakeRow(GenerateTask(data_, next_index_++, start)));
  ++counts_.arrivals;
}

void Churn::RemoveOne(std::vector<RowRef>& rows) {
  if (rows.empty()) return;
  rows.erase(std::next(rows.begin(), static_cast<ptrdiff_t>(Victim(rows))));
  ++counts_.removals;
}

void Churn::ChangeStatus(std::vector<RowRef>& rows) {
  constexpr const char* kStatuses[] = {"success", "fail", "cancel", "scanning"};
  if (rows.empty()) return;
  RowRef& row = rows[Victim(rows)];
  if (row->raw) return;
  SimulatedTask task = row->task;
  for (SimulatedHost& host : task.host_info_list) {
    host.host_task_status = random_.Pick(kStatuses);
  }
  Summarize(task);
  row = MakeRow(std::move(task));
  ++counts_.status_changes;
}

void Churn::Rescan(std::vector<RowRef>& rows) {
  if (rows.empty()) return;
  const size_t victim = Victim(rows);
  if (rows[victim]->raw) return;
  SimulatedTask task = rows[victim]->task;
  task.start_time = NextStart(rows);
  task.rescan = true;
  rows.erase(std::next(rows.begin(), static_cast<ptrdiff_t>(victim)));
  rows.insert(rows.begin(), MakeRow(std::move(task)));
  ++counts_.rescans;
}

}  // namespace hssgw::simulator
