// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/task_lister.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/base/error.h"
#include "tests/tasks/frame_reader.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_forecast.h"
#include "tests/testing/fake_page_source.h"
#include "tests/testing/moving_list.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TaskQuery MakeQuery(ListTasksRequest request) {
  request.set_project_id("p");
  return *TaskQuery::FromProto(request, {});
}

ListTasksRequest FreeTasks() {
  ListTasksRequest request;
  request.mutable_filter()->set_whether_paid_task(false);
  return request;
}

FakePageSource::Answer AnswersFrom(const MovingList& list) {
  return [&list](const PageQuestion& question) -> absl::StatusOr<Page> {
    return list.Read(question.offset, question.limit, absl::UnixEpoch(),
                     question.leg.whether_paid_task);
  };
}

class TaskListerTest : public ::testing::Test {
 protected:
  std::shared_ptr<TaskLister> List(const ListTasksRequest& request,
                                   FakePageSource& pages,
                                   const ListerOptions& options = {}) {
    return *TaskLister::Create(MakeQuery(request),
                               {pages, *habits_, forecast_, tokens_, clock_},
                               options);
  }

  std::vector<int32_t> OffsetsOf(const FakePageSource& pages) const {
    std::vector<int32_t> offsets;
    for (const PageQuestion& question : pages.asked()) {
      offsets.push_back(question.offset);
    }
    return offsets;
  }

  FakeClock clock_;
  FakeForecast forecast_;
  std::shared_ptr<ResumeKeys> keys_ = *ResumeKeys::Open({}, clock_);
  ResumeTokens tokens_{*keys_, absl::Hours(24)};
  std::optional<UpstreamHabits> habits_{std::in_place};
};

TEST_F(TaskListerTest, DeliversEveryTaskOnceInOrder) {
  const MovingList list(1000, /*seed=*/1);
  FakePageSource pages(AnswersFrom(list));
  FrameReader reader(List(FreeTasks(), pages));

  reader.PullAll();

  ASSERT_TRUE(reader.status.ok()) << reader.status;
  ASSERT_THAT(reader.ids, SizeIs(1000));
  EXPECT_EQ(reader.ids.front(), "1000");
  EXPECT_EQ(reader.ids.back(), "1");
  EXPECT_THAT(OffsetsOf(pages), ElementsAre(0, 190, 380, 570, 760, 950));
}

TEST_F(TaskListerTest, LastFrameAloneHasTheSummary) {
  const MovingList list(1000, /*seed=*/1);
  FakePageSource pages(AnswersFrom(list));
  FrameReader reader(List(FreeTasks(), pages));

  reader.PullAll();

  for (const auto& frame : reader.frames) {
    EXPECT_EQ(frame.has_summary(), &frame == &reader.frames.back());
  }
  EXPECT_TRUE(reader.summary().complete());
  EXPECT_EQ(reader.summary().end(), hss::antivirus::v1::END_REASON_END_OF_LIST);
  EXPECT_EQ(reader.summary().task_count(), 1000);
  EXPECT_EQ(reader.summary().upstream_calls(), 6);
  EXPECT_EQ(reader.summary().first_total_num(), 1000);
}

TEST_F(TaskListerTest, EmptyListIsASummaryAlone) {
  const MovingList list(0, /*seed=*/1);
  FakePageSource pages(AnswersFrom(list));
  FrameReader reader(List(FreeTasks(), pages));

  reader.PullAll();

  EXPECT_THAT(reader.frames, SizeIs(1));
  EXPECT_TRUE(reader.summary().complete());
}

TEST_F(TaskListerTest, FrameLeavesWhenTheNextPageIsNotThere) {
  const MovingList list(300, /*seed=*/1);
  FakePageSource pages(AnswersFrom(list));
  pages.Hold();
  FrameReader reader(List(FreeTasks(), pages));
  EXPECT_FALSE(reader.Pull());

  pages.Release(0);

  EXPECT_FALSE(reader.waiting);
  EXPECT_THAT(reader.ids, SizeIs(200));
}

TEST_F(TaskListerTest, FramesHoldAboutSixtyFourKibibytes) {
  const MovingList list(5000, /*seed=*/1);
  FakePageSource pages(AnswersFrom(list));
  ListerOptions options;
  options.CallsAreFree();
  FrameReader reader(List(FreeTasks(), pages, options));

  reader.PullAll();

  ASSERT_GT(reader.frame_sizes.size(), 2U);
  for (size_t i = 0; i + 1 < reader.frame_sizes.size(); ++i) {
    EXPECT_GE(reader.frame_sizes[i], kFrameBytes);
    EXPECT_LE(reader.frame_sizes[i], kFrameBytes + (1 << 10));
  }
}

