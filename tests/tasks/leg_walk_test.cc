// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/leg_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "service/base/error.h"
#include "tests/testing/moving_list.h"

namespace hssgw {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Rows = std::vector<MovingList::Row>;

// Rows with ids first..last, a second apart, newest first.
Rows RowsFrom(uint64_t first, uint64_t last) {
  Rows rows;
  for (uint64_t id = first; id <= last; ++id) {
    rows.push_back({id, static_cast<int64_t>(1000000000 - id * 1000)});
  }
  return rows;
}

// Part of `rows`, as upstream pages it.
Page PageOf(const Rows& rows, int32_t offset, int32_t limit,
            std::optional<int64_t> total_num) {
  Rows part;
  for (auto i = static_cast<size_t>(offset);
       i < rows.size() && part.size() < static_cast<size_t>(limit); ++i) {
    part.push_back(rows[i]);
  }
  return MakePage(part, offset, limit, total_num);
}

struct Outcome {
  std::map<uint64_t, int> delivered;
  std::vector<int32_t> offsets;
  absl::Status status;
};

using ReadPage = std::function<Page(const LegWalk::Ask&)>;

// Walks to the end; 200 pages are far more than any of these lists needs.
Outcome WalkAll(LegWalk& walk, const ReadPage& read) {
  Outcome outcome;
  while (!walk.done() && outcome.offsets.size() < 200) {
    outcome.offsets.push_back(walk.Next().offset);
    const Page page = read(walk.Next());
    const absl::StatusOr<RowRuns> runs = walk.Accept(page);
    outcome.status = runs.status();
    if (!runs.ok()) return outcome;
    const std::vector<uint64_t> ids = MovingList::IdsOf(page);
    for (const RowRun& run : *runs) {
      for (uint32_t i = run.first; i < run.last; ++i) {
        ++outcome.delivered[ids[i]];
      }
    }
  }
  EXPECT_TRUE(walk.done()) << "no end after 200 pages";
  return outcome;
}

Outcome WalkQuietList(int rows) {
  const MovingList list(rows, /*seed=*/1);
  LegWalk walk({});
  return WalkAll(walk, [&](const LegWalk::Ask& ask) {
    return list.Read(ask.offset, ask.limit, absl::UnixEpoch());
  });
}

TEST(LegWalkTest, ReadsAQuietListOnTheGrid) {
  const Outcome outcome = WalkQuietList(450);

  EXPECT_THAT(outcome.offsets, ElementsAre(0, 190, 380));
  EXPECT_THAT(outcome.delivered, SizeIs(450));
}

TEST(LegWalkTest, QuietListCostsNoMorePagesThanTheOverlapNeeds) {
  for (const int rows :
       {0, 1, 9, 10, 11, 199, 200, 201, 210, 389, 390, 391, 5000}) {
    SCOPED_TRACE(rows);
    const Outcome outcome = WalkQuietList(rows);

    EXPECT_THAT(outcome.offsets, SizeIs(1 + std::max(0, rows - 10) / 190));
    EXPECT_THAT(outcome.delivered, SizeIs(rows));
  }
}

TEST(LegWalkTest, EndsWithAnEmptyListOfTotalZero) {
  LegWalk walk({});

  const auto runs = walk.Accept(MakePage({}, 0, 200, 0));

  EXPECT_THAT(*runs, IsEmpty());
  EXPECT_TRUE(walk.done());
}

TEST(LegWalkTest, AsksOnceMoreWhenAnEmptyFirstPageDoesNotSayThatItIsAll) {
  for (const std::optional<int64_t> total :
       {std::optional<int64_t>(), std::optional<int64_t>(50)}) {
    LegWalk walk({});
    const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
      return MakePage({}, ask.offset, ask.limit, total);
    });
    EXPECT_THAT(outcome.offsets, ElementsAre(0, 0));
  }
}

TEST(LegWalkTest, UnknownTotalEndsWhenOneMoreReadAddsNothing) {
  const Rows rows = RowsFrom(1, 250);
  LegWalk walk({});

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    return PageOf(rows, ask.offset, ask.limit, std::nullopt);
  });

  EXPECT_THAT(outcome.delivered, SizeIs(250));
  EXPECT_THAT(outcome.offsets, ElementsAre(0, 190, 240));
}

