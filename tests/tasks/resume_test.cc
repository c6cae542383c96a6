// SPDX-License-Identifier: Apache-2.0
// Listings that broke, and go on in another process that shares only the key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "service/base/error.h"
#include "service/tasks/task_lister.h"
#include "tests/e2e/child.h"
#include "tests/tasks/frame_reader.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_forecast.h"
#include "tests/testing/fake_page_source.h"
#include "tests/testing/moving_list.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;

// A process: everything but the key file is its own.
struct Gateway {
  Gateway(const std::string& key_file, FakePageSource::Answer answer,
          Clock& its_clock)
      : clock(its_clock),
        pages(std::move(answer)),
        keys(*ResumeKeys::Open({key_file}, clock)) {}

  absl::StatusOr<std::shared_ptr<TaskLister>> List(
      const ListTasksRequest& request, const ListerOptions& options = {}) {
    const auto query = TaskQuery::FromProto(
        request, {.profile = "default", .projects = {"p"}});
    if (!query.ok()) return query.status();
    return TaskLister::Create(*query, {pages, habits, forecast, tokens, clock},
                              options);
  }

  Clock& clock;
  FakePageSource pages;
  UpstreamHabits habits;
  FakeForecast forecast;
  std::shared_ptr<ResumeKeys> keys;
  ResumeTokens tokens{*keys, absl::Hours(24)};
};

class ResumeTest : public ::testing::Test {
 protected:
  ResumeTest() { WriteText(key_file_, std::string(32, 'k')); }

  std::unique_ptr<Gateway> NewGateway(FakePageSource::Answer answer) {
    return std::make_unique<Gateway>(key_file_, std::move(answer), clock_);
  }

  // Reads with a break after every frame: each frame comes from a gateway of
  // its own. `between` happens before each. Returns the ids, in order.
  template <typename Between>
  std::vector<std::string> ListBreakingAtEveryFrame(
      ListTasksRequest request, const FakePageSource::Answer& answer,
      Between between) {
    std::vector<std::string> ids;
    for (int streams = 0; streams < 1000; ++streams) {
      between();
      const auto gateway = NewGateway(answer);
      auto lister = gateway->List(request);
      EXPECT_TRUE(lister.ok()) << lister.status();
      if (!lister.ok()) return ids;
      FrameReader reader(*std::move(lister));
      reader.Pull();
      status_ = reader.status;
      pages_asked_ += gateway->pages.asked().size();
      if (reader.frames.empty()) return ids;
      ids.insert(ids.end(), reader.ids.begin(), reader.ids.end());
      last_ = reader.frames.back();
      if (last_.has_summary()) return ids;
      request.set_resume_token(last_.resume_token());
    }
    ADD_FAILURE() << "the listing does not end";
    return ids;
  }

  static FakePageSource::Answer AnswersFrom(const MovingList& list) {
    return [&list](const PageQuestion& question) -> absl::StatusOr<Page> {
      return list.Read(question.offset, question.limit, absl::UnixEpoch(),
                       question.leg.whether_paid_task);
    };
  }
  static FakePageSource::Answer AnswersFrom(const MovingList& free,
                                            const MovingList& paid) {
    return [&](const PageQuestion& question) -> absl::StatusOr<Page> {
      const bool is_paid = question.leg.whether_paid_task;
      return (is_paid ? paid : free)
          .Read(question.offset, question.limit, absl::UnixEpoch(), is_paid);
    };
  }
  static ListTasksRequest FreeTasks() {
    ListTasksRequest request;
    request.mutable_filter()->set_whether_paid_task(false);
    return request;
  }

  TempFolder folder_;
  const std::string key_file_ = folder_.Path("key");
  FakeClock clock_;
  hss::antivirus::v1::ListTasksResponse last_;
  absl::Status status_;
  size_t pages_asked_ = 0;
};

TEST_F(ResumeTest, EveryRowOnceAcrossABreakAtEveryFrame) {
  const MovingList list(5000, /*seed=*/1);
  const auto ids =
      ListBreakingAtEveryFrame(FreeTasks(), AnswersFrom(list), [] {});

  ASSERT_EQ(ids.size(), 5000U);
  for (size_t i = 0; i < ids.size(); ++i) {
    ASSERT_EQ(ids[i], std::to_string(5000 - i));
  }
  EXPECT_TRUE(last_.summary().complete());
}

