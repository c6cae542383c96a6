// SPDX-License-Identifier: Apache-2.0
// Pages from the cache, or from another source, which equal questions in flight
// ask once for all.
//
// A page that is young enough (PageTerms::not_before) is answered inline. Else
// a question joins a flight whose page will be, or begins one. Whoever waits
// has a deadline of its own; the flight has none: it ends with its last waiter
// if it is still queued or if calls are free, and otherwise, being paid for, is
// finished and cached. An error answers everybody who waits and is not kept;
// one of upstream being unreachable gives way to a page that is too old, where
// PageTerms::not_before_on_error allows it.
//
// Threads: any.
// Lifetime: its parts must outlive it; its end ends what is under way.
#pragma once

#include <memory>

#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/metrics.h"
#include "service/tasks/call_forecast.h"
#include "service/tasks/page_cache.h"
#include "service/tasks/page_source.h"

namespace hssgw {

struct CachingPageParts {
  PageSource& upstream;
  PageCache& cache;
  const CallForecast& forecast;
  Clock& clock;
  Metrics& metrics;
  // Upstream calls cost nothing: what nobody waits for is ended.
  bool calls_are_free = false;
};

class CachingPageSource : public PageSource {
 public:
  explicit CachingPageSource(const CachingPageParts& parts);
  ~CachingPageSource() override;

  PageTicket Ask(PageQuestion question, PageTerms terms,
                 PageCallback done) override;

 private:
  class Flights;

  // Shared: requests under way hold on to it.
  const std::shared_ptr<Flights> flights_;
};

}  // namespace hssgw
