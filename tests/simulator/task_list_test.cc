// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/task_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulator/churn.h"

namespace hssgw::simulator {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const absl::Time kNow = absl::FromUnixMillis(kExampleStartMillis);

SimulatedTask MakeTask(const std::string& id, int64_t start_millis) {
  SimulatedTask task;
  task.task_id = id;
  task.start_time = start_millis;
  return task;
}

std::vector<std::string> IdsOf(const ListPage& page) {
  std::vector<std::string> ids;
  for (const RowRef& row : page.rows) ids.push_back(row->task.task_id);
  return ids;
}

// "a" and "b" differ in everything a filter can look at.
struct TwoTasks {
  TwoTasks() {
    SimulatedTask a = MakeTask("a", kExampleStartMillis);
    a.task_name = "Quick Scan-1";
    a.task_status = "finish";
    a.host_info_list.push_back({.host_name = "web-1",
                                .private_ip = "10.0.0.1",
                                .public_ip = "1.1.1.1",
                                .host_task_status = "success"});
    SimulatedTask b = MakeTask("b", kExampleStartMillis - 86400000);
    b.task_name = "快速查杀-2";
    b.task_status = "scanning";
    b.enterprise_project_id = "ep";
    b.host_info_list.push_back({.host_name = "数据库-2",
                                .private_ip = "10.0.0.11",
                                .public_ip = "2.2.2.2",
                                .host_task_status = "fail"});
    list.Replace(std::vector<SimulatedTask>{std::move(a), std::move(b)});
  }
  TaskList list;
};

struct FilterCase {
  const char* name;
  std::function<void(ListQuery&)> set;
  std::vector<std::string> want;
};

class TaskListFilterTest : public testing::TestWithParam<FilterCase> {};

TEST_P(TaskListFilterTest, SelectsTasks) {
  const TwoTasks two;
  ListQuery query;
  GetParam().set(query);

  const ListPage page = two.list.Read(query, kNow);

  EXPECT_EQ(IdsOf(page), GetParam().want);
  EXPECT_EQ(page.total, static_cast<int64_t>(GetParam().want.size()));
}

using Q = ListQuery&;
INSTANTIATE_TEST_SUITE_P(
    EachParameter, TaskListFilterTest,
    testing::Values(
        FilterCase{"None", [](Q) {}, {"a", "b"}},
        FilterCase{"Paid", [](Q q) { q.whether_paid_task = true; }, {}},
        FilterCase{"TaskNamePart", [](Q q) { q.task_name = "ck Sc"; }, {"a"}},
        FilterCase{"TaskNameChinese", [](Q q) { q.task_name = "查杀"; }, {"b"}},
        FilterCase{
            "TaskStatus", [](Q q) { q.task_status = "scanning"; }, {"b"}},
        FilterCase{
            "Project", [](Q q) { q.enterprise_project_id = "ep"; }, {"b"}},
        FilterCase{"AllProjects",
                   [](Q q) { q.enterprise_project_id = "all_granted_eps"; },
                   {"a", "b"}},
        FilterCase{"HostName", [](Q q) { q.host_name = "web"; }, {"a"}},
        FilterCase{"PrivateIp", [](Q q) { q.private_ip = "10.0.0.1"; }, {"a"}},
        FilterCase{"PublicIp", [](Q q) { q.public_ip = "2.2.2.2"; }, {"b"}},
        FilterCase{
            "HostStatus", [](Q q) { q.host_task_statuses = {"fail"}; }, {"b"}},
        FilterCase{"AnyHostStatus",
                   [](Q q) {
                     q.host_task_statuses = {"fail", "success"};
                   },
                   {"a", "b"}},
        FilterCase{"OneHostMustMatchAll",
                   [](Q q) {
                     q.host_name = "web";
                     q.host_task_statuses = {"fail"};
                   },
                   {}},
        FilterCase{"BeginIsIncluded",
                   [](Q q) { q.begin_millis = kExampleStartMillis; },
                   {"a"}},
        FilterCase{"EndIsIncluded",
                   [](Q q) { q.end_millis = kExampleStartMillis - 86400000; },
                   {"b"}},
        FilterCase{"LastDay", [](Q q) { q.last_days = 1; }, {"a", "b"}}),
    [](const auto& param) { return param.param.name; });

TEST(TaskListTest, LastDaysEndsExactly) {
  const TwoTasks two;
  ListQuery query;
  query.last_days = 1;

  EXPECT_THAT(IdsOf(two.list.Read(query, kNow + absl::Milliseconds(1))),
              ElementsAre("a"));
}

TEST(TaskListTest, PagesCoverTheListInOrder) {
  TaskList list;
  list.Replace(GenerateTasks({.count = 450, .paid_share = 0}));
  std::vector<std::string> ids;
  for (int64_t offset = 0; offset < 450; offset += 200) {
    ListQuery query{.offset = offset, .limit = 200};
    const ListPage page = list.Read(query, kNow);
    EXPECT_EQ(page.total, 450);
    for (std::string& id : IdsOf(page)) ids.push_back(std::move(id));
  }

  std::vector<std::string> want;
  for (const auto& task : list.Tasks()) want.push_back(task.task_id);
  EXPECT_EQ(ids, want);
}

TEST(TaskListTest, OffsetPastTheEndIsAnEmptyPage) {
  const TwoTasks two;

  const ListPage page = two.list.Read({.offset = 2, .limit = 10}, kNow);

  EXPECT_THAT(page.rows, IsEmpty());
  EXPECT_EQ(page.total, 2);
}

TEST(TaskListTest, AddedRowFindsItsPlace) {
  TwoTasks two;

  two.list.Add(MakeRow(MakeTask("new", kExampleStartMillis)));
  two.list.Add(MakeRow(MakeTask("old", 1)));

  EXPECT_THAT(IdsOf(two.list.Read({}, kNow)),
              ElementsAre("new", "a", "b", "old"));
}

TEST(TaskListTest, RemovesById) {
  TwoTasks two;

  EXPECT_TRUE(two.list.Remove("a"));
  EXPECT_FALSE(two.list.Remove("a"));
  EXPECT_THAT(IdsOf(two.list.Read({}, kNow)), ElementsAre("b"));
}

TEST(TaskListTest, RawRowGoesOutAsItIs) {
  TaskList list;
  const std::string raw = R"({ "task_id":"r","start_time":9,"x":1e99})";
  list.Add(MakeRawRow(raw, 0));
  list.Add(MakeRawRow("{broken", 8));

  EXPECT_EQ(PageBody(list.Read({}, kNow), "2"),
            R"({"total_num":2,"data_list":[)" + raw + ",{broken]}");
}

TEST(TaskListTest, BodyWithoutTotal) {
  EXPECT_EQ(PageBody({}, ""), R"({"data_list":[]})");
}

struct Churned {
  explicit Churned(const ChurnScript& script) : churn(list, data) {
    list.Replace(GenerateTasks(data));
    churn.Set(script);
  }
  const TaskDataOptions data{.seed = 3, .count = 100};
  TaskList list;
  Churn churn;
};

bool NewestFirst(const std::vector<SimulatedTask>& tasks) {
  for (size_t i = 1; i < tasks.size(); ++i) {
    if (tasks[i].start_time > tasks[i - 1].start_time) return false;
  }
  return true;
}

TEST(ChurnTest, ArrivalsComeToTheHead) {
  Churned churned({.arrivals = 2});
  const std::string head = churned.list.Tasks()[0].task_id;

  churned.churn.AfterListRequest();

  const auto tasks = churned.list.Tasks();
  EXPECT_THAT(tasks, SizeIs(102));
  EXPECT_EQ(tasks[2].task_id, head);
  EXPECT_TRUE(NewestFirst(tasks));
}

TEST(ChurnTest, RemovesOnlyWithinTheHead) {
  Churned churned({.within = 10, .removals = 3});
  const std::string eleventh = churned.list.Tasks()[10].task_id;

  churned.churn.AfterListRequest();

  const auto tasks = churned.list.Tasks();
  EXPECT_THAT(tasks, SizeIs(97));
  EXPECT_EQ(tasks[7].task_id, eleventh);
}

TEST(ChurnTest, RescanMovesARowToTheHead) {
  Churned churned({.rescans = 1});

  churned.churn.AfterListRequest();

  const auto tasks = churned.list.Tasks();
  EXPECT_THAT(tasks, SizeIs(100));
  EXPECT_TRUE(tasks[0].rescan);
  EXPECT_GT(tasks[0].start_time, kExampleStartMillis);
  EXPECT_TRUE(NewestFirst(tasks));
}

TEST(ChurnTest, StatusChangeReachesTheText) {
  Churned churned({.within = 1, .status_changes = 1});

  churned.churn.AfterListRequest();

  const RowRef row = churned.list.Rows()[0];
  EXPECT_EQ(nlohmann::json::parse(row->json).at("task_status"),
            row->task.task_status);
}

TEST(ChurnTest, ActsEveryNthRequestAndSoManyTimes) {
  Churned churned({.every = 2, .times = 2, .arrivals = 1});

  for (int i = 0; i < 10; ++i) churned.churn.AfterListRequest();

  EXPECT_EQ(churned.churn.counts().acts, 2);
  EXPECT_EQ(churned.list.size(), 102);
}

TEST(ChurnTest, SameSeedSameSchedule) {
  const ChurnScript script{.seed = 9,
                           .arrivals = 1,
                           .removals = 2,
                           .status_changes = 3,
                           .rescans = 1};
  Churned one(script);
  Churned two(script);
  for (int i = 0; i < 20; ++i) {
    one.churn.AfterListRequest();
    two.churn.AfterListRequest();
  }
  EXPECT_EQ(one.list.Tasks(), two.list.Tasks());
}

}  // namespace
}  // namespace hssgw::simulator