TEST_F(ResumeTest, MergedLegsGoOnAsOneStreamWouldHave) {
  MovingList free(1500, /*seed=*/1);
  MovingList paid(900, /*seed=*/2);
  paid.Leave(300);
  const auto gateway = NewGateway(AnswersFrom(free, paid));
  FrameReader whole(*gateway->List({}));
  whole.PullAll();

  const auto ids = ListBreakingAtEveryFrame({}, AnswersFrom(free, paid), [] {});

  EXPECT_EQ(ids, whole.ids);
  EXPECT_TRUE(last_.summary().complete());
}

// The promise: what is there throughout and does not move comes exactly once.
TEST_F(ResumeTest, ChurnBetweenAllStreamsLosesAndRepeatsNothing) {
  for (const int k : {0, 1, 5, 20, 80}) {
    for (uint64_t seed = 0; seed < 6; ++seed) {
      SCOPED_TRACE(testing::Message() << "k " << k << ", seed " << seed);
      MovingList list(3000, seed);
      std::mt19937_64 random(seed);
      bool first = true;
      const auto ids =
          ListBreakingAtEveryFrame(FreeTasks(), AnswersFrom(list), [&] {
            if (std::exchange(first, false)) return;
            const auto kind = random() % 3;
            if (kind == 0) list.Arrive(k);
            if (kind == 1) list.Leave(k);
            if (kind == 2) list.MoveToHead(k);
          });
      ASSERT_TRUE(status_.ok()) << status_;
      ASSERT_TRUE(last_.summary().complete());
      std::map<std::string, int> times;
      for (const std::string& id : ids) ++times[id];
      for (const uint64_t id : list.steady()) {
        EXPECT_EQ(times[std::to_string(id)], 1) << id;
      }
    }
  }
}

TEST_F(ResumeTest, RowsThatWentToTheHeadMeanwhileComeAtTheEnd) {
  MovingList list(2000, /*seed=*/3);
  int streams = 0;
  const auto ids =
      ListBreakingAtEveryFrame(FreeTasks(), AnswersFrom(list), [&] {
        if (++streams == 2) list.Arrive(30);
      });

  EXPECT_EQ(ids.size(), 2030U);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), "2030"), 1);
  EXPECT_EQ(ids[2000], "2030");
  EXPECT_TRUE(last_.summary().complete());
}

TEST_F(ResumeTest, HeadThatIsReadAgainGoesOnToo) {
  MovingList list(2000, /*seed=*/4);
  int streams = 0;
  const auto ids =
      ListBreakingAtEveryFrame(FreeTasks(), AnswersFrom(list), [&] {
        // More than a frame holds: the second pass breaks, too.
        if (++streams == 2) list.Arrive(1500);
      });

  std::map<std::string, int> times;
  for (const std::string& id : ids) ++times[id];
  EXPECT_EQ(times.size(), 3500U);
  EXPECT_EQ(ids.size(), 3500U);
}

// A span that is cut into windows of 700 rows each.
class ResumeWindowsTest : public ResumeTest {
 protected:
  ResumeWindowsTest() {
    const absl::Time end = clock_.Now() - absl::Hours(24 * 200);
    const absl::Time begin = end - absl::Hours(24 * 20);
    auto& filter = *request_.mutable_filter();
    filter.mutable_begin_time()->set_seconds(absl::ToUnixSeconds(begin));
    filter.mutable_end_time()->set_seconds(absl::ToUnixSeconds(end));
  }

