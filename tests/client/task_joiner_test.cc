// SPDX-License-Identifier: Apache-2.0
#include "client/task_joiner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/status_matchers.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::Task;
using ::testing::Eq;

enum class More { kFollow, kNone };

Task Part(const std::string& id, const std::string& host, More more) {
  Task part;
  part.set_task_id(id);
  part.set_task_name("weekly");
  part.add_host_info_list()->set_host_id(host);
  part.set_host_info_list_continues(more == More::kFollow);
  return part;
}

TEST(TaskJoinerTest, WholeTaskComesAsItIs) {
  TaskJoiner joiner;

  const auto task = joiner.Add(Part("a", "1", More::kNone));

  ASSERT_TRUE(task.ok() && task->has_value());
  EXPECT_EQ((*task)->task_id(), "a");
  EXPECT_FALSE(joiner.unfinished());
}

TEST(TaskJoinerTest, PartsBecomeOneTaskWithTheHostsInOrder) {
  TaskJoiner joiner;
  EXPECT_THAT(joiner.Add(Part("a", "1", More::kFollow)),
              IsOkAndHolds(Eq(std::nullopt)));
  EXPECT_THAT(joiner.Add(Part("a", "2", More::kFollow)),
              IsOkAndHolds(Eq(std::nullopt)));
  EXPECT_TRUE(joiner.unfinished());

  const auto task = joiner.Add(Part("a", "3", More::kNone));

  ASSERT_TRUE(task.ok() && task->has_value());
  EXPECT_EQ((*task)->task_name(), "weekly");
  EXPECT_FALSE((*task)->host_info_list_continues());
  ASSERT_EQ((*task)->host_info_list_size(), 3);
  EXPECT_EQ((*task)->host_info_list(0).host_id(), "1");
  EXPECT_EQ((*task)->host_info_list(2).host_id(), "3");
}

TEST(TaskJoinerTest, DroppedPartsAreForgotten) {
  TaskJoiner joiner;
  EXPECT_THAT(joiner.Add(Part("a", "1", More::kFollow)), IsOk());

  joiner.Drop();
  const auto task = joiner.Add(Part("a", "1", More::kNone));

  ASSERT_TRUE(task.ok() && task->has_value());
  EXPECT_EQ((*task)->host_info_list_size(), 1);
}

TEST(TaskJoinerTest, AnotherTaskInTheMidstIsDataLoss) {
  TaskJoiner joiner;
  EXPECT_THAT(joiner.Add(Part("a", "1", More::kFollow)), IsOk());

  EXPECT_THAT(joiner.Add(Part("b", "2", More::kNone)),
              StatusIs(absl::StatusCode::kDataLoss));
}

// Free and paid tasks count their ids apart.
TEST(TaskJoinerTest, SameIdInTheOtherListIsAnotherTask) {
  TaskJoiner joiner;
  EXPECT_THAT(joiner.Add(Part("a", "1", More::kFollow)), IsOk());
  Task paid = Part("a", "2", More::kNone);
  paid.set_whether_paid_task(true);

  EXPECT_THAT(joiner.Add(paid), StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace hssgw
