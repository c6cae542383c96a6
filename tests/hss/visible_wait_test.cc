// SPDX-License-Identifier: Apache-2.0
// What a listing tells while it waits for the quota, and whether it comes true.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/base/error.h"
#include "service/hss/call_budget.h"
#include "service/tasks/task_lister.h"
#include "tests/tasks/frame_reader.h"
#include "tests/testing/budgeted_pages.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/moving_list.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListProgress;
using ::hss::antivirus::v1::ListTasksRequest;

constexpr absl::Duration kStep = absl::Milliseconds(60250);

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

class VisibleWaitTest : public ::testing::Test {
 protected:
  std::shared_ptr<TaskLister> List(const ListTasksRequest& request) {
    const auto query = TaskQuery::FromProto(request, {.projects = {"p"}});
    return *TaskLister::Create(*query,
                               {pages_, habits_, budget_, tokens_, clock_}, {});
  }
  static ListTasksRequest FreeTasks() {
    ListTasksRequest request;
    request.mutable_filter()->set_whether_paid_task(false);
    return request;
  }
  // Pulls what is there at once.
  static void PullAll(FrameReader& reader) {
    while (!reader.ended && !reader.waiting && reader.Pull()) {
    }
  }

  FakeClock clock_;
  CallBudget budget_{{.calls = 5}, clock_};
  MovingList list_{4000, /*seed=*/1};  // 22 pages
  BudgetedPages pages_{budget_, [this](const PageQuestion& question) {
                         return absl::StatusOr<Page>(list_.Read(
                             question.offset, question.limit, clock_.Now(),
                             question.leg.whether_paid_task));
                       }};
  UpstreamHabits habits_;
  std::shared_ptr<ResumeKeys> keys_ = *ResumeKeys::Open({}, clock_);
  ResumeTokens tokens_{*keys_, absl::Hours(24)};
};

TEST_F(VisibleWaitTest, ProgressAloneAfterOneSecondAndThenEveryTen) {
  FrameReader reader(List(FreeTasks()));
  PullAll(reader);
  ASSERT_TRUE(reader.waiting);
  const size_t frames = reader.frames.size();

  clock_.Advance(absl::Milliseconds(999));
  EXPECT_EQ(reader.frames.size(), frames);
  clock_.Advance(absl::Milliseconds(1));
  ASSERT_EQ(reader.frames.size(), frames + 1);
  const auto& alone = reader.frames.back();
  EXPECT_EQ(alone.tasks_size(), 0);
  EXPECT_EQ(alone.progress().waiting_for(),
            hss::antivirus::v1::WAITING_FOR_BUDGET);
  EXPECT_EQ(alone.progress().total_num(), 4000);
  EXPECT_EQ(alone.progress().upstream_calls_made(), 5);
  EXPECT_EQ(alone.progress().upstream_calls_needed(), 17);
  EXPECT_FALSE(alone.resume_token().empty());

  PullAll(reader);
  clock_.Advance(absl::Milliseconds(9999));
  EXPECT_EQ(reader.frames.size(), frames + 1);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(reader.frames.size(), frames + 2);
}

TEST_F(VisibleWaitTest, ExpectedTimesComeTrueWithinOneStepOfTheBudget) {
  FrameReader reader(List(FreeTasks()));
  std::vector<absl::Time> forecasts;  // since the last rows
  std::vector<absl::Time> rows_came;
  std::vector<absl::Time> completions;
  size_t seen = 0;
  while (!reader.ended && clock_.Now() < absl::FromUnixSeconds(1790003600)) {
    PullAll(reader);
    for (; seen < reader.frames.size(); ++seen) {
      const auto& frame = reader.frames[seen];
      if (frame.tasks_size() > 0) {
        for (const absl::Time forecast : forecasts) {
          EXPECT_LE(absl::AbsDuration(clock_.Now() - forecast),
                    absl::Seconds(1));
        }
        forecasts.clear();
        rows_came.push_back(clock_.Now());
      } else if (!frame.has_summary()) {
        const ListProgress& progress = frame.progress();
        ASSERT_TRUE(progress.has_next_frame_expected_time());
        ASSERT_TRUE(progress.has_completion_expected_time());
        forecasts.push_back(ToTime(progress.next_frame_expected_time()));
        completions.push_back(ToTime(progress.completion_expected_time()));
      }
    }
    clock_.Advance(absl::Seconds(1));
  }
  ASSERT_TRUE(reader.status.ok()) << reader.status;
  EXPECT_EQ(reader.ids.size(), 4000U);
  EXPECT_GT(completions.size(), 20U);
  for (const absl::Time completion : completions) {
    EXPECT_LE(absl::AbsDuration(rows_came.back() - completion), kStep);
  }
}

TEST_F(VisibleWaitTest, ErrorBeforeTheDeadlineSaysWhatWasWaitedFor) {
  FrameReader reader(List(FreeTasks()));
  PullAll(reader);
  clock_.Advance(absl::Milliseconds(500));

  reader.lister->EndBeforeDeadline();

  EXPECT_EQ(reader.status.code(), absl::StatusCode::kDeadlineExceeded);
  const ErrorFacts facts = FactsOf(reader.status);
  EXPECT_EQ(facts.reason, Reason::kDeadlineNear);
  EXPECT_EQ(facts.retry_after, kStep - absl::Milliseconds(500));
  EXPECT_THAT(std::string(reader.status.message()),
              ::testing::HasSubstr("the upstream quota, 1m more"));
}

TEST_F(VisibleWaitTest, PageIsShortRatherThanWaitingForTheQuota) {
  for (int i = 0; i < 4; ++i) {
    static_cast<void>(budget_.Take(absl::InfiniteFuture(), [](auto) {}));
  }
  hss::antivirus::v1::ListTasksPageRequest request;
  request.mutable_filter()->set_whether_paid_task(false);
  request.set_page_size(1000);
  const auto query = TaskQuery::FromProto(request, {.projects = {"p"}});
  const auto lister = *TaskLister::Create(
      *query, {pages_, habits_, budget_, tokens_, clock_}, {.one_page = true});
  std::optional<hss::antivirus::v1::ListTasksResponse> page;

  lister->Next([&](absl::StatusOr<std::optional<Frame>> frame) {
    page = ParseFrame(**frame);
  });

  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->tasks_size(), 200);
}

TEST_F(VisibleWaitTest, PlanTellsWhenTheFirstRowsCanCome) {
  for (int i = 0; i < 5; ++i) {
    static_cast<void>(budget_.Take(absl::InfiniteFuture(), [](auto) {}));
  }
  ListTasksRequest request = FreeTasks();
  request.set_plan_only(true);
  FrameReader reader(List(request));
  reader.PullAll();

  EXPECT_EQ(ToTime(reader.frames.at(0).plan().first_frame_expected_time()),
            clock_.Now() + kStep);
}

}  // namespace
}  // namespace hssgw
