// SPDX-License-Identifier: Apache-2.0
// Pages from upstream itself: the bottom of the stack of PageSources. Every
// attempt takes a call from the budget, is authorised anew, and is decoded on a
// pool, not on curl's thread.
//
// Threads: any.
// Lifetime: everything it is given must outlive it and its fetches.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "service/auth/authorizer.h"
#include "service/base/clock.h"
#include "service/base/metrics.h"
#include "service/base/mutex.h"
#include "service/base/worker_pool.h"
#include "service/hss/call_budget.h"
#include "service/hss/page_decoder.h"
#include "service/hss/upstream_state.h"
#include "service/http/http_client.h"
#include "service/tasks/page_source.h"

namespace hssgw {

// What a fetch works with.
struct RestPageParts {
  HttpClient& http;
  Authorizer& authorizer;
  CallBudget& budget;
  WorkerPool& decode_pool;
  Clock& clock;
  Metrics& metrics;
  // Called with what the end of a question says of upstream, before its
  // callback; on any thread, never under a lock. May be empty.
  std::function<void(UpstreamState)> upstream_is = nullptr;
};

class RestPageSource : public PageSource {
 public:
  // `origin`: "https://host[:port]" of HSS.
  RestPageSource(std::string origin, RestPageParts parts);
  ~RestPageSource() override;

  PageTicket Ask(PageQuestion question, PageTerms terms,
                 PageCallback done) override;

 private:
  class Fetch;
  class Decoders;

  const std::string origin_;
  const RestPageParts parts_;
  const std::shared_ptr<Decoders> decoders_;
};

}  // namespace hssgw
