// SPDX-License-Identifier: Apache-2.0
// ListTasksPage as the lister answers it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "service/base/error.h"
#include "service/tasks/task_lister.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_forecast.h"
#include "tests/testing/fake_page_source.h"
#include "tests/testing/moving_list.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksPageRequest;
using ::hss::antivirus::v1::ListTasksPageResponse;
using ::testing::SizeIs;

class TaskPageTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::shared_ptr<TaskLister>> Open(
      const ListTasksPageRequest& request) {
    const auto query = TaskQuery::FromProto(request, {.projects = {"p"}});
    if (!query.ok()) return query.status();
    return TaskLister::Create(*query,
                              {pages_, habits_, forecast_, tokens_, clock_},
                              {.one_page = true});
  }
  ListTasksPageResponse Page(const ListTasksPageRequest& request) {
    ListTasksPageResponse response;
    const auto lister = Open(request);
    EXPECT_TRUE(lister.ok()) << lister.status();
    bool answered = false;
    (*lister)->Next([&](absl::StatusOr<std::optional<Frame>> frame) {
      answered = true;
      ASSERT_TRUE(frame.ok()) << frame.status();
      std::string bytes;
      for (const Slice& slice : (*frame)->slices) {
        bytes.append(*slice.owner, slice.begin, slice.size());
      }
      ASSERT_TRUE(response.ParseFromString(bytes));
    });
    EXPECT_TRUE(answered);
    return response;
  }
  std::vector<std::string> ReadAll(ListTasksPageRequest request) {
    std::vector<std::string> ids;
    for (int pages = 0; pages < 1000; ++pages) {
      const ListTasksPageResponse page = Page(request);
      EXPECT_LE(page.tasks_size(), 1000);
      for (const auto& task : page.tasks()) ids.push_back(task.task_id());
      request.set_page_token(page.next_page_token());
      if (request.page_token().empty()) return ids;
    }
    ADD_FAILURE() << "the pages do not end";
    return ids;
  }
  static ListTasksPageRequest FreeTasks(int page_size) {
    ListTasksPageRequest request;
    request.mutable_filter()->set_whether_paid_task(false);
    request.set_page_size(page_size);
    return request;
  }

  FakeClock clock_;
  FakeForecast forecast_;
  std::shared_ptr<ResumeKeys> keys_ = *ResumeKeys::Open({}, clock_);
  ResumeTokens tokens_{*keys_, absl::Hours(24)};
  UpstreamHabits habits_;
  MovingList list_{2500, /*seed=*/1};
  FakePageSource pages_{[this](const PageQuestion& question) {
    return list_.Read(question.offset, question.limit, clock_.Now(),
                      question.leg.whether_paid_task);
  }};
};

TEST_F(TaskPageTest, PagesTogetherAreTheList) {
  for (const int page_size : {7, 100, 190, 999, 1000}) {
    SCOPED_TRACE(page_size);
    const auto ids = ReadAll(FreeTasks(page_size));
    ASSERT_THAT(ids, SizeIs(2500));
    for (size_t i = 0; i < ids.size(); ++i) {
      ASSERT_EQ(ids[i], TaskIdText(2500 - i));
    }
  }
}

TEST_F(TaskPageTest, ZeroIsOneHundred) {
  EXPECT_THAT(Page(FreeTasks(0)).tasks(), SizeIs(100));
}

TEST_F(TaskPageTest, MoreThanOneThousandIsOneThousand) {
  EXPECT_THAT(Page(FreeTasks(2000)).tasks(), SizeIs(1000));
}

TEST_F(TaskPageTest, NegativeSizeIsRefused) {
  const auto lister = Open(FreeTasks(-1));
  EXPECT_EQ(FactsOf(lister.status()).violations.at(0).field, "page_size");
}

TEST_F(TaskPageTest, CountCostsOneRequestALeg) {
  const ListTasksPageResponse free = Page(FreeTasks(1));
  EXPECT_EQ(free.total_size(), 2500);
  EXPECT_THAT(pages_.asked(), SizeIs(1));

  ListTasksPageRequest both;
  both.set_page_size(1);
  EXPECT_EQ(Page(both).total_size(), 5000);
  EXPECT_THAT(pages_.asked(), SizeIs(3));
  // The grid's first page: a listing that follows can share it.
  for (const auto& question : pages_.asked()) {
    EXPECT_EQ(question.offset, 0);
    EXPECT_EQ(question.limit, 200);
  }
}

TEST_F(TaskPageTest, CountOfALongSpanAsksTheFirstPageOfEveryWindow) {
  ListTasksPageRequest request = FreeTasks(1);
  const absl::Time end = clock_.Now() - absl::Hours(24 * 200);
  auto& filter = *request.mutable_filter();
  filter.mutable_begin_time()->set_seconds(
      absl::ToUnixSeconds(end - absl::Hours(24 * 20)));
  filter.mutable_end_time()->set_seconds(absl::ToUnixSeconds(end));

  const ListTasksPageResponse page = Page(request);

  const size_t windows = pages_.asked().size();
  EXPECT_GE(windows, 10U);
  EXPECT_LE(windows, 11U);
  EXPECT_EQ(page.total_size(), static_cast<int>(windows) * 2500);
}

TEST_F(TaskPageTest, PageIsShortRatherThanLate) {
  pages_.Hold();
  const auto lister = *Open(FreeTasks(1000));
  ListTasksPageResponse response;
  bool answered = false;
  lister->Next([&](absl::StatusOr<std::optional<Frame>> frame) {
    answered = true;
    std::string bytes;
    for (const Slice& slice : (*frame)->slices) {
      bytes.append(*slice.owner, slice.begin, slice.size());
    }
    ASSERT_TRUE(response.ParseFromString(bytes));
  });
  pages_.Release(0);
  EXPECT_FALSE(answered);

  lister->EndBeforeDeadline();

  ASSERT_TRUE(answered);
  EXPECT_THAT(response.tasks(), SizeIs(200));
  EXPECT_FALSE(response.next_page_token().empty());
}

TEST_F(TaskPageTest, LastPageHasNoToken) {
  EXPECT_FALSE(Page(FreeTasks(1000)).next_page_token().empty());
  list_.Leave(2400);
  EXPECT_TRUE(Page(FreeTasks(100)).next_page_token().empty());
  list_.Leave(100);
  const ListTasksPageResponse empty = Page(FreeTasks(100));
  EXPECT_TRUE(empty.next_page_token().empty());
  EXPECT_TRUE(empty.has_total_size());
  EXPECT_EQ(empty.total_size(), 0);
}

TEST_F(TaskPageTest, ResumeTokenOfAStreamIsNoPageToken) {
  ListTasksPageRequest request = FreeTasks(10);
  request.set_page_token("AQAA");
  EXPECT_EQ(FactsOf(Open(request).status()).reason, Reason::kTokenInvalid);
}

}  // namespace
}  // namespace hssgw