TEST_F(TaskListerTest, FreeAndPaidTasksAreMergedByStartTime) {
  // The same times in both lists: ties go by task_id, so the ids alternate in
  // pairs.
  const MovingList list(3, /*seed=*/1);
  FakePageSource pages(AnswersFrom(list));
  ListTasksRequest request;
  FrameReader reader(List(request, pages));

  reader.PullAll();

  EXPECT_THAT(reader.ids, ElementsAre("3", "3", "2", "2", "1", "1"));
  EXPECT_EQ(reader.summary().first_total_num(), 6);
}

TEST_F(TaskListerTest, RowWithoutStartTimeKeepsItsPlaceAfterTheRowBefore) {
  FakePageSource pages([](const PageQuestion& question)
                           -> absl::StatusOr<Page> {
    const bool paid = question.leg.whether_paid_task;
    const std::vector<MovingList::Row> rows =
        paid ? std::vector<MovingList::Row>{{1, 9000}, {2, kNoTime}, {3, 5000}}
             : std::vector<MovingList::Row>{{4, 8000}, {5, 4000}};
    return MakePage(rows, 0, 200, static_cast<int64_t>(rows.size()),
                    absl::UnixEpoch(), paid);
  });
  FrameReader reader(List(ListTasksRequest(), pages));

  reader.PullAll();

  EXPECT_THAT(reader.ids, ElementsAre("1", "2", "4", "3", "5"));
}

TEST_F(TaskListerTest, MaxTasksStopsAskingAsSoonAsEnoughWereSent) {
  const MovingList list(5000, /*seed=*/1);
  FakePageSource pages(AnswersFrom(list));
  ListTasksRequest request = FreeTasks();
  request.set_max_tasks(250);
  ListerOptions options;
  options.CallsAreFree();
  FrameReader reader(List(request, pages, options));
  reader.PullAll();

  EXPECT_THAT(reader.ids, SizeIs(250));
  EXPECT_THAT(pages.asked(), SizeIs(2));
  EXPECT_EQ(reader.summary().end(), hss::antivirus::v1::END_REASON_MAX_TASKS);
  EXPECT_TRUE(reader.summary().complete());
}

TEST_F(TaskListerTest, PagesAreAskedAheadOnlyAfterTheFirst) {
  const MovingList list(1000, /*seed=*/1);
  FakePageSource pages(AnswersFrom(list));
  pages.Hold();
  FrameReader reader(List(FreeTasks(), pages));
  reader.Pull();
  EXPECT_THAT(pages.asked(), SizeIs(1));

  pages.Release(0);
  reader.Pull();

  EXPECT_GT(pages.held().size(), 1U);
}

TEST_F(TaskListerTest, SlowReaderCausesNoCallsAheadOfNeed) {
  const MovingList list(50000, /*seed=*/1);
  FakePageSource pages(AnswersFrom(list));
  FrameReader reader(List(FreeTasks(), pages));

  reader.Pull();  // One frame, then nothing is taken any more.

  size_t bytes = 0;
  for (size_t i = 0; i < pages.asked().size(); ++i) {
    bytes += list.Read(0, 200, absl::UnixEpoch()).wire.size();
  }
  // A twentieth of what is read is overlap, which is not held.
  EXPECT_LE(bytes,
            ListerOptions::kBytesAheadOfSlowReader * 11 / 10 + kFrameBytes);
  EXPECT_LT(pages.asked().size(), 264U);
}