  ListTasksRequest request_ = FreeTasks();
  uint64_t next_id_ = 0;
  std::map<int64_t, std::vector<MovingList::Row>> rows_;  // by window's begin
  FakePageSource::Answer answer_ =
      [this](const PageQuestion& question) -> absl::StatusOr<Page> {
    const int64_t first = absl::ToUnixMillis(*question.leg.window.begin);
    const int64_t last = absl::ToUnixMillis(*question.leg.window.end);
    auto& its = rows_[first];
    for (int64_t i = 0; its.size() < 700; ++i) {
      its.push_back({++next_id_, last - 1 - i * (last - first) / 800});
    }
    const auto from =
        std::min<size_t>(static_cast<size_t>(question.offset), its.size());
    const auto to = std::min<size_t>(from + 200, its.size());
    return MakePage({its.begin() + static_cast<ptrdiff_t>(from),
                     its.begin() + static_cast<ptrdiff_t>(to)},
                    question.offset, question.limit, 700);
  };
};

TEST_F(ResumeWindowsTest, WindowsThatWereReadAreNotReadAgain) {
  const auto gateway = NewGateway(answer_);
  FrameReader whole(*gateway->List(request_));
  whole.PullAll();
  ASSERT_GT(gateway->pages.asked().size(), 40U);

  const auto ids = ListBreakingAtEveryFrame(request_, answer_, [] {});

  EXPECT_EQ(ids, whole.ids);
  // A break costs at most the page it stands in.
  EXPECT_LT(pages_asked_, 2 * gateway->pages.asked().size());
}

TEST_F(ResumeWindowsTest, FaultOfAWindowThatWasReadIsInTheSummary) {
  const auto gateway = NewGateway(answer_);
  const std::string binding =
      TokenBinding(*TaskQuery::FromProto(
                       request_, {.profile = "default", .projects = {"p"}}),
                   "");
  FrameReader reader(*gateway->List(request_));
  ListPosition position;
  while (position.window == 0) {
    reader.Pull();
    ASSERT_FALSE(reader.ended);
    position =
        *gateway->tokens.Open(reader.frames.back().resume_token(),
                              TokenPurpose::kResume, binding, clock_.Now());
  }
  position.legs.at(0).whole = false;
  request_.set_resume_token(gateway->tokens.Seal(
      position, TokenPurpose::kResume, binding, clock_.Now()));

  ListBreakingAtEveryFrame(request_, answer_, [] {});

  ASSERT_TRUE(last_.has_summary());
  EXPECT_FALSE(last_.summary().complete());
}

TEST_F(ResumeTest, TokenStandsAfterTheLastFrameGivenNotAfterWhatWasRead) {
  const MovingList list(5000, /*seed=*/1);
  const auto gateway = NewGateway(AnswersFrom(list));
  FrameReader reader(*gateway->List(FreeTasks()));
  reader.Pull();
  reader.Pull();
  const auto info = reader.lister->resume_info();

  EXPECT_EQ(info.resume_token(), reader.frames.back().resume_token());
  EXPECT_EQ(info.progress().tasks_sent(), static_cast<int>(reader.ids.size()));
}

TEST_F(ResumeTest, TokenOfAStreamThatSentNothingBeginsAtTheBeginning) {
  const MovingList list(300, /*seed=*/1);
  const auto gateway = NewGateway(AnswersFrom(list));
  gateway->pages.Hold();
  FrameReader reader(*gateway->List(FreeTasks()));
  reader.Pull();
  ListTasksRequest request = FreeTasks();
  request.set_resume_token(reader.lister->resume_info().resume_token());

  const auto other = NewGateway(AnswersFrom(list));
  FrameReader again(*other->List(request));
  again.PullAll();

  EXPECT_EQ(again.ids.size(), 300U);
}

TEST_F(ResumeTest, TokenBelongsToItsQuery) {
  const MovingList list(300, /*seed=*/1);
  const auto gateway = NewGateway(AnswersFrom(list));
  FrameReader reader(*gateway->List(FreeTasks()));
  reader.Pull();
  ListTasksRequest request = FreeTasks();
  request.set_resume_token(reader.lister->resume_info().resume_token());
  EXPECT_TRUE(gateway->List(request).ok());
  request.mutable_filter()->set_task_name("other");

  const auto refused = gateway->List(request);

  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FactsOf(refused.status()).reason, Reason::kTokenInvalid);
}

