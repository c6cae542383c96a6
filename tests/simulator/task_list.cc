// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/task_list.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "tests/simulator/task_json.h"

namespace hssgw::simulator {
namespace {

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// A name is looked for anywhere in the host's, an address must be the host's.
bool HostMatches(const SimulatedHost& host, const ListQuery& query) {
  const auto& statuses = query.host_task_statuses;
  return Contains(host.host_name, query.host_name) &&
         (query.private_ip.empty() || host.private_ip == query.private_ip) &&
         (query.public_ip.empty() || host.public_ip == query.public_ip) &&
         (statuses.empty() ||
          std::find(statuses.begin(), statuses.end(), host.host_task_status) !=
              statuses.end());
}

bool AsksForHosts(const ListQuery& query) {
  return !query.host_name.empty() || !query.private_ip.empty() ||
         !query.public_ip.empty() || !query.host_task_statuses.empty();
}

bool InTime(int64_t start_millis, const ListQuery& query, absl::Time now) {
  if (query.last_days) {
    const absl::Duration days = absl::Hours(24) * *query.last_days;
    return start_millis >= absl::ToUnixMillis(now - days);
  }
  return (!query.begin_millis || start_millis >= *query.begin_millis) &&
         (!query.end_millis || start_millis <= *query.end_millis);
}

}  // namespace

RowRef MakeRow(SimulatedTask task) {
  Row row;
  row.json = ToJson(task);
  row.task = std::move(task);
  return std::make_shared<const Row>(std::move(row));
}

RowRef MakeRawRow(std::string json, int64_t start_millis) {
  Row row{.raw = true};
  const nlohmann::json parsed =
      nlohmann::json::parse(json, /*cb=*/nullptr, /*allow_exceptions=*/false);
  row.task = TaskFromJson(parsed);
  if (row.task.start_time == 0) row.task.start_time = start_millis;
  row.json = std::move(json);
  return std::make_shared<const Row>(std::move(row));
}

bool Matches(const SimulatedTask& task, const ListQuery& query,
             absl::Time now) {
  if (task.whether_paid_task != query.whether_paid_task) return false;
  if (!InTime(task.start_time, query, now)) return false;
  if (!query.enterprise_project_id.empty() &&
      query.enterprise_project_id != "all_granted_eps" &&
      query.enterprise_project_id != task.enterprise_project_id) {
    return false;
  }
  if (!Contains(task.task_name, query.task_name)) return false;
  if (!query.task_status.empty() && task.task_status != query.task_status) {
    return false;
  }
  if (!AsksForHosts(query)) return true;
  return std::any_of(
      task.host_info_list.begin(), task.host_info_list.end(),
      [&query](const SimulatedHost& host) { return HostMatches(host, query); });
}

void TaskList::Replace(std::vector<RowRef> rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const RowRef& a, const RowRef& b) {
                     return a->task.start_time > b->task.start_time;
                   });
  const std::lock_guard lock(mu_);
  rows_ = std::move(rows);
}

void TaskList::Replace(std::vector<SimulatedTask> tasks) {
  std::vector<RowRef> rows;
  rows.reserve(tasks.size());
  for (SimulatedTask& task : tasks) rows.push_back(MakeRow(std::move(task)));
  Replace(std::move(rows));
}

void TaskList::Add(RowRef row) {
  const std::lock_guard lock(mu_);
  const auto place =
      std::find_if(rows_.begin(), rows_.end(), [&row](const RowRef& other) {
        return other->task.start_time <= row->task.start_time;
      });
  rows_.insert(place, std::move(row));
}

bool TaskList::Remove(const std::string& task_id) {
  const std::lock_guard lock(mu_);
  return std::erase_if(rows_, [&task_id](const RowRef& row) {
           return row->task.task_id == task_id;
         }) > 0;
}

ListPage TaskList::Read(const ListQuery& query, absl::Time now) const {
  ListPage page;
  const std::lock_guard lock(mu_);
  for (const RowRef& row : rows_) {
    if (!Matches(row->task, query, now)) continue;
    if (page.total >= query.offset && page.total < query.offset + query.limit) {
      page.rows.push_back(row);
    }
    ++page.total;
  }
  return page;
}

std::vector<RowRef> TaskList::Rows() const {
  const std::lock_guard lock(mu_);
  return rows_;
}

std::vector<SimulatedTask> TaskList::Tasks() const {
  std::vector<SimulatedTask> tasks;
  for (const RowRef& row : Rows()) tasks.push_back(row->task);
  return tasks;
}

int64_t TaskList::size() const {
  const std::lock_guard lock(mu_);
  return static_cast<int64_t>(rows_.size());
}

void TaskList::Change(const std::function<void(std::vector<RowRef>&)>& change) {
  const std::lock_guard lock(mu_);
  change(rows_);
}

std::string PageBody(const ListPage& page, const std::string& total_num) {
  size_t size = 64;
  for (const RowRef& row : page.rows) size += row->json.size() + 1;
  std::string body;
  body.reserve(size);
  body.push_back('{');
  if (!total_num.empty()) {
    body.append(R"("total_num":)").append(total_num).push_back(',');
  }
  body.append(R"("data_list":[)");
  for (const RowRef& row : page.rows) {
    if (body.back() != '[') body.push_back(',');
    body.append(row->json);
  }
  return body.append("]}");
}

}  // namespace hssgw::simulator
