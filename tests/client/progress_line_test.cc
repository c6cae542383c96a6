// SPDX-License-Identifier: Apache-2.0
#include "client/hssctl/progress_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListProgress;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;
using ::testing::SizeIs;
using ::testing::StartsWith;

using hss::antivirus::v1::WAITING_FOR_BUDGET;
using hss::antivirus::v1::WAITING_FOR_CREDENTIAL;
using hss::antivirus::v1::WAITING_FOR_HUB;
using hss::antivirus::v1::WAITING_FOR_UPSTREAM;

// 14:03:03 in a zone without daylight saving.
const absl::Time& Now() {
  static const absl::Time& now = *new absl::Time(absl::FromCivil(
      absl::CivilSecond(2026, 1, 31, 14, 3, 3), absl::UTCTimeZone()));
  return now;
}

std::string LineOf(const ListingView& view, size_t width) {
  return ProgressLine(view, Now(), absl::UTCTimeZone(), width);
}

struct Case {
  const char* name;
  ListingView view;
  size_t width;
  const char* want;

  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

class ProgressLineTest : public ::testing::TestWithParam<Case> {};

TEST_P(ProgressLineTest, Reads) {
  EXPECT_EQ(LineOf(GetParam().view, GetParam().width), GetParam().want);
}

ListingView WaitsForQuota() {
  return {.tasks = 1400,
          .total = 5000,
          .waiting_for = WAITING_FOR_BUDGET,
          .next = Now() + absl::Seconds(38),
          .completion = Now() + absl::Minutes(17) + absl::Seconds(10)};
}

INSTANTIATE_TEST_SUITE_P(
    EveryState, ProgressLineTest,
    testing::Values(
        Case{"Start", {}, 79, "0 tasks"},
        Case{"FirstWait",
             {.waiting_for = WAITING_FOR_UPSTREAM},
             79,
             "0 tasks, waits for HSS"},
        Case{"Wide", WaitsForQuota(), 110,
             "[=======>                   ] 1400 of ~5000 tasks, waits for "
             "quota until 14:03:41 (38 s), all by 14:21"},
        Case{"JustWideEnoughForABar", WaitsForQuota(), 82,
             "[=>     ] 1400 of ~5000 tasks, waits for quota until 14:03:41 "
             "(38 s), all by 14:21"},
        Case{"TooNarrowForABar", WaitsForQuota(), 81,
             "1400 of ~5000 tasks, waits for quota until 14:03:41 (38 s), all "
             "by 14:21"},
        Case{"TooNarrowForTheEnd", WaitsForQuota(), 71,
             "[==>       ] 1400 of ~5000 tasks, waits for quota until 14:03:41 "
             "(38 s)"},
        Case{"TooNarrowForTheWait", WaitsForQuota(), 40,
             "1400 of ~5000 tasks, all by 14:21"},
        Case{"TooNarrow", WaitsForQuota(), 8, "1400 of "},
        Case{"NoWidth", WaitsForQuota(), 0, ""},
        Case{"Whole",
             {.tasks = 5000, .total = 5000},
             49,
             "[===========================] 5000 of ~5000 tasks"},
        Case{"MoreThanThought",
             {.tasks = 5001, .total = 5000},
             33,
             "[===========] 5001 of ~5000 tasks"},
        Case{"EmptyList", {.tasks = 0, .total = 0}, 79, "0 of ~0 tasks"},
        Case{"Credential",
             {.waiting_for = WAITING_FOR_CREDENTIAL},
             79,
             "0 tasks, waits for a credential"},
        Case{"Hub",
             {.waiting_for = WAITING_FOR_HUB},
             79,
             "0 tasks, waits for the hub"},
        Case{"NextAlone",
             {.next = Now() + absl::Milliseconds(10200)},
             79,
             "0 tasks, next at 14:03:13 (11 s)"},
        Case{"NextIsLate",
             {.waiting_for = WAITING_FOR_BUDGET,
              .next = Now() - absl::Seconds(1),
              .completion = Now()},
             79,
             "0 tasks, waits for quota"},
        Case{"LongWait",
             {.waiting_for = WAITING_FOR_BUDGET,
              .next = Now() + absl::Seconds(181)},
             79,
             "0 tasks, waits for quota until 14:06:04 (4 min)"},
        Case{"Broken",
             {.tasks = 7, .next = Now() + absl::Seconds(2), .broken = true},
             79,
             "7 tasks, the stream broke, next try 14:03:05 (2 s)"},
        Case{"TriesAgain",
             {.tasks = 7, .next = Now(), .broken = true},
             79,
             "7 tasks, the stream broke, trying again"}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(ProgressLineWidthTest, IsNeverExceeded) {
  for (size_t width = 0; width < 140; ++width) {
    EXPECT_LE(LineOf(WaitsForQuota(), width).size(), width);
  }
}

TEST(ProgressLineWidthTest, BarGrowsWithTheTasks) {
  ListingView view{.total = 1000};
  size_t filled = 0;
  for (view.tasks = 0; view.tasks <= 1000; view.tasks += 100) {
    const std::string line = LineOf(view, 79);
    const auto now =
        static_cast<size_t>(std::count(line.begin(), line.end(), '='));
    EXPECT_GE(now, filled);
    filled = now;
  }
  EXPECT_EQ(filled, 27U);
}

TEST(ViewOfTest, TakesWhatIsThere) {
  ListProgress progress;
  progress.set_tasks_sent(3);
  progress.set_total_num(400);
  progress.set_waiting_for(WAITING_FOR_BUDGET);
  progress.mutable_next_frame_expected_time()->set_seconds(7);
  progress.mutable_completion_expected_time()->set_seconds(9);

  const ListingView view = ViewOf(progress, /*max_tasks=*/0);

  EXPECT_EQ(view.tasks, 3);
  EXPECT_THAT(view.total, Optional(400));
  EXPECT_EQ(view.waiting_for, WAITING_FOR_BUDGET);
  EXPECT_THAT(view.next, Optional(absl::FromUnixSeconds(7)));
  EXPECT_THAT(view.completion, Optional(absl::FromUnixSeconds(9)));
  EXPECT_FALSE(view.broken);
}

TEST(ViewOfTest, AbsentStaysAbsent) {
  const ListingView view = ViewOf(ListProgress(), /*max_tasks=*/50);

  EXPECT_THAT(view.total, Eq(std::nullopt));
  EXPECT_THAT(view.next, Eq(std::nullopt));
  EXPECT_THAT(view.completion, Eq(std::nullopt));
}

TEST(ViewOfTest, TotalIsWhatWasAskedForIfThereIsMore) {
  ListProgress progress;
  progress.set_total_num(400);

  EXPECT_THAT(ViewOf(progress, /*max_tasks=*/50).total, Optional(50));
  EXPECT_THAT(ViewOf(progress, /*max_tasks=*/500).total, Optional(400));
}

}  // namespace
}  // namespace hssgw