TEST_F(ResumeTest, TokenBelongsToItsCaller) {
  const MovingList list(300, /*seed=*/1);
  const auto gateway = NewGateway(AnswersFrom(list));
  FrameReader reader(*gateway->List(FreeTasks(), {.identity = "spiffe://a"}));
  reader.Pull();
  ListTasksRequest request = FreeTasks();
  request.set_resume_token(reader.lister->resume_info().resume_token());

  EXPECT_TRUE(gateway->List(request, {.identity = "spiffe://a"}).ok());
  EXPECT_FALSE(gateway->List(request, {.identity = "spiffe://b"}).ok());
  EXPECT_FALSE(gateway->List(request).ok());
}

TEST_F(ResumeTest, ExpiredTokenIsToldApart) {
  const MovingList list(300, /*seed=*/1);
  const auto gateway = NewGateway(AnswersFrom(list));
  FrameReader reader(*gateway->List(FreeTasks()));
  reader.Pull();
  ListTasksRequest request = FreeTasks();
  request.set_resume_token(reader.lister->resume_info().resume_token());
  clock_.Advance(absl::Hours(25));

  EXPECT_EQ(FactsOf(gateway->List(request).status()).reason,
            Reason::kTokenExpired);
}

TEST_F(ResumeTest, MoveSeenBeforeTheBreakIsRememberedAfterIt) {
  MovingList list(4000, /*seed=*/6);
  int asked = 0;
  const auto answer =
      [&](const PageQuestion& question) -> absl::StatusOr<Page> {
    // Within the first stream; quiet ever after.
    if (++asked == 3) list.Arrive(30);
    return list.Read(question.offset, question.limit, absl::UnixEpoch());
  };
  const auto ids = ListBreakingAtEveryFrame(FreeTasks(), answer, [] {});

  EXPECT_EQ(ids.size(), 4030U);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), "4030"), 1);
}

// What the summary says is of the whole listing, not of its last stream.
TEST_F(ResumeTest, FaultsBeforeTheBreakAreInTheSummaryAfterIt) {
  const MovingList list(2000, /*seed=*/7);
  const auto gateway = NewGateway([&](const PageQuestion& question) {
    return absl::StatusOr<Page>(
        list.Read(question.offset, question.limit, clock_.Now()));
  });
  FrameReader reader(*gateway->List(FreeTasks()));
  reader.Pull();
  const auto query = TaskQuery::FromProto(
      FreeTasks(), {.profile = "default", .projects = {"p"}});
  const std::string binding = TokenBinding(*query, "");
  ListPosition position =
      *gateway->tokens.Open(reader.frames.back().resume_token(),
                            TokenPurpose::kResume, binding, clock_.Now());
  for (const bool unstable : {false, true}) {
    position.legs.at(0).whole = false;
    position.legs.at(0).order_unstable = unstable;
    position.oldest_sent_at = absl::UnixEpoch() + absl::Seconds(1);
    ListTasksRequest request = FreeTasks();
    request.set_resume_token(gateway->tokens.Seal(
        position, TokenPurpose::kResume, binding, clock_.Now()));
    FrameReader rest(*gateway->List(request));
    rest.PullAll();
    ASSERT_TRUE(rest.status.ok()) << rest.status;
    EXPECT_FALSE(rest.summary().complete());
    EXPECT_EQ(rest.summary().oldest_fetch_time().seconds(), 1);
    EXPECT_EQ(rest.summary().end(),
              unstable ? hss::antivirus::v1::END_REASON_ORDER_UNSTABLE
                       : hss::antivirus::v1::END_REASON_LIST_CHANGED);
  }
}

TEST_F(ResumeTest, GapThatWasSkippedIsRememberedAcrossTheBreak) {
  MovingList list(2000, /*seed=*/5);
  ListTasksRequest request = FreeTasks();
  request.set_allow_incomplete(true);
  int streams = 0;
  const auto ids = ListBreakingAtEveryFrame(request, AnswersFrom(list), [&] {
    // Everything that was delivered leaves, with all anchors.
    if (++streams == 2) list.Leave(1999);
  });

  EXPECT_TRUE(status_.ok()) << status_;
  EXPECT_FALSE(last_.summary().complete());
}

}  // namespace
}  // namespace hssgw
