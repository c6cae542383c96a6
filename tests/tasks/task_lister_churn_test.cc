// SPDX-License-Identifier: Apache-2.0
// The promise "Whole", of listings as callers see them: pages under way in
// parallel and answered in any order, pages of different age, readers that are
// slow. What fails names its seed; HSSGW_SEED=N runs one alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/tasks/task_lister.h"
#include "tests/tasks/frame_reader.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_forecast.h"
#include "tests/testing/fake_page_source.h"
#include "tests/testing/moving_list.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;
using ::testing::SizeIs;

// Calls `check` with each of `count` seeds, or with the one asked for.
void ForEachSeed(uint64_t count, const std::function<void(uint64_t)>& check) {
  const char* one =
      std::getenv("HSSGW_SEED");  // NOLINT(concurrency-mt-unsafe): one thread.
  const uint64_t first = one == nullptr ? 0 : std::strtoull(one, nullptr, 10);
  const uint64_t last = one == nullptr ? count : first + 1;
  for (uint64_t seed = first; seed < last; ++seed) {
    SCOPED_TRACE(absl::StrCat("HSSGW_SEED=", seed));
    check(seed);
  }
}

// Both paid flags, or the free tasks alone.
TaskQuery MakeQuery(bool free_tasks_alone) {
  ListTasksRequest request;
  request.set_project_id("p");
  if (free_tasks_alone) {
    request.mutable_filter()->set_whether_paid_task(false);
  }
  return *TaskQuery::FromProto(request, {});
}

class TaskListerChurnTest : public ::testing::Test {
 protected:
  std::shared_ptr<TaskLister> List(const TaskQuery& query,
                                   FakePageSource& pages, uint64_t seed) {
    ListerOptions options;
    if (seed % 2 == 1) options.CallsAreFree();
    return *TaskLister::Create(
        query, {pages, habits_, forecast_, tokens_, clock_}, options);
  }

  FakeClock clock_;
  FakeForecast forecast_;
  std::shared_ptr<ResumeKeys> keys_ = *ResumeKeys::Open({}, clock_);
  ResumeTokens tokens_{*keys_, absl::Hours(24)};
  UpstreamHabits habits_;
};

TEST_F(TaskListerChurnTest, AnyInterleavingOfAnswersGivesTheSameRows) {
  const MovingList list(2500, /*seed=*/1);
  ForEachSeed(50, [&](uint64_t seed) {
    std::mt19937_64 random(seed);
    FakePageSource pages([&](const PageQuestion& question) {
      return list.Read(question.offset, question.limit, absl::UnixEpoch(),
                       question.leg.whether_paid_task);
    });
    pages.Hold();
    FrameReader reader(
        List(MakeQuery(/*free_tasks_alone=*/false), pages, seed));
    while (!reader.ended) {
      if (!reader.waiting && random() % 3 != 0) reader.Pull();
      const std::vector<size_t> held = pages.held();
      if (!held.empty()) pages.Release(held[random() % held.size()]);
    }
    ASSERT_TRUE(reader.status.ok()) << reader.status;
    ASSERT_THAT(reader.ids, SizeIs(5000));
    for (size_t i = 0; i < reader.ids.size(); ++i) {
      EXPECT_EQ(reader.ids[i], std::to_string(2500 - i / 2));
    }
  });
}

// What happens to the list between any two answers.
struct Churn {
  const char* kind;
  void (MovingList::*move)(int rows);
};
constexpr Churn kChurns[] = {{"Arrive", &MovingList::Arrive},
                             {"Leave", &MovingList::Leave},
                             {"ChangeStatus", &MovingList::ChangeStatus},
                             {"MoveToHead", &MovingList::MoveToHead}};

// How pages and rows are taken.
enum class Manner { kInOrder, kAnyOrder, kOfDifferentAge, kSlowReader };

struct Scenario {
  Churn churn;
  int rows;
  Manner manner;
};

// A list that moves between any two answers, and what it was a while ago.
class MovingSource {
 public:
  MovingSource(const Scenario& scenario, uint64_t seed, FakeClock& clock)
      : scenario_(scenario), random_(seed), clock_(clock), list_(5000, seed) {}

  // The page there now or, where ages differ, as a cache may have it.
  Page Answer(const PageQuestion& question, const PageTerms& terms) {
    if (answers_++ > 0) Move();
    const Past* past = nullptr;
    if (scenario_.manner == Manner::kOfDifferentAge && random_() % 2 == 0 &&
        !past_.empty()) {
      past = &past_[random_() % past_.size()];
      if (past->at < terms.not_before) past = nullptr;
    }
    return past == nullptr
               ? list_.Read(question.offset, question.limit, clock_.Now())
               : past->list.Read(question.offset, question.limit, past->at);
  }

