// SPDX-License-Identifier: Apache-2.0
// Tasks that no message can hold, streamed and paged.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "service/tasks/task_lister.h"
#include "tests/tasks/frame_reader.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_forecast.h"
#include "tests/testing/fake_page_source.h"
#include "tests/testing/task_page.h"

namespace hssgw {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::hss::antivirus::v1::ListTasksPageRequest;
using ::hss::antivirus::v1::ListTasksPageResponse;
using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::Task;
using ::testing::SizeIs;

Task Small(const std::string& id, int64_t seconds) {
  Task task;
  task.set_task_id(id);
  task.mutable_start_time()->set_seconds(seconds);
  task.add_host_info_list()->set_host_name("h");
  return task;
}

// Parts joined, as a client does.
std::vector<Task> Joined(const std::vector<Task>& parts) {
  std::vector<Task> tasks;
  bool continues = false;
  for (const Task& part : parts) {
    if (continues) {
      EXPECT_EQ(part.task_id(), tasks.back().task_id());
      tasks.back().mutable_host_info_list()->MergeFrom(part.host_info_list());
    } else {
      tasks.push_back(part);
      tasks.back().clear_host_info_list_continues();
    }
    continues = part.host_info_list_continues();
  }
  EXPECT_FALSE(continues);
  return tasks;
}

class GiantTaskTest : public ::testing::Test {
 protected:
  template <typename Request>
  std::shared_ptr<TaskLister> List(const Request& request, bool one_page) {
    const auto query = TaskQuery::FromProto(request, {.projects = {"p"}});
    EXPECT_TRUE(query.ok()) << query.status();
    auto lister = TaskLister::Create(
        *query, {pages_, habits_, forecast_, tokens_, clock_},
        {.one_page = one_page});
    EXPECT_TRUE(lister.ok()) << lister.status();
    return *std::move(lister);
  }
  static ListTasksRequest FreeTasks() {
    ListTasksRequest request;
    request.mutable_filter()->set_whether_paid_task(false);
    return request;
  }

  FakeClock clock_;
  FakeForecast forecast_;
  std::shared_ptr<ResumeKeys> keys_ = *ResumeKeys::Open({}, clock_);
  ResumeTokens tokens_{*keys_, absl::Hours(24)};
  UpstreamHabits habits_;
  std::vector<Task> list_ = {Small("first", 1800000000),
                             MakeGiant("giant", 10000, 1000),
                             Small("last", 1600000000)};
  FakePageSource pages_{[this](const PageQuestion& question) {
    return MakeTaskPage(list_, question.offset, question.limit);
  }};
};

TEST_F(GiantTaskTest, ComesInPartsEachAloneInItsFrame) {
  FrameReader reader(List(FreeTasks(), /*one_page=*/false));

  reader.PullAll();

  ASSERT_TRUE(reader.status.ok()) << reader.status;
  std::vector<Task> parts;
  for (size_t i = 0; i < reader.frames.size(); ++i) {
    const auto& frame = reader.frames[i];
    EXPECT_LE(reader.frame_sizes[i], kMaxFrameBytes);
    for (const Task& task : frame.tasks()) {
      if (task.task_id() == "giant") {
        EXPECT_THAT(frame.tasks(), SizeIs(1));
      }
      parts.push_back(task);
    }
  }
  EXPECT_GE(parts.size(), 11U);
  const std::vector<Task> tasks = Joined(parts);
  ASSERT_THAT(tasks, SizeIs(3));
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(MessageDifferencer::Equals(tasks[i], list_[i])) << i;
  }
  EXPECT_EQ(reader.summary().task_count(), 3);
}

TEST_F(GiantTaskTest, BasicViewIsASliceOfTheSameBytesAndNotCut) {
  ListTasksRequest request = FreeTasks();
  request.set_view(hss::antivirus::v1::TASK_VIEW_BASIC);
  FrameReader reader(List(request, /*one_page=*/false));

  reader.PullAll();

  ASSERT_THAT(reader.frames, SizeIs(1));
  Task expected = list_[1];
  expected.clear_host_info_list();
  EXPECT_TRUE(MessageDifferencer::Equals(reader.frames[0].tasks(1), expected));
}

TEST_F(GiantTaskTest, ResumeTokenNeverPointsInsideATask) {
  FrameReader reader(List(FreeTasks(), /*one_page=*/false));
  reader.Pull();  // "first"
  reader.Pull();  // The giant's first part.
  reader.Pull();  // Its second.
  ASSERT_TRUE(reader.frames.back().tasks(0).host_info_list_continues());
  ListTasksRequest request = FreeTasks();
  request.set_resume_token(reader.frames.back().resume_token());

  FrameReader again(List(request, /*one_page=*/false));
  again.PullAll();

  ASSERT_TRUE(again.status.ok()) << again.status;
  EXPECT_EQ(again.frames[0].tasks(0).task_id(), "giant");
  EXPECT_EQ(again.frames[0].tasks(0).host_info_list(0).host_id(), "host-0");
}

class GiantPageTest : public GiantTaskTest {
 protected:
  ListTasksPageResponse Page(const ListTasksPageRequest& request) {
    ListTasksPageResponse response;
    List(request, /*one_page=*/true)
        ->Next([&](absl::StatusOr<std::optional<Frame>> frame) {
          ASSERT_TRUE(frame.ok()) << frame.status();
          EXPECT_LE((*frame)->size, kMaxFrameBytes);
          std::string bytes;
          for (const Slice& slice : (*frame)->slices) {
            bytes.append(*slice.owner, slice.begin, slice.size());
          }
          ASSERT_TRUE(response.ParseFromString(bytes));
        });
    return response;
  }
  static ListTasksPageRequest FreePages() {
    ListTasksPageRequest request;
    request.mutable_filter()->set_whether_paid_task(false);
    return request;
  }
};

TEST_F(GiantPageTest, NextPageGoesOnWithItsHosts) {
  ListTasksPageRequest request = FreePages();
  std::vector<Task> parts;
  int pages = 0;
  do {
    const ListTasksPageResponse page = Page(request);
    parts.insert(parts.end(), page.tasks().begin(), page.tasks().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && ++pages < 100);

  const std::vector<Task> tasks = Joined(parts);
  ASSERT_THAT(tasks, SizeIs(3));
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(MessageDifferencer::Equals(tasks[i], list_[i])) << i;
  }
}

TEST_F(GiantPageTest, TaskThatIsAnotherMeanwhileIsSentWhole) {
  ListTasksPageRequest request = FreePages();
  request.set_page_token(Page(request).next_page_token());
  request.set_page_token(Page(request).next_page_token());  // In the giant.
  list_.erase(list_.begin() + 1);

  const ListTasksPageResponse page = Page(request);

  ASSERT_THAT(page.tasks(), SizeIs(1));
  EXPECT_TRUE(MessageDifferencer::Equals(page.tasks(0), list_[1]));
}

}  // namespace
}  // namespace hssgw
