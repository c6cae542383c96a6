// SPDX-License-Identifier: Apache-2.0
// Walks that are given pages from before they began, as a cache has them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "service/tasks/leg_walk.h"
#include "tests/testing/moving_list.h"

namespace hssgw {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

const absl::Time kBefore = absl::UnixEpoch();
const absl::Time kNow = absl::UnixEpoch() + absl::Minutes(5);
const absl::Time kLater = kNow + absl::Seconds(12);

class LegWalkOldPagesTest : public ::testing::Test {
 protected:
  // Gives the new rows of the page at Next(); from before the list moved, or as
  // it is.
  void Take(const MovingList& list, absl::Time sent_at) {
    const LegWalk::Ask ask = walk_.Next();
    const Page page = list.Read(ask.offset, ask.limit, sent_at);
    const absl::StatusOr<RowRuns> runs = walk_.Accept(page);
    ASSERT_TRUE(runs.ok()) << runs.status();
    const std::vector<uint64_t> ids = MovingList::IdsOf(page);
    for (const RowRun& run : *runs) {
      for (uint32_t i = run.first; i < run.last; ++i) {
        EXPECT_TRUE(delivered_.insert(ids[i]).second) << "twice: " << ids[i];
      }
    }
  }

  LegWalk walk_{{}};
  MovingList list_{900, /*seed=*/1};
  const MovingList old_list_{900, /*seed=*/1};
  std::set<uint64_t> delivered_;
};

// Nine rows arrived since the pages at hand were read. They join, and so does
// what was read after them: at the offsets of that walk, not nine rows beside.
TEST_F(LegWalkOldPagesTest, GoOnWhereTheWalkThatReadThemWentOn) {
  list_.Arrive(9);
  Take(list_, kNow);
  for (const int32_t offset : {190, 380, 570, 760}) {
    EXPECT_EQ(walk_.Next().offset, offset);
    Take(old_list_, kBefore + absl::Seconds(offset));
  }

  EXPECT_TRUE(walk_.reads_head_again());
  EXPECT_EQ(delivered_.size(), 909U);
}

// Rows that moved while the walk read may be at the head as of its newest page;
// a head from before that does not tell.
TEST_F(LegWalkOldPagesTest, ClosingReadIsYoungerThanEveryPageButTheFirst) {
  list_.Arrive(9);
  Take(list_, kNow);
  Take(list_, kLater);
  while (!walk_.reads_head_again()) Take(old_list_, kBefore);

  EXPECT_EQ(walk_.Next().sent_after, kLater);
}

// What was given before a break may have been new.
TEST_F(LegWalkOldPagesTest, ClosingReadAfterABreakIsYoungerThanTheBreak) {
  const Page first = list_.Read(0, 200, kBefore);
  LegPosition position{.rows_before = 200, .moved = true};
  for (size_t i = 190; i < 200; ++i) {
    position.anchors.push_back(RowMark(first.tasks[i]));
  }
  LegWalk walk({.resumed_at = kNow}, position);

  while (!walk.reads_head_again()) {
    const Page page =
        list_.Read(walk.Next().offset, walk.Next().limit, kBefore);
    ASSERT_TRUE(walk.Accept(page).ok());
  }

  EXPECT_EQ(walk.Next().sent_after, kNow);
}

// Rows left the head since the pages at hand were read: the one asked for has
// nothing new. The same again, as it is now, and nothing beside it.
TEST_F(LegWalkOldPagesTest, WithoutNewsAreAskedForAgainAlone) {
  MovingList longer(900, /*seed=*/1);
  longer.Arrive(195);
  Take(list_, kNow);
  Take(list_, kNow);
  ASSERT_EQ(walk_.Next().offset, 380);
  ASSERT_THAT(walk_.NextAfter(3), Not(IsEmpty()));

  Take(longer, kBefore);

  EXPECT_EQ(walk_.Next().offset, 380);
  EXPECT_EQ(walk_.Next().sent_after, kNow);
  EXPECT_THAT(walk_.NextAfter(3), IsEmpty());
}

}  // namespace
}  // namespace hssgw