TEST(LegWalkTest, TotalOfZeroWithRowsDoesNotCutTheListShort) {
  const Rows rows = RowsFrom(1, 450);
  LegWalk walk({});

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    return PageOf(rows, ask.offset, ask.limit, 0);
  });

  EXPECT_THAT(outcome.delivered, SizeIs(450));
}

TEST(LegWalkTest, TotalThatIsTooSmallDoesNotCutTheListShort) {
  const Rows rows = RowsFrom(1, 450);
  LegWalk walk({});

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    return PageOf(rows, ask.offset, ask.limit, 150);
  });

  EXPECT_THAT(outcome.delivered, SizeIs(450));
  EXPECT_THAT(outcome.offsets, ElementsAre(0, 190, 380));
}

TEST(LegWalkTest, FullPageNeverEndsALeg) {
  // The total says that the first page is all; one row came after it was made.
  const Rows rows = RowsFrom(1, 201);
  LegWalk walk({});

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    return PageOf(rows, ask.offset, ask.limit, 200);
  });

  EXPECT_THAT(outcome.delivered, SizeIs(201));
}

TEST(LegWalkTest, TotalThatChangesWithEveryAnswerCostsNoRow) {
  const Rows rows = RowsFrom(1, 450);
  const std::vector<std::optional<int64_t>> totals = {449,  std::nullopt, 0,
                                                      9000, 451,          1};
  for (size_t first = 0; first < totals.size(); ++first) {
    SCOPED_TRACE(first);
    LegWalk walk({});
    size_t answer = first;

    const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
      return PageOf(rows, ask.offset, ask.limit,
                    totals[answer++ % totals.size()]);
    });

    ASSERT_TRUE(outcome.status.ok()) << outcome.status;
    EXPECT_THAT(outcome.delivered, SizeIs(450));
    EXPECT_LE(outcome.offsets.size(), 8U);
  }
}

TEST(LegWalkTest, EmptyPageBeyondTheEndEndsAfterTwoReadsThatAgree) {
  // 300 rows, and a total that promises 500 for ever.
  const Rows rows = RowsFrom(1, 300);
  LegWalk walk({});
  ASSERT_TRUE(walk.Accept(PageOf(rows, 0, 200, 500)).ok());
  ASSERT_TRUE(walk.Accept(PageOf(rows, 190, 200, 500)).ok());
  ASSERT_TRUE(walk.Accept(MakePage({}, walk.Next().offset, 200, 500)).ok());
  EXPECT_FALSE(walk.done());

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    return PageOf(rows, ask.offset, ask.limit, 500);
  });

  EXPECT_TRUE(walk.whole());
  EXPECT_LE(outcome.offsets.size(), 3U);
}

TEST(LegWalkTest, TotalThatIsTooLargeEndsAfterTwoReadsThatAgree) {
  const Rows rows = RowsFrom(1, 200);
  LegWalk walk({});

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    return PageOf(rows, ask.offset, ask.limit, 500);
  });

  EXPECT_THAT(outcome.delivered, SizeIs(200));
  EXPECT_LE(outcome.offsets.size(), 4U);
}

TEST(LegWalkTest, RowsRemovedBehindAnEmptyPageAreFound) {
  // 40 of the first 200 rows leave after the first page: the page at 190 is
  // beyond the end, and rows 191-200 have moved to 151-160.
  Rows rows = RowsFrom(1, 225);
  LegWalk walk({});
  int reads = 0;

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    if (++reads == 2) rows.erase(rows.begin(), rows.begin() + 40);
    return PageOf(rows, ask.offset, ask.limit,
                  static_cast<int64_t>(rows.size()));
  });

  EXPECT_THAT(outcome.delivered, SizeIs(225));
  EXPECT_GE(walk.repairs(), 1);
}

TEST(LegWalkTest, EmptyMiddlePageIsRepaired) {
  const Rows rows = RowsFrom(1, 700);
  LegWalk walk({});
  int reads = 0;

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    if (++reads == 2) return MakePage({}, ask.offset, ask.limit, 700);
    return PageOf(rows, ask.offset, ask.limit, 700);
  });

  EXPECT_THAT(outcome.delivered, SizeIs(700));
}

