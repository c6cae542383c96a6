// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/page_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace hssgw {
namespace {

using ::testing::Gt;
using ::testing::IsNull;
using ::testing::Le;
using ::testing::NotNull;
using ::testing::Optional;

constexpr absl::Time kAny = absl::InfinitePast();
constexpr absl::Time kNewest = absl::InfiniteFuture();

absl::Time At(int64_t seconds) { return absl::FromUnixSeconds(seconds); }

LegKey Leg(const std::string& project) { return {.project_id = project}; }

PageQuestion At(const std::string& project, int32_t offset) {
  return {.leg = Leg(project), .offset = offset, .limit = 200};
}

PageRef MakePage(int64_t sent_at, size_t bytes = 1000,
                 std::optional<int64_t> total_num = std::nullopt) {
  return std::make_shared<const Page>(Page{.wire = std::string(bytes, 'x'),
                                           .total_num = total_num,
                                           .sent_at = At(sent_at)});
}

// What so many pages of one list take.
int64_t RoomFor(int pages, size_t bytes = 1000) {
  PageCache cache(1 << 30);
  for (int i = 0; i < pages; ++i) {
    cache.Keep(At("p", 190 * i), MakePage(i, bytes));
  }
  return cache.bytes();
}

TEST(PageCacheTest, PageIsGivenAsItWasKept) {
  PageCache cache(1 << 20);
  const PageRef page = MakePage(7);

  cache.Keep(At("p", 190), page);

  EXPECT_EQ(cache.Find(At("p", 190), At(7), kNewest), page);
  EXPECT_THAT(cache.Find(At("p", 190), At(8), kNewest), IsNull());
  EXPECT_THAT(cache.Find(At("p", 0), kAny, kNewest), IsNull());
  EXPECT_THAT(cache.Find(At("other", 190), kAny, kNewest), IsNull());
}

TEST(PageCacheTest, NothingIsKeptWithoutRoom) {
  PageCache cache(0);

  cache.Keep(At("p", 0), MakePage(1));

  EXPECT_THAT(cache.Find(At("p", 0), kAny, kNewest), IsNull());
  EXPECT_EQ(cache.bytes(), 0);
}

TEST(PageCacheTest, PageOverAQuarterOfTheCacheIsNotKept) {
  PageCache cache(40'000);

  cache.Keep(At("p", 0), MakePage(1, 10'000));
  cache.Keep(At("p", 190), MakePage(2, 9'000));

  EXPECT_THAT(cache.Find(At("p", 0), kAny, kNewest), IsNull());
  EXPECT_THAT(cache.Find(At("p", 190), kAny, kNewest), NotNull());
}

TEST(PageCacheTest, PageOfJustAQuarterOfTheCacheIsKept) {
  const int64_t page_bytes = RoomFor(2) - RoomFor(1);
  PageCache cache(4 * page_bytes);
  PageCache smaller(4 * page_bytes - 1);

  cache.Keep(At("p", 0), MakePage(1));
  smaller.Keep(At("p", 0), MakePage(1));

  EXPECT_THAT(cache.Find(At("p", 0), kAny, kNewest), NotNull());
  EXPECT_THAT(smaller.Find(At("p", 0), kAny, kNewest), IsNull());
}

TEST(PageCacheTest, TailOfAListThatDoesNotFitGoesFirst) {
  PageCache cache(RoomFor(6));

  for (int i = 0; i < 20; ++i) cache.Keep(At("p", 190 * i), MakePage(i));

  EXPECT_THAT(cache.bytes(), Le(cache.max_bytes()));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(cache.Find(At("p", 190 * i), kAny, kNewest) != nullptr, i < 6)
        << i;
  }
}

TEST(PageCacheTest, ListThatWasReadLongestAgoMakesRoom) {
  PageCache cache(RoomFor(3) + RoomFor(3));
  for (const char* project : {"a", "b"}) {
    for (int i = 0; i < 3; ++i) cache.Keep(At(project, 190 * i), MakePage(i));
  }
  ASSERT_THAT(cache.Find(At("a", 0), kAny, kNewest), NotNull());

  cache.Keep(At("c", 0), MakePage(9));

  EXPECT_THAT(cache.Find(At("a", 380), kAny, kNewest), NotNull());
  EXPECT_THAT(cache.Find(At("b", 0), kAny, kNewest), NotNull());
  EXPECT_THAT(cache.Find(At("b", 380), kAny, kNewest), IsNull());
}

TEST(PageCacheTest, WalkThatNobodyRepeatsDoesNotPushOutAListThatIsRead) {
  PageCache cache(RoomFor(6));
  for (int i = 0; i < 3; ++i) cache.Keep(At("read", 190 * i), MakePage(i));
  cache.Keep(At("once", 0), MakePage(10));
  ASSERT_THAT(cache.Find(At("read", 0), kAny, kNewest), NotNull());

  for (int i = 1; i < 20; ++i)
    cache.Keep(At("once", 190 * i), MakePage(10 + i));

  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(cache.Find(At("read", 190 * i), kAny, kNewest), NotNull()) << i;
  }
}

TEST(PageCacheTest, PageInUseOutlivesItsEviction) {
  PageCache cache(RoomFor(4));
  cache.Keep(At("a", 0), MakePage(1));
  const PageRef held = cache.Find(At("a", 0), kAny, kNewest);

  for (int i = 0; i < 4; ++i) cache.Keep(At("b", 190 * i), MakePage(2 + i));

  EXPECT_THAT(cache.Find(At("a", 0), kAny, kNewest), IsNull());
  EXPECT_EQ(held->wire, std::string(1000, 'x'));
}

TEST(PageCacheTest, BytesAreThoseOfWhatIsKept) {
  PageCache cache(RoomFor(4));
  cache.Keep(At("a", 0), MakePage(1));
  for (int i = 0; i < 50; ++i) {
    cache.Keep(At(std::to_string(i % 7), 190 * (i % 5)), MakePage(i));
    EXPECT_THAT(cache.bytes(), Le(cache.max_bytes()));
    EXPECT_THAT(cache.bytes(), Gt(0));
  }
}

// --- several pages of one question ------------------------------------------

TEST(PageCacheTest, PageThatNoWalkWentOnFromIsReplaced) {
  PageCache cache(1 << 20);
  cache.Keep(At("p", 0), MakePage(1));
  const int64_t bytes = cache.bytes();

  cache.Keep(At("p", 0), MakePage(2));

  EXPECT_EQ(cache.bytes(), bytes);
  EXPECT_EQ(cache.Find(At("p", 0), kAny, kAny)->sent_at, At(2));
}

// A walk: 0, 190, then the head again, down to 190.
class PageCacheReplayTest : public ::testing::Test {
 protected:
  PageCacheReplayTest() {
    cache_.Keep(At("p", 0), MakePage(1), PageCache::Role::kBeginsWalk);
    cache_.Keep(At("p", 190), MakePage(2));
    cache_.Keep(At("p", 0), MakePage(3));
    cache_.Keep(At("p", 190), MakePage(4));
  }

  PageCache cache_{1 << 20};
};

TEST_F(PageCacheReplayTest, NextWalkGetsThePagesOfTheFirstInTheirOrder) {
  EXPECT_EQ(cache_.Find(At("p", 0), kAny, kAny)->sent_at, At(1));
  EXPECT_EQ(cache_.Find(At("p", 190), kAny, At(1))->sent_at, At(2));
  // The closing read wants what was sent after the pages before it.
  EXPECT_EQ(cache_.Find(At("p", 0), At(3), At(1))->sent_at, At(3));
  EXPECT_EQ(cache_.Find(At("p", 190), At(4), At(1))->sent_at, At(4));
}

// Pages that are asked for ahead are sent at once, in any order.
TEST_F(PageCacheReplayTest, PagesOfAWalkMayBeSentInAnyOrder) {
  cache_.Keep(At("p", 0), MakePage(10), PageCache::Role::kBeginsWalk);
  cache_.Keep(At("p", 380), MakePage(11));
  cache_.Keep(At("p", 190), MakePage(12));
  cache_.Keep(At("p", 380), MakePage(20));

  EXPECT_EQ(cache_.Find(At("p", 190), kAny, At(10))->sent_at, At(12));
  EXPECT_EQ(cache_.Find(At("p", 380), kAny, At(10))->sent_at, At(11));
}

TEST_F(PageCacheReplayTest, WholeWalkIsRepeatedBeforeANewerOneThatIsNot) {
  cache_.NoteWalk(At("p", 0), At(1), PageCache::Role::kBeginsWholeWalk);
  cache_.Keep(At("p", 0), MakePage(10), PageCache::Role::kBeginsWalk);

  EXPECT_EQ(cache_.Find(At("p", 0), kAny, kAny)->sent_at, At(1));
  EXPECT_EQ(cache_.Find(At("p", 0), At(2), kAny)->sent_at, At(10));
}

TEST_F(PageCacheReplayTest, WhoWantsTheHeadAloneGetsTheNewest) {
  EXPECT_EQ(cache_.Find(At("p", 0), kAny, kNewest)->sent_at, At(3));
}

TEST_F(PageCacheReplayTest, WhatIsTooOldIsNoChoice) {
  EXPECT_EQ(cache_.Find(At("p", 0), At(2), kAny)->sent_at, At(3));
  EXPECT_THAT(cache_.Find(At("p", 0), At(4), kAny), IsNull());
}

TEST_F(PageCacheReplayTest, NewestWalkIsTheOneThatIsRepeated) {
  cache_.Keep(At("p", 0), MakePage(10), PageCache::Role::kBeginsWalk);
  cache_.Keep(At("p", 190), MakePage(11));

  EXPECT_EQ(cache_.Find(At("p", 0), kAny, kAny)->sent_at, At(10));
  EXPECT_EQ(cache_.Find(At("p", 190), kAny, At(10))->sent_at, At(11));
}

TEST_F(PageCacheReplayTest, PageFromBeforeIsBetterThanNone) {
  EXPECT_EQ(cache_.Find(At("p", 190), kAny, At(9))->sent_at, At(4));
}

TEST_F(PageCacheReplayTest, WalkThatBeganWithAnyPageIsRepeatedToo) {
  cache_.Keep(At("p", 0), MakePage(10));
  ASSERT_EQ(cache_.Find(At("p", 0), At(9), kAny)->sent_at, At(10));
  cache_.Keep(At("p", 190), MakePage(11));
  cache_.Keep(At("p", 0), MakePage(12));

  EXPECT_EQ(cache_.Find(At("p", 0), kAny, kAny)->sent_at, At(10));
}

// Callers who want one new page after another do not push it out.
TEST(PageCacheTest, HeadThatWalksBeginWithStaysWhileNewerOnesCome) {
  PageCache cache(1 << 20);
  cache.Keep(At("p", 0), MakePage(1), PageCache::Role::kBeginsWalk);
  cache.NoteWalk(At("p", 0), At(1), PageCache::Role::kBeginsWholeWalk);
  for (int i = 1; i < 9; ++i) {
    cache.Keep(At("p", 190), MakePage(10 * i));
    cache.Keep(At("p", 0), MakePage(10 * i + 1));
  }

  EXPECT_EQ(cache.Find(At("p", 0), kAny, kAny)->sent_at, At(1));
  EXPECT_EQ(cache.Find(At("p", 0), kAny, kNewest)->sent_at, At(81));
}

TEST(PageCacheTest, TellsHowFarAListIsReadOften) {
  PageCache cache(1 << 20);
  for (const int offset : {0, 190, 380, 570}) {
    cache.Keep(At("p", offset), MakePage(offset));
  }
  for (const int offset : {0, 0, 0, 190, 190, 380}) {
    cache.Find(At("p", offset), kAny, kNewest);
  }

  EXPECT_EQ(cache.LastOffsetRead(Leg("p"), kAny, 2), 190);
  EXPECT_EQ(cache.LastOffsetRead(Leg("p"), kAny, 1), 380);
  EXPECT_EQ(cache.LastOffsetRead(Leg("p"), At(191), 2), std::nullopt);
  EXPECT_EQ(cache.LastOffsetRead(Leg("q"), kAny, 1), std::nullopt);
}

TEST(PageCacheTest, PagesOfOneQuestionAreBounded) {
  PageCache cache(1 << 20);
  for (int i = 0; i < 20; ++i) {
    cache.Keep(At("p", 0), MakePage(2 * i));
    cache.Keep(At("p", 190), MakePage(2 * i + 1));
  }

  EXPECT_THAT(cache.bytes(),
              Le(RoomFor(2 * static_cast<int>(PageCache::kMaxVersions))));
  EXPECT_THAT(cache.Find(At("p", 0), At(38), kNewest), NotNull());
}

TEST(PageCacheTest, OffGridPagesOfWalksThatCannotBeginGoBeforeTheTail) {
  PageCache cache(RoomFor(5));
  cache.Keep(At("p", 0), MakePage(1));
  cache.Keep(At("p", 185), MakePage(2));
  cache.Keep(At("p", 190), MakePage(3));
  for (int i = 4; i < 12; ++i) {  // Until the first head is forgotten.
    cache.Keep(At("p", 0), MakePage(2 * i));
    cache.Keep(At("p", 190), MakePage(2 * i + 1));
  }

  EXPECT_THAT(cache.Find(At("p", 185), kAny, kNewest), IsNull());
  EXPECT_THAT(cache.Find(At("p", 190), kAny, kNewest), NotNull());
}

// --- what is known of a list ------------------------------------------------

TEST(PageCacheTest, KnowsTheNewestTotalOfAList) {
  PageCache cache(1 << 20);
  EXPECT_EQ(cache.TotalOf(Leg("p")), std::nullopt);

  cache.Keep(At("p", 0), MakePage(5, 1000, 700));
  cache.Keep(At("p", 190), MakePage(4, 1000, 600));

  EXPECT_THAT(cache.TotalOf(Leg("p")), Optional(700));
}

TEST(PageCacheTest, CountsPlacesWithAYoungPage) {
  PageCache cache(1 << 20);
  for (int i = 0; i < 5; ++i) cache.Keep(At("p", 190 * i), MakePage(i));
  cache.Keep(At("p", 0), MakePage(9));

  EXPECT_EQ(cache.PagesSent(Leg("p"), At(3), kNewest), 3);
  EXPECT_EQ(cache.PagesSent(Leg("p"), At(3), At(9)), 2);
  EXPECT_EQ(cache.PagesSent(Leg("q"), kAny, kNewest), 0);
}

TEST(PageCacheTest, ListLargerThanTheCacheIsSaidOnceWithItsSize) {
  PageCache cache(20'000);

  EXPECT_THAT(cache.Keep(At("p", 0), MakePage(1, 1000, 3800)),
              Optional(20 * (1000 + 256)));
  EXPECT_EQ(cache.Keep(At("p", 190), MakePage(2, 1000, 3800)), std::nullopt);
  EXPECT_EQ(cache.Keep(At("q", 0), MakePage(3, 1000, 1900)), std::nullopt);
}

TEST(PageCacheTest, ManyThreadsKeepItWithinItsBound) {
  PageCache cache(RoomFor(10));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 500; ++i) {
        const PageQuestion question =
            At(std::to_string((i + t) % 3), 190 * (i % 9));
        if (const PageRef page = cache.Find(question, kAny, kAny)) {
          EXPECT_EQ(page->wire.size(), 1000U);
        }
        cache.Keep(question, MakePage(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_THAT(cache.bytes(), Le(cache.max_bytes()));
}

}  // namespace
}  // namespace hssgw