  const MovingList& list() const { return list_; }
  int answers() const { return answers_; }

 private:
  struct Past {
    absl::Time at;
    MovingList list;
  };

  void Move() {
    if (scenario_.manner == Manner::kOfDifferentAge) {
      past_.push_back({clock_.Now(), list_});
      if (past_.size() > 4) past_.pop_front();
    }
    clock_.Advance(absl::Seconds(12));
    (list_.*scenario_.churn.move)(scenario_.rows);
  }

  const Scenario scenario_;
  std::mt19937_64 random_;
  FakeClock& clock_;
  MovingList list_;
  std::deque<Past> past_;
  int answers_ = 0;
};

class TaskListerChurnModelTest
    : public TaskListerChurnTest,
      public ::testing::WithParamInterface<std::tuple<Churn, int, Manner>> {
 protected:
  Scenario scenario() const {
    return {std::get<0>(GetParam()), std::get<1>(GetParam()),
            std::get<2>(GetParam())};
  }

  // Reads to the end, with answers and pulls as the manner has them.
  void ReadAll(FakePageSource& pages, FrameReader& reader, uint64_t seed) {
    const Manner manner = scenario().manner;
    std::mt19937_64 random(seed);
    pages.Hold();
    while (!reader.ended && pages.asked().size() < 500) {
      const bool pulls = manner != Manner::kSlowReader || random() % 4 == 0;
      if (!reader.waiting && pulls) reader.Pull();
      const std::vector<size_t> held = pages.held();
      if (held.empty()) continue;
      pages.Release(
          held[manner == Manner::kInOrder ? 0 : random() % held.size()]);
    }
    ASSERT_TRUE(reader.ended) << "no end after 500 calls";
  }

  static void ExpectWhole(const MovingList& list, const FrameReader& reader) {
    std::map<std::string, int> times;
    for (const std::string& id : reader.ids) ++times[id];
    for (const auto& [id, count] : times) {
      EXPECT_TRUE(count == 1 || list.was_moved(std::stoull(id)))
          << "repeated row " << id;
    }
    for (const uint64_t id : list.steady()) {
      EXPECT_TRUE(times.contains(std::to_string(id))) << "lost row " << id;
    }
  }
};

TEST_P(TaskListerChurnModelTest, IsWholeOrSaysThatItCouldNot) {
  ForEachSeed(4, [&](uint64_t seed) {
    MovingSource source(scenario(), seed, clock_);
    FakePageSource pages(
        [&](const PageQuestion& question, const PageTerms& terms) {
          return absl::StatusOr<Page>(source.Answer(question, terms));
        });
    FrameReader reader(List(MakeQuery(/*free_tasks_alone=*/true), pages, seed));

    ReadAll(pages, reader, seed);

    if (!reader.status.ok()) {
      EXPECT_EQ(FactsOf(reader.status).reason, Reason::kListChangedTooFast);
      EXPECT_GT(scenario().rows, 80) << reader.status;
      return;
    }
    EXPECT_TRUE(reader.summary().complete());
    ExpectWhole(source.list(), reader);
    if (scenario().rows > 80) return;
    const auto rows = static_cast<double>(reader.ids.size());
    const double ideal = 1 + std::max(0.0, rows - 10) / 190;
    // Pages that are answered late or come from a cache were read in vain if
    // rows moved, and once in a listing a window of pages under way was.
    // Questions let go before they were sent are no calls.
    const double most = scenario().manner == Manner::kInOrder ? 1.6 : 3;
    EXPECT_LE(source.answers(), most * ideal + 8);
  });
}

std::string NameOf(
    const ::testing::TestParamInfo<std::tuple<Churn, int, Manner>>& info) {
  constexpr const char* kManners[] = {"InOrder", "AnyOrder", "OfDifferentAge",
                                      "SlowReader"};
  return absl::StrCat(std::get<0>(info.param).kind, std::get<1>(info.param),
                      kManners[static_cast<int>(std::get<2>(info.param))]);
}

INSTANTIATE_TEST_SUITE_P(
    Lists, TaskListerChurnModelTest,
    ::testing::Combine(::testing::ValuesIn(kChurns),
                       ::testing::Values(0, 1, 5, 20, 80, 500, 5000),
                       ::testing::Values(Manner::kInOrder, Manner::kAnyOrder,
                                         Manner::kOfDifferentAge,
                                         Manner::kSlowReader)),
    NameOf);

}  // namespace
}  // namespace hssgw