TEST(LegWalkTest, ShortMiddlePageIsGoneOnFrom) {
  const Rows rows = RowsFrom(1, 700);
  LegWalk walk({});

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    Page page = PageOf(rows, ask.offset, ask.offset < 300 ? 120 : 200, 700);
    page.limit = ask.limit;
    return page;
  });

  EXPECT_THAT(outcome.delivered, SizeIs(700));
}

TEST(LegWalkTest, PageThatRepeatsForEverIsATypedError) {
  const Rows rows = RowsFrom(1, 200);
  LegWalk walk({});

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    return MakePage(rows, ask.offset, ask.limit, 5000);
  });

  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(FactsOf(outcome.status).reason, Reason::kListChangedTooFast);
  EXPECT_THAT(outcome.offsets, SizeIs(9));
}

TEST(LegWalkTest, ListThatIsReplacedWholeIsATypedError) {
  LegWalk walk({});
  uint64_t next = 1;

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    next += 1000;
    return MakePage(RowsFrom(next, next + 199), ask.offset, ask.limit, 5000);
  });

  EXPECT_EQ(FactsOf(outcome.status).reason, Reason::kListChangedTooFast);
  EXPECT_LE(outcome.offsets.size(), 10U);
}

TEST(LegWalkTest, GapIsGoneOverWhenIncompleteIsAllowed) {
  LegWalk walk({.allow_incomplete = true});
  int reads = 0;

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    const uint64_t shift = ++reads == 1 ? 0 : 5000;
    return PageOf(RowsFrom(1 + shift, 600 + shift), ask.offset, ask.limit, 600);
  });

  EXPECT_TRUE(outcome.status.ok());
  EXPECT_FALSE(walk.whole());
  EXPECT_GE(outcome.delivered.size(), 400U);
}

TEST(LegWalkTest, SharedRowsInAnotherOrderAreOrderUnstable) {
  Rows rows = RowsFrom(1, 400);
  LegWalk walk({});
  ASSERT_TRUE(walk.Accept(PageOf(rows, 0, 200, 400)).ok());
  std::swap(rows[192], rows[197]);

  const auto runs = walk.Accept(PageOf(rows, 190, 200, 400));

  EXPECT_EQ(FactsOf(runs.status()).reason, Reason::kOrderUnstable);
}

TEST(LegWalkTest, RowsOfEqualStartTimeMaySwap) {
  Rows rows = RowsFrom(1, 400);
  for (size_t i = 195; i < 205; ++i)
    rows[i].start_millis = rows[195].start_millis;
  LegWalk walk({});
  ASSERT_TRUE(walk.Accept(PageOf(rows, 0, 200, 400)).ok());
  std::swap(rows[196], rows[203]);  // across the edge of the first page

  const auto runs = walk.Accept(PageOf(rows, 190, 200, 400));

  ASSERT_TRUE(runs.ok()) << runs.status();
  // Row 203 of old came before the last shared row, and is delivered as well.
  EXPECT_EQ(runs->front(), (RowRun{6, 7}));
}

TEST(LegWalkTest, RowsWithoutIdAreAllDelivered) {
  Rows rows = RowsFrom(1, 30);
  rows[10].id = 0;
  rows[11].id = 0;
  LegWalk walk({});

  const auto runs = walk.Accept(MakePage(rows, 0, 200, 30));

  EXPECT_THAT(*runs, ElementsAre(RowRun{0, 30}));
}

TEST(LegWalkTest, RowRepeatedInALaterPageIsDropped) {
  Rows rows = RowsFrom(1, 380);
  rows[300] = {7, rows[300].start_millis};
  LegWalk walk({});

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    return PageOf(rows, ask.offset, ask.limit, 380);
  });

  EXPECT_EQ(outcome.delivered.at(7), 1);
  EXPECT_EQ(walk.duplicates_dropped(), 1);
}

TEST(LegWalkTest, RowsThatWentToTheHeadComeFromAClosingRead) {
  MovingList list(600, /*seed=*/5);
  LegWalk walk({});
  int reads = 0;

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    if (++reads == 2) list.MoveToHead(30);
    return list.Read(ask.offset, ask.limit,
                     absl::UnixEpoch() + absl::Seconds(reads));
  });

  EXPECT_THAT(outcome.delivered, SizeIs(600));
  EXPECT_EQ(outcome.offsets.back(), 0);
}

