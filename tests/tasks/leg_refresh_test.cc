// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/leg_refresh.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "service/base/error.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_forecast.h"
#include "tests/testing/fake_page_source.h"
#include "tests/testing/moving_list.h"

namespace hssgw {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

class LegRefreshTest : public ::testing::Test {
 protected:
  std::shared_ptr<LegRefresh> Refresh(const LegKey& leg = {},
                                      const RefreshExtent& extent = {
                                          .last_offset = kMaxOffset}) {
    auto refresh = std::make_shared<LegRefresh>(
        leg, extent, parts_,
        [this](const LegRefresh::Outcome& outcome) { outcome_ = outcome; });
    refresh->Start();
    return refresh;
  }

  std::vector<int32_t> offsets() const {
    std::vector<int32_t> offsets;
    for (const PageQuestion& question : upstream_.asked()) {
      offsets.push_back(question.offset);
    }
    return offsets;
  }

  FakeClock clock_;
  FakeForecast forecast_;
  UpstreamHabits habits_;
  PageCache cache_{1 << 20};
  MovingList list_{500, /*seed=*/1};
  int arrivals_ = 0;  // before each answer
  absl::Status failure_;
  FakePageSource upstream_{
      [this](const PageQuestion& question) -> absl::StatusOr<Page> {
        if (!failure_.ok()) return failure_;
        clock_.Advance(absl::Milliseconds(1));
        list_.Arrive(arrivals_);
        return list_.Read(question.offset, question.limit, clock_.Now());
      }};
  const RefreshParts parts_{.pages = upstream_,
                            .cache = cache_,
                            .habits = habits_,
                            .forecast = forecast_,
                            .clock = clock_};
  std::optional<LegRefresh::Outcome> outcome_;
};

TEST_F(LegRefreshTest, AsksOnePageAfterTheOtherAsThingsAreNow) {
  const absl::Time start = clock_.Now();

  Refresh();

  EXPECT_THAT(offsets(), ElementsAre(0, 190, 380));
  ASSERT_TRUE(outcome_.has_value());
  EXPECT_TRUE(outcome_->status.ok()) << outcome_->status;
  EXPECT_THAT(upstream_.terms(), Each(Field(&PageTerms::not_before, start)));
  EXPECT_THAT(upstream_.terms(),
              Each(Field(&PageTerms::call_class, CallClass::kRefresh)));
}

TEST_F(LegRefreshTest, GoesNoFurtherThanItsExtent) {
  Refresh({}, {.last_offset = 190});

  EXPECT_THAT(offsets(), ElementsAre(0, 190));
  EXPECT_TRUE(outcome_->status.ok()) << outcome_->status;
}

// As a listing of that leg would have it, so that it finds these pages.
TEST_F(LegRefreshTest, HeadIsReadAgainWhereRowsCanStillCome) {
  arrivals_ = 1;
  const LegKey ended{.window = {.begin = clock_.Now() - absl::Hours(9),
                                .end = clock_.Now() - absl::Hours(1)}};

  Refresh(ended);
  EXPECT_EQ(offsets().back(), 380);

  LegKey open_ended = ended;
  open_ended.window.end = clock_.Now() + absl::Minutes(1);
  Refresh(open_ended);
  EXPECT_EQ(offsets().back(), 0);
}

TEST_F(LegRefreshTest, FailureEndsIt) {
  failure_ = MakeError(absl::StatusCode::kUnavailable, "down",
                       {.reason = Reason::kUpstreamUnavailable});

  Refresh();

  EXPECT_THAT(offsets(), ElementsAre(0));
  EXPECT_EQ(outcome_->status.code(), absl::StatusCode::kUnavailable);
}

TEST_F(LegRefreshTest, StopLetsGoOfThePageUnderWay) {
  upstream_.Hold();
  const auto refresh = Refresh();
  ASSERT_EQ(upstream_.held().size(), 1U);

  refresh->Stop();

  EXPECT_THAT(upstream_.held(), IsEmpty());
  EXPECT_EQ(upstream_.cancelled(), 1);
  EXPECT_FALSE(outcome_.has_value());
}

// Says whether anybody is in it.
class WatchedSource : public PageSource {
 public:
  explicit WatchedSource(PageSource& pages) : pages_(pages) {}

  PageTicket Ask(PageQuestion question, PageTerms terms,
                 PageCallback done) override {
    EXPECT_FALSE(gone_);
    PageTicket ticket =
        pages_.Ask(std::move(question), std::move(terms), std::move(done));
    for (int i = 0; i < 100 && !gone_; ++i) std::this_thread::yield();
    EXPECT_FALSE(gone_);
    return ticket;
  }

  void Go() { gone_ = true; }

 private:
  PageSource& pages_;
  std::atomic<bool> gone_ = false;
};

// Whoever stops it may take its parts away at once.
TEST_F(LegRefreshTest, StopMayMeetAnAnswer) {
  for (int i = 0; i < 500; ++i) {
    FakePageSource upstream([&](const PageQuestion& question) {
      return list_.Read(question.offset, question.limit, clock_.Now());
    });
    WatchedSource watched(upstream);
    upstream.Hold();
    const RefreshParts parts = {.pages = watched,
                                .cache = cache_,
                                .habits = habits_,
                                .forecast = forecast_,
                                .clock = clock_};
    const auto refresh = std::make_shared<LegRefresh>(
        LegKey(), RefreshExtent{.last_offset = kMaxOffset}, parts,
        [](const LegRefresh::Outcome& /*outcome*/) {});
    refresh->Start();
    std::atomic<bool> begun = false;
    std::thread answering([&] {
      begun = true;
      upstream.Release(0);
    });
    while (!begun) std::this_thread::yield();
    refresh->Stop();
    watched.Go();
    answering.join();
  }
}

TEST_F(LegRefreshTest, NothingIsAskedWithoutRoom) {
  const FakeForecast busy(clock_, absl::Seconds(12));
  RefreshParts parts = {.pages = upstream_,
                        .cache = cache_,
                        .habits = habits_,
                        .forecast = busy,
                        .clock = clock_};
  const auto refresh = std::make_shared<LegRefresh>(
      LegKey(),
      RefreshExtent{.last_offset = kMaxOffset,
                    .deadline = clock_.Now() + absl::Minutes(5)},
      parts,
      [this](const LegRefresh::Outcome& outcome) { outcome_ = outcome; });
  refresh->Start();
  clock_.Advance(absl::Minutes(4));
  EXPECT_FALSE(outcome_.has_value());

  clock_.Advance(absl::Minutes(2));

  ASSERT_TRUE(outcome_.has_value());
  EXPECT_EQ(outcome_->status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(offsets(), IsEmpty());
}

}  // namespace
}  // namespace hssgw
