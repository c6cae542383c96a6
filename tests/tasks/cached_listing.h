// SPDX-License-Identifier: Apache-2.0
// Callers that list before a cache, above an upstream that a test holds back.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "service/base/error.h"
#include "service/tasks/caching_page_source.h"
#include "service/tasks/task_lister.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_forecast.h"
#include "tests/testing/fake_page_source.h"
#include "tests/testing/moving_list.h"

namespace hssgw {

inline hss::antivirus::v1::ListTasksRequest FreeTasks() {
  hss::antivirus::v1::ListTasksRequest request;
  request.set_project_id("p");
  request.mutable_filter()->set_whether_paid_task(false);
  return request;
}

inline hss::antivirus::v1::ListTasksRequest NoOlderThan(absl::Duration age) {
  hss::antivirus::v1::ListTasksRequest request = FreeTasks();
  request.mutable_freshness()->mutable_max_staleness()->set_seconds(
      absl::ToInt64Seconds(age));
  return request;
}

inline hss::antivirus::v1::ListTasksResponse Parse(const Frame& frame) {
  std::string bytes;
  for (const Slice& slice : frame.slices) {
    bytes.append(*slice.owner, slice.begin, slice.size());
  }
  hss::antivirus::v1::ListTasksResponse response;
  EXPECT_TRUE(response.ParseFromString(bytes));
  return response;
}

// A caller: pulls, and remembers how the listing ended.
struct Caller {
  ~Caller() { lister->Cancel(); }

  // As long as frames come at once.
  void PullWhatIsThere() {
    while (!ended && !waiting) {
      waiting = true;
      lister->Next([this](absl::StatusOr<std::optional<Frame>> frame) {
        waiting = false;
        Take(std::move(frame));
      });
    }
  }

  void Take(absl::StatusOr<std::optional<Frame>> frame) {
    ended = !frame.ok() || !frame->has_value();
    status = frame.status();
    if (!ended) frames.push_back(**std::move(frame));
  }

  hss::antivirus::v1::ListSummary summary() const {
    return Parse(frames.back()).summary();
  }
  hss::antivirus::v1::ListPlan plan() const {
    return Parse(frames.front()).plan();
  }
  std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const Frame& frame : frames) {
      const hss::antivirus::v1::ListTasksResponse response = Parse(frame);
      for (const auto& task : response.tasks()) ids.push_back(task.task_id());
    }
    return ids;
  }
  absl::Time oldest_fetch_time() const {
    const auto time = summary().oldest_fetch_time();
    return absl::FromUnixSeconds(time.seconds()) +
           absl::Nanoseconds(time.nanos());
  }

  std::shared_ptr<TaskLister> lister;
  bool waiting = false;
  bool ended = false;
  absl::Status status;
  std::vector<Frame> frames;
};

class CachedListingTest : public ::testing::Test {
 protected:
  static constexpr int kTwentyPages = 3800;  // 190 new rows each

  std::unique_ptr<Caller> List(
      const hss::antivirus::v1::ListTasksRequest& request = FreeTasks(),
      absl::Time deadline = absl::InfiniteFuture()) {
    ListerOptions options{.deadline = deadline};
    options.CallsAreFree();
    auto caller = std::make_unique<Caller>();
    caller->lister = *TaskLister::Create(*TaskQuery::FromProto(request, {}),
                                         {.pages = *pages_,
                                          .habits = habits_,
                                          .forecast = forecast_,
                                          .tokens = tokens_,
                                          .clock = clock_,
                                          .cache = &*cache_,
                                          .freshness = freshness_},
                                         options);
    caller->PullWhatIsThere();
    return caller;
  }

  std::vector<std::unique_ptr<Caller>> ListMany(int count) {
    std::vector<std::unique_ptr<Caller>> callers;
    for (int i = 0; i < count; ++i) callers.push_back(List());
    return callers;
  }

  // Answers what is held until everybody has everything.
  void RunToEnd(const std::vector<std::unique_ptr<Caller>>& callers) {
    for (std::vector<size_t> held = upstream_.held(); !held.empty();
         held = upstream_.held()) {
      for (const size_t index : held) upstream_.Release(index);
      for (const auto& caller : callers) caller->PullWhatIsThere();
    }
  }

  // A new list, and nothing kept.
  void Restart(uint64_t seed) {
    CacheOf(64 << 20);
    list_ = MovingList(kTwentyPages, seed);
  }
  void MoveMeanwhile(uint64_t seed, int churn) {
    meanwhile_ = [this, churn, random = std::mt19937_64(seed)]() mutable {
      list_.Arrive(static_cast<int>(random() % 2) * churn);
      list_.Leave(static_cast<int>(random() % 2) * churn);
      if (churn > 0) list_.MoveToHead(static_cast<int>(random() % 8 == 0));
    };
  }

  // Eight callers, each with an age of its own, while the list moves.
  std::vector<std::unique_ptr<Caller>> ListAtTimesOfTheirOwn(uint64_t seed) {
    Restart(seed);
    MoveMeanwhile(seed, /*churn=*/static_cast<int>(seed % 4) * 4);
    upstream_.Hold();
    std::mt19937_64 random(seed);
    std::vector<std::unique_ptr<Caller>> callers;
    for (int step = 0; step < 200; ++step) {
      if (callers.size() < 8 && random() % 10 == 0) {
        callers.push_back(
            List(NoOlderThan(absl::Seconds(static_cast<int>(random() % 4)))));
      }
      const std::vector<size_t> held = upstream_.held();
      if (!held.empty()) upstream_.Release(held[random() % held.size()]);
      for (const auto& caller : callers) caller->PullWhatIsThere();
    }
    RunToEnd(callers);
    return callers;
  }

  size_t calls() const { return upstream_.asked().size(); }

  void CacheOf(int64_t bytes) {
    cache_.emplace(bytes);
    pages_.emplace(CachingPageParts{.upstream = upstream_,
                                    .cache = *cache_,
                                    .forecast = forecast_,
                                    .clock = clock_,
                                    .metrics = metrics_,
                                    .calls_are_free = true});
  }

  CachedListingTest() { CacheOf(64 << 20); }

  FakeClock clock_;
  FakeForecast forecast_;
  std::shared_ptr<ResumeKeys> keys_ = *ResumeKeys::Open({}, clock_);
  ResumeTokens tokens_{*keys_, absl::Hours(24)};
  Metrics metrics_;
  UpstreamHabits habits_;
  FreshnessOptions freshness_;
  MovingList list_{kTwentyPages, /*seed=*/1};
  // Happens before each answer of upstream.
  std::function<void()> meanwhile_ = [] {};
  absl::Status failure_;
  FakePageSource upstream_{
      [this](const PageQuestion& question) -> absl::StatusOr<Page> {
        clock_.Advance(absl::Milliseconds(100));
        meanwhile_();
        if (!failure_.ok()) return failure_;
        if (question.leg.whether_paid_task) {
          return MakePage({}, question.offset, question.limit, 0, clock_.Now(),
                          true);
        }
        return list_.Read(question.offset, question.limit, clock_.Now());
      }};
  std::optional<PageCache> cache_;
  std::optional<CachingPageSource> pages_;
};

}  // namespace hssgw