TEST_F(TaskListerTest, CancelLetsGoOfPagesUnderWay) {
  const MovingList list(300, /*seed=*/1);
  FakePageSource pages(AnswersFrom(list));
  pages.Hold();
  FrameReader reader(List(FreeTasks(), pages));
  reader.Pull();

  reader.lister->Cancel();

  EXPECT_EQ(reader.status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(pages.cancelled(), 1);
}

TEST_F(TaskListerTest, ErrorComesAfterTheRowsBeforeIt) {
  const MovingList list(1000, /*seed=*/1);
  FakePageSource pages(
      [&](const PageQuestion& question) -> absl::StatusOr<Page> {
        if (question.offset == 380) return absl::UnavailableError("down");
        return list.Read(question.offset, question.limit, absl::UnixEpoch());
      });
  FrameReader reader(List(FreeTasks(), pages));

  reader.PullAll();

  EXPECT_EQ(reader.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(reader.status.message(), "page at offset 380: down");
  EXPECT_THAT(reader.ids, SizeIs(390));
}

TEST_F(TaskListerTest, PageThatIsTooLargeIsAskedAgainWithHalfTheLimit) {
  const MovingList list(100, /*seed=*/1);
  FakePageSource pages(
      [&](const PageQuestion& question) -> absl::StatusOr<Page> {
        if (question.limit > 60) {
          return MakeError(absl::StatusCode::kDataLoss, "too large",
                           {.cause = "TOO_LARGE"});
        }
        return list.Read(question.offset, question.limit, absl::UnixEpoch());
      });
  FrameReader reader(List(FreeTasks(), pages));

  reader.PullAll();

  EXPECT_TRUE(reader.status.ok()) << reader.status;
  EXPECT_THAT(reader.ids, SizeIs(100));
}

TEST_F(TaskListerTest, PageThatStaysTooLargeIsAnErrorNamingTheOffset) {
  FakePageSource pages([](const PageQuestion&) -> absl::StatusOr<Page> {
    return MakeError(absl::StatusCode::kDataLoss, "too large",
                     {.cause = "TOO_LARGE"});
  });
  FrameReader reader(List(FreeTasks(), pages));

  reader.PullAll();

  EXPECT_EQ(reader.status.message(), "page at offset 0: too large");
  EXPECT_THAT(pages.asked(), SizeIs(6));  // 200, 100, 50, 25, 12, 10
}

TEST_F(TaskListerTest, RowsOutsideTheWindowAreLeftOutAndCounted) {
  const MovingList list(100, /*seed=*/1);  // a second apart, oldest first
  FakePageSource pages(AnswersFrom(list));
  ListTasksRequest request = FreeTasks();
  const int64_t newest = list.rows().front().start_millis / 1000;
  request.mutable_filter()->mutable_begin_time()->set_seconds(newest - 20);
  request.mutable_filter()->mutable_end_time()->set_seconds(newest - 10);
  FrameReader reader(List(request, pages));

  reader.PullAll();

  EXPECT_THAT(reader.ids, SizeIs(10));
  EXPECT_EQ(reader.summary().rows_outside_window(), 90);
}

TEST_F(TaskListerTest, ViewBasicLeavesTheHostsOut) {
  const MovingList list(10, /*seed=*/1);
  FakePageSource pages(AnswersFrom(list));
  ListTasksRequest request = FreeTasks();
  request.set_view(hss::antivirus::v1::TASK_VIEW_BASIC);
  FrameReader basic(List(request, pages));
  FrameReader full(List(FreeTasks(), pages));

  basic.PullAll();
  full.PullAll();

  ASSERT_THAT(basic.ids, SizeIs(10));
  for (int i = 0; i < 10; ++i) {
    auto task = full.frames[0].tasks(i);
    EXPECT_EQ(task.host_info_list_size(), 1);
    task.clear_host_info_list();
    EXPECT_EQ(basic.frames[0].tasks(i).SerializeAsString(),
              task.SerializeAsString());
  }
}

ListTasksRequest WindowOfADay() {
  ListTasksRequest request = FreeTasks();
  request.mutable_filter()->mutable_begin_time()->set_seconds(1737446400);
  request.mutable_filter()->mutable_end_time()->set_seconds(1737532800);
  return request;
}

TEST_F(TaskListerTest, RefusedTimeFormatIsLearnedOnce) {
  const MovingList list(5, /*seed=*/1);
  FakePageSource pages(
      [&](const PageQuestion& question) -> absl::StatusOr<Page> {
        if (question.leg.time_format == TimeFormat::kEpochMillis) {
          return MakeError(absl::StatusCode::kInvalidArgument, "time format",
                           {.upstream_code = "HSS.1011"});
        }
        return list.Read(question.offset, question.limit, absl::UnixEpoch());
      });
  FrameReader first(List(WindowOfADay(), pages));
  first.PullAll();
  EXPECT_TRUE(first.status.ok()) << first.status;
  EXPECT_THAT(first.ids, SizeIs(5));
  EXPECT_EQ(first.summary().upstream_calls(), 2);

  FrameReader second(List(WindowOfADay(), pages));
  second.PullAll();

  EXPECT_EQ(second.summary().upstream_calls(), 1);
}

TEST_F(TaskListerTest, ListTooLongNamesWindowAndCountBeforeMoreIsRead) {
  FakePageSource pages(
      [](const PageQuestion& question) -> absl::StatusOr<Page> {
        return MakePage({{1, 1737500000000}}, question.offset, question.limit,
                        2000201);
      });
  FrameReader reader(List(WindowOfADay(), pages));

  reader.PullAll();

  EXPECT_EQ(reader.status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(FactsOf(reader.status).reason, Reason::kListTooLong);
  EXPECT_EQ(reader.status.message(),
            "free tasks from 2025-01-21 08:00:00 to 2025-01-22 08:00:00 UTC: "
            "upstream lists 2000201 tasks in this window and gives none beyond "
            "offset 2000000; ask for a narrower window");
  EXPECT_THAT(reader.ids, IsEmpty());
  EXPECT_THAT(pages.asked(), SizeIs(1));
}

TEST_F(TaskListerTest, ListTooLongNamesLastDaysOrThatThereIsNoWindow) {
  FakePageSource pages(
      [](const PageQuestion& question) -> absl::StatusOr<Page> {
        return MakePage({}, question.offset, question.limit, 3000000);
      });
  ListTasksRequest request;
  request.mutable_filter()->set_whether_paid_task(true);
  FrameReader all(List(request, pages));
  request.mutable_filter()->set_last_days(7);
  FrameReader week(List(request, pages));

  all.PullAll();
  week.PullAll();

  EXPECT_THAT(std::string(all.status.message()),
              StartsWith("paid tasks of all time: upstream lists 3000000 "));
  EXPECT_THAT(std::string(week.status.message()),
              StartsWith("paid tasks of the last 7 days: upstream lists "));
}

TEST_F(TaskListerTest, TimeFormatThatWasChosenIsNotChanged) {
  habits_.emplace(TimeFormat::kEpochMillis);
  FakePageSource pages([](const PageQuestion&) -> absl::StatusOr<Page> {
    return MakeError(absl::StatusCode::kInvalidArgument, "time format",
                     {.upstream_code = "HSS.1011"});
  });
  FrameReader reader(List(WindowOfADay(), pages));

  reader.PullAll();

  EXPECT_EQ(reader.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(pages.asked(), SizeIs(1));
}

TEST_F(TaskListerTest, RefusedLastDaysAreAskedAsWindows) {
  const MovingList list(0, /*seed=*/1);
  FakePageSource pages(
      [&](const PageQuestion& question) -> absl::StatusOr<Page> {
        if (question.leg.window.last_days.value_or(0) > 30) {
          return MakeError(absl::StatusCode::kInvalidArgument,
                           "invalid parameter", {.upstream_code = "HSS.0001"});
        }
        return list.Read(question.offset, question.limit, absl::UnixEpoch());
      });
  ListTasksRequest request = FreeTasks();
  request.mutable_filter()->set_last_days(60);
  FrameReader reader(List(request, pages));

  reader.PullAll();

  EXPECT_TRUE(reader.status.ok()) << reader.status;
  // One refusal, then 60 days in windows of two.
  EXPECT_GE(pages.asked().size(), 31U);
  EXPECT_LE(pages.asked().size(), 32U);
}

TEST_F(TaskListerTest, LimitThatWasTooLargeIsRemembered) {
  const MovingList list(100, /*seed=*/1);
  FakePageSource pages(
      [&](const PageQuestion& question) -> absl::StatusOr<Page> {
        if (question.limit > 60) {
          return MakeError(absl::StatusCode::kDataLoss, "too large",
                           {.cause = "TOO_LARGE"});
        }
        return list.Read(question.offset, question.limit, absl::UnixEpoch());
      });
  FrameReader(List(FreeTasks(), pages)).PullAll();
  const size_t calls = pages.asked().size();

  FrameReader(List(FreeTasks(), pages)).PullAll();
  EXPECT_EQ(pages.asked().at(calls).limit, 50);

  clock_.Advance(absl::Hours(1));
  const size_t calls_later = pages.asked().size();
  FrameReader(List(FreeTasks(), pages)).PullAll();
  EXPECT_EQ(pages.asked().at(calls_later).limit, 200);
}

TEST_F(TaskListerTest, FirstFrameAloneCarriesThePlan) {
  const MovingList list(1000, /*seed=*/1);
  FakePageSource pages(AnswersFrom(list));
  FrameReader reader(List(ListTasksRequest(), pages));

  reader.PullAll();

  for (const auto& frame : reader.frames) {
    EXPECT_EQ(frame.has_plan(), &frame == &reader.frames.front());
  }
  EXPECT_THAT(reader.frames.front().plan().legs(), SizeIs(2));
}

TEST_F(TaskListerTest, PlanOnlyCostsNoCall) {
  FakePageSource pages([](const PageQuestion&) -> absl::StatusOr<Page> {
    return absl::InternalError("not asked");
  });
  ListTasksRequest request;
  request.set_plan_only(true);
  FrameReader reader(List(request, pages));

  reader.PullAll();

  ASSERT_TRUE(reader.status.ok()) << reader.status;
  ASSERT_THAT(reader.frames, SizeIs(1));
  EXPECT_THAT(reader.frames[0].plan().legs(), SizeIs(2));
  EXPECT_EQ(reader.summary().end(), hss::antivirus::v1::END_REASON_PLAN_ONLY);
  EXPECT_THAT(pages.asked(), IsEmpty());
}

}  // namespace
}  // namespace hssgw
