// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/moving_list.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "hss/antivirus/v1/task.pb.h"
#include "hss/antivirus/v1/task_service.pb.h"

namespace hssgw {
namespace {

constexpr int64_t kFirstStart = 1737532317458;  // the API page's example

// A task as the first field of a ListTasksResponse, and where its parts lie.
TaskSpan AppendTask(const MovingList::Row& row, bool paid, std::string& wire) {
  hss::antivirus::v1::Task task;
  if (row.id != 0) task.set_task_id(TaskIdText(row.id));
  if (row.start_millis != kNoTime) {
    task.mutable_start_time()->set_seconds(row.start_millis / 1000);
    task.mutable_start_time()->set_nanos(
        static_cast<int32_t>(row.start_millis % 1000) * 1000000);
  }
  task.set_whether_paid_task(paid);
  const std::string scalars = task.SerializeAsString();
  task.add_host_info_list()->set_host_name("host");
  hss::antivirus::v1::ListTasksResponse response;
  *response.add_tasks() = task;
  const std::string whole = response.SerializeAsString();
  const auto begin = static_cast<uint32_t>(wire.size());
  const auto head = static_cast<uint32_t>(whole.size() - task.ByteSizeLong());
  wire += whole;
  return {.begin = begin,
          .scalars = begin + head,
          .hosts = begin + head + static_cast<uint32_t>(scalars.size()),
          .end = static_cast<uint32_t>(wire.size()),
          .start_millis = row.start_millis,
          .id_hash = row.id == 0 ? 0 : row.id * 2 + (paid ? 1 : 0)};
}

}  // namespace

std::string TaskIdText(uint64_t id) { return absl::StrCat("task-", id); }

Page MakePage(const std::vector<MovingList::Row>& rows, int32_t offset,
              int32_t limit, std::optional<int64_t> total_num,
              absl::Time sent_at, bool whether_paid_task) {
  Page page{.offset = offset,
            .limit = limit,
            .total_num = total_num,
            .sent_at = sent_at};
  for (const MovingList::Row& row : rows) {
    page.tasks.push_back(AppendTask(row, whether_paid_task, page.wire));
  }
  return page;
}

MovingList::MovingList(int rows, uint64_t seed)
    : random_(seed), newest_(kFirstStart) {
  Arrive(rows);
  for (const Row& row : rows_) steady_.insert(row.id);
}

void MovingList::Arrive(int count) {
  for (int i = 0; i < count; ++i) rows_.push_front({next_id_++, NextTime()});
}

void MovingList::Leave(int count) {
  if (count > 0) TakeOut(Draw(count));
}

void MovingList::MoveToHead(int count) {
  if (count == 0) return;
  for (const Row& row : TakeOut(Draw(count))) {
    moved_.insert(row.id);
    rows_.push_front({row.id, NextTime()});
  }
}

void MovingList::ChangeStatus(int count) {
  const size_t changed = std::min(static_cast<size_t>(count), rows_.size());
  const size_t begin = Random(rows_.size() - changed + 1);
  std::vector<bool> drawn(rows_.size());
  std::fill_n(drawn.begin() + static_cast<ptrdiff_t>(begin), changed, true);
  TakeOut(drawn);
}

// `count` rows, each of the same chance: what is left to draw over the rows
// that are left to look at.
std::vector<bool> MovingList::Draw(int count) {
  std::vector<bool> drawn(rows_.size());
  size_t wanted = std::min(static_cast<size_t>(count), rows_.size());
  for (size_t i = 0; i < drawn.size() && wanted > 0; ++i) {
    if (Random(drawn.size() - i) >= wanted) continue;
    drawn[i] = true;
    --wanted;
  }
  return drawn;
}

std::vector<MovingList::Row> MovingList::TakeOut(
    const std::vector<bool>& drawn) {
  std::vector<Row> taken;
  std::deque<Row> left;
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (!drawn[i]) {
      left.push_back(rows_[i]);
      continue;
    }
    steady_.erase(rows_[i].id);
    taken.push_back(rows_[i]);
  }
  rows_ = std::move(left);
  return taken;
}

Page MovingList::Read(int32_t offset, int32_t limit, absl::Time sent_at,
                      bool whether_paid_task) const {
  const size_t begin =
      std::min<size_t>(static_cast<size_t>(offset), rows_.size());
  const size_t end = std::min(begin + static_cast<size_t>(limit), rows_.size());
  return MakePage({rows_.begin() + static_cast<ptrdiff_t>(begin),
                   rows_.begin() + static_cast<ptrdiff_t>(end)},
                  offset, limit, static_cast<int64_t>(rows_.size()), sent_at,
                  whether_paid_task);
}

std::vector<uint64_t> MovingList::IdsOf(const Page& page) {
  hss::antivirus::v1::ListTasksResponse response;
  response.ParseFromString(page.wire);
  std::vector<uint64_t> ids;
  for (const auto& task : response.tasks()) {
    uint64_t id = 0;
    static_cast<void>(
        absl::SimpleAtoi(absl::StripPrefix(task.task_id(), "task-"), &id));
    ids.push_back(id);
  }
  return ids;
}

}  // namespace hssgw