TEST(LegWalkTest, ClosingReadOfAnEmptyHeadEndsAfterTwoThatAgree) {
  for (const std::optional<int64_t> total :
       {std::optional<int64_t>(), std::optional<int64_t>(50)}) {
    MovingList list(300, /*seed=*/1);
    LegWalk walk({});
    const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
      if (walk.reads_head_again()) return MakePage({}, 0, ask.limit, total);
      list.Arrive(1);
      return list.Read(ask.offset, ask.limit, absl::UnixEpoch());
    });

    EXPECT_THAT(outcome.offsets, ElementsAre(0, 190, 0, 0));
  }
}

TEST(LegWalkTest, ClosingReadIsLeftOutWhereNothingCanCome) {
  MovingList list(600, /*seed=*/5);
  LegWalk walk({.read_head_again = false});
  int reads = 0;

  const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
    if (++reads == 2) list.Arrive(3);
    return list.Read(ask.offset, ask.limit, absl::UnixEpoch());
  });

  EXPECT_NE(outcome.offsets.back(), 0);
}

TEST(LegWalkTest, RepairWantsAPageSentAfterTheOneItRepairs) {
  LegWalk walk({});
  const absl::Time t = absl::UnixEpoch() + absl::Hours(1);
  ASSERT_TRUE(walk.Accept(PageOf(RowsFrom(1, 200), 0, 200, 400)).ok());

  ASSERT_TRUE(walk.Accept(MakePage(RowsFrom(300, 400), 190, 200, 400, t)).ok());

  EXPECT_EQ(walk.Next().sent_after, t);
}

// Older than that, it would stand where rows were, not where they are.
TEST(LegWalkTest, QuestionAfterARepairWantsAPageSentAfterTheRepair) {
  LegWalk walk({});
  const absl::Time t = absl::UnixEpoch() + absl::Hours(1);
  const Rows rows = RowsFrom(1, 600);
  ASSERT_TRUE(walk.Accept(PageOf(rows, 0, 200, 600)).ok());
  ASSERT_TRUE(walk.Accept(PageOf(rows, 390, 200, 600)).ok());  // a gap
  Page repair = PageOf(rows, walk.Next().offset, 200, 600);
  repair.sent_at = t;

  ASSERT_TRUE(walk.Accept(repair).ok());

  EXPECT_EQ(walk.Next().sent_after, t);
}

TEST(LegWalkTest, DriftIsWhatMovedSinceTheLastJoint) {
  // 100 rows arrive before each page; every page reaches back to row 101, so
  // that none but the first adds any.
  LegWalk walk({});
  ASSERT_TRUE(walk.Accept(PageOf(RowsFrom(101, 1000), 0, 200, 900)).ok());
  for (const int32_t offset : {100, 200, 300}) {
    ASSERT_TRUE(
        walk.Accept(MakePage(RowsFrom(101, 300), offset, 200, 900)).ok());
  }

  // Row 301 stands at 500 now and, if they go on to arrive, at 600 then: a lead
  // of 100, and half of it to be sure.
  EXPECT_EQ(walk.Next().offset, 500 + 100 - 50);
}

TEST(LegWalkTest, BoundsOfASearchThatContradictEachOtherDoNotEndIt) {
  const Rows rows = RowsFrom(1, 2000);
  LegWalk walk({});
  ASSERT_TRUE(walk.Accept(PageOf(rows, 400, 200, 2000)).ok());
  // After the frontier at 190; then, 1,000 rows later, before it at 390.
  ASSERT_TRUE(walk.Accept(MakePage(RowsFrom(700, 899), 190, 200, 2000)).ok());
  ASSERT_TRUE(walk.Accept(MakePage(RowsFrom(1, 200), 390, 200, 3000)).ok());

  EXPECT_GE(walk.Next().offset, 390 + 200);
}

TEST(LegWalkTest, ListBeyondTheLastOffsetIsRefusedBeforeItIsRead) {
  LegWalk walk({});

  const auto runs = walk.Accept(PageOf(RowsFrom(1, 200), 0, 200, 2000201));

  EXPECT_EQ(runs.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(FactsOf(runs.status()).reason, Reason::kListTooLong);
}

TEST(LegWalkTest, HalvesItsLimitDownToTen) {
  LegWalk walk({});
  std::vector<int32_t> limits;

  while (walk.HalveLimit()) limits.push_back(walk.Next().limit);

  EXPECT_THAT(limits, ElementsAre(100, 50, 25, 12, 10));
}

TEST(LegWalkTest, ListIsWholeAtEverySmallerLimit) {
  const MovingList list(450, /*seed=*/1);
  for (const int32_t limit : {10, 12, 25, 50, 100}) {
    SCOPED_TRACE(limit);
    LegWalk walk({.limit = limit});
    const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
      return list.Read(ask.offset, ask.limit, absl::UnixEpoch());
    });
    EXPECT_THAT(outcome.delivered, SizeIs(450));
  }
}

