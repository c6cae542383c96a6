// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/frame_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "hss/antivirus/v1/task_service.pb.h"
#include "tests/testing/moving_list.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksResponse;
using ::testing::SizeIs;

// 200 rows of about 60 bytes.
PageRef SmallRows() {
  return std::make_shared<const Page>(
      MovingList(200, /*seed=*/1).Read(0, 200, absl::UnixEpoch()));
}

// One task of `bytes` bytes or a little more.
PageRef LargeRow(size_t bytes) {
  ListTasksResponse response;
  response.add_tasks()->set_task_name(std::string(bytes, 'x'));
  Page page{.wire = response.SerializeAsString()};
  const auto end = static_cast<uint32_t>(page.wire.size());
  const auto scalars =
      static_cast<uint32_t>(end - response.tasks(0).ByteSizeLong());
  page.tasks.push_back(
      {.begin = 0, .scalars = scalars, .hosts = end, .end = end});
  return std::make_shared<const Page>(std::move(page));
}

ListTasksResponse Parse(const Frame& frame) {
  std::string bytes;
  for (const Slice& slice : frame.slices) {
    bytes.append(*slice.owner, slice.begin, slice.size());
  }
  EXPECT_EQ(bytes.size(), frame.size);
  ListTasksResponse response;
  EXPECT_TRUE(response.ParseFromString(bytes));
  return response;
}

TEST(FrameBuilderTest, NeighbouringRowsAreOneSliceOfThePage) {
  const PageRef page = SmallRows();
  FrameBuilder builder(/*with_hosts=*/true);
  for (uint32_t i = 0; i < 200; ++i) builder.AddTask(page, i);

  const Frame frame = builder.Take();

  ASSERT_THAT(frame.slices, SizeIs(1));
  EXPECT_EQ(frame.slices[0].owner->data(), page->wire.data());
  EXPECT_THAT(Parse(frame).tasks(), SizeIs(200));
}

TEST(FrameBuilderTest, RunShorterThanASliceIsWorthIsCopied) {
  const PageRef page = SmallRows();
  FrameBuilder builder(/*with_hosts=*/true);
  for (uint32_t i = 0; i < 200; i += 2) builder.AddTask(page, i);

  const Frame frame = builder.Take();

  ASSERT_THAT(frame.slices, SizeIs(1));
  EXPECT_NE(frame.slices[0].owner->data(), page->wire.data());
  EXPECT_THAT(Parse(frame).tasks(), SizeIs(100));
}

TEST(FrameBuilderTest, KeepsThePageAliveForItsSlices) {
  PageRef page = LargeRow(kMinSliceBytes);
  const std::weak_ptr<const Page> watch = page;
  FrameBuilder builder(/*with_hosts=*/true);
  builder.AddTask(page, 0);
  Frame frame = builder.Take();
  page.reset();

  EXPECT_FALSE(watch.expired());
  frame.slices.clear();
  EXPECT_TRUE(watch.expired());
}

TEST(FrameBuilderTest, TasksWithoutHostsGetALengthOfTheirOwn) {
  const PageRef page = SmallRows();
  FrameBuilder builder(/*with_hosts=*/false);
  builder.AddTask(page, 0);
  builder.AddTask(page, 1);

  const ListTasksResponse response = Parse(builder.Take());

  ASSERT_THAT(response.tasks(), SizeIs(2));
  EXPECT_EQ(response.tasks(0).task_id(), "task-200");
  EXPECT_EQ(response.tasks(0).host_info_list_size(), 0);
}

TEST(FrameBuilderTest, LongScalarsAreASliceAlsoWithoutHosts) {
  const PageRef page = LargeRow(kMinSliceBytes);
  FrameBuilder builder(/*with_hosts=*/false);
  builder.AddTask(page, 0);

  const Frame frame = builder.Take();

  ASSERT_THAT(frame.slices, SizeIs(2));
  EXPECT_EQ(frame.slices[1].owner->data(), page->wire.data());
  EXPECT_EQ(Parse(frame).tasks(0).task_name().size(), kMinSliceBytes);
}

TEST(FrameBuilderTest, FieldsMergeWithTheTasksAroundThem) {
  FrameBuilder builder(/*with_hosts=*/true);
  builder.AddTask(SmallRows(), 0);
  ListTasksResponse fields;
  fields.mutable_progress()->set_tasks_sent(7);
  builder.AddFields(fields);

  const ListTasksResponse response = Parse(builder.Take());

  EXPECT_THAT(response.tasks(), SizeIs(1));
  EXPECT_EQ(response.progress().tasks_sent(), 7);
}

TEST(FrameBuilderTest, IsEmptyAfterTake) {
  FrameBuilder builder(/*with_hosts=*/true);
  builder.AddTask(SmallRows(), 0);
  builder.Take();

  EXPECT_TRUE(builder.empty());
  EXPECT_EQ(builder.Take().size, 0U);
}

}  // namespace
}  // namespace hssgw
