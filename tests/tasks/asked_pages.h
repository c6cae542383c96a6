// SPDX-License-Identifier: Apache-2.0
// Questions to a CachingPageSource, above an upstream that a test holds back.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "service/base/error.h"
#include "service/tasks/caching_page_source.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_forecast.h"
#include "tests/testing/fake_page_source.h"

namespace hssgw {

inline PageQuestion Question(const std::string& project = "p",
                             int32_t offset = 0) {
  return {.leg = {.profile = "default", .project_id = project},
          .offset = offset,
          .limit = 200};
}

inline absl::Status Down() {
  return MakeError(absl::StatusCode::kUnavailable, "down",
                   {.reason = Reason::kUpstreamUnavailable});
}

class AskedPagesTest : public ::testing::Test {
 protected:
  // What a question came to.
  struct Asked {
    const Page& page() const { return **answer->page; }
    absl::StatusCode code() const { return answer->page.status().code(); }

    std::optional<PageAnswer> answer;
    int answers = 0;
    PageTicket ticket;  // Last: dropping it may bring the answer.
  };

  std::unique_ptr<Asked> Ask(PageTerms terms = {},
                             const PageQuestion& question = Question()) {
    auto asked = std::make_unique<Asked>();
    asked->ticket = pages_->Ask(question, std::move(terms),
                                [its = asked.get()](PageAnswer answer) {
                                  its->answer = std::move(answer);
                                  ++its->answers;
                                });
    return asked;
  }
  PageTerms NotBefore(absl::Time time) const { return {.not_before = time}; }
  PageTerms Until(absl::Duration wait) const {
    return {.deadline = clock_.Now() + wait};
  }
  // Allows a page that is older by an hour instead of an error.
  PageTerms FreshOrStale() const {
    return {.not_before = clock_.Now(),
            .not_before_on_error = clock_.Now() - absl::Hours(1)};
  }

  void Sent(size_t index) {
    upstream_.Tell(index,
                   {.wait = PageWait::kUpstream, .sent_at = clock_.Now()});
  }
  void CallsAreFree() {
    parts_.calls_are_free = true;
    pages_.emplace(parts_);
  }

  FakeClock clock_;
  FakeForecast forecast_;
  Metrics metrics_;
  PageCache cache_{1 << 20};
  absl::Status failure_;
  FakePageSource upstream_{
      [this](const PageQuestion& question) -> absl::StatusOr<Page> {
        if (!failure_.ok()) return failure_;
        return Page{.wire = std::string(100, 'x'),
                    .offset = question.offset,
                    .limit = question.limit,
                    .total_num = 0,
                    .sent_at = clock_.Now()};
      }};
  CachingPageParts parts_{.upstream = upstream_,
                          .cache = cache_,
                          .forecast = forecast_,
                          .clock = clock_,
                          .metrics = metrics_};
  std::optional<CachingPageSource> pages_{std::in_place, parts_};
};

}  // namespace hssgw