TEST(LegWalkTest, LooksAheadNoFurtherThanTotalNumPromises) {
  const MovingList list(450, /*seed=*/1);
  LegWalk walk({});

  ASSERT_TRUE(walk.Accept(list.Read(0, 200, absl::UnixEpoch())).ok());

  EXPECT_EQ(walk.Next().offset, 190);
  EXPECT_THAT(walk.NextAfter(10), ElementsAre(380));
}

TEST(LegWalkTest, LooksNoPageAheadWhileTheListMoves) {
  MovingList list(2000, /*seed=*/1);
  LegWalk walk({});
  ASSERT_TRUE(walk.Accept(list.Read(0, 200, absl::UnixEpoch())).ok());
  list.Arrive(3);

  ASSERT_TRUE(walk.Accept(list.Read(190, 200, absl::UnixEpoch())).ok());

  EXPECT_THAT(walk.NextAfter(10), IsEmpty());
}

// What happens to the list between any two reads.
struct Churn {
  const char* name;
  int arrive, leave, to_head;

  friend void PrintTo(const Churn& churn, std::ostream* out) {
    *out << churn.name;
  }
};

class LegWalkChurnTest : public ::testing::TestWithParam<Churn> {};

// The promise "Whole": rows that were there throughout and did not move are
// delivered exactly once, in few calls, or the walk says that it could not.
TEST_P(LegWalkChurnTest, Whole) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    MovingList list(5000, seed);
    LegWalk walk({});
    int reads = 0;
    const Outcome outcome = WalkAll(walk, [&](const LegWalk::Ask& ask) {
      if (reads++ > 0) {
        list.Arrive(GetParam().arrive);
        list.Leave(GetParam().leave);
        list.MoveToHead(GetParam().to_head);
      }
      return list.Read(ask.offset, ask.limit,
                       absl::UnixEpoch() + absl::Seconds(reads));
    });
    if (!outcome.status.ok()) {
      EXPECT_EQ(FactsOf(outcome.status).reason, Reason::kListChangedTooFast);
      EXPECT_GT(GetParam().arrive + GetParam().leave + GetParam().to_head, 80);
      continue;
    }
    int rows = 0;
    for (const auto& [id, times] : outcome.delivered) {
      rows += times;
      EXPECT_TRUE(times == 1 || list.was_moved(id)) << "row " << id;
    }
    for (const uint64_t id : list.steady()) {
      EXPECT_TRUE(outcome.delivered.contains(id)) << "lost row " << id;
    }
    if (GetParam().arrive + GetParam().leave + GetParam().to_head > 80)
      continue;
    const double ideal = 1 + std::max(0, rows - 10) / 190;
    EXPECT_LE(static_cast<double>(outcome.offsets.size()), 1.6 * ideal);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rates, LegWalkChurnTest,
    testing::Values(Churn{"Quiet", 0, 0, 0}, Churn{"Arrive1", 1, 0, 0},
                    Churn{"Arrive20", 20, 0, 0}, Churn{"Arrive80", 80, 0, 0},
                    Churn{"Leave1", 0, 1, 0}, Churn{"Leave20", 0, 20, 0},
                    Churn{"Leave80", 0, 80, 0}, Churn{"Move1", 0, 0, 1},
                    Churn{"Move20", 0, 0, 20}, Churn{"Move80", 0, 0, 80},
                    Churn{"All5", 5, 5, 5}, Churn{"All20", 20, 20, 20},
                    Churn{"Arrive500", 500, 0, 0}, Churn{"Leave500", 0, 500, 0},
                    Churn{"Move500", 0, 0, 500},
                    Churn{"Leave5000", 0, 5000, 0}),
    [](const auto& churn) { return std::string(churn.param.name); });

}  // namespace
}  // namespace hssgw
