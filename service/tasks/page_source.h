// SPDX-License-Identifier: Apache-2.0
// Port: where pages come from. A cache is a PageSource before another.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/base/ticket.h"
#include "service/tasks/leg.h"
#include "service/tasks/page.h"

namespace hssgw {

// What is asked: with profile and project the cache key.
struct PageQuestion {
  LegKey leg;
  int32_t offset = 0;
  int32_t limit = 0;

  friend bool operator==(const PageQuestion&, const PageQuestion&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const PageQuestion& q) {
    return H::combine(std::move(h), q.leg, q.offset, q.limit);
  }
};

// Who waits for a page, the most urgent first.
enum class CallClass { kFirstPage, kNeeded, kPrefetch, kRefresh };

// How it is asked: never part of the key.
struct PageTerms {
  absl::Time deadline = absl::InfiniteFuture();
  // The oldest Page::sent_at allowed; the second when upstream cannot answer.
  absl::Time not_before = absl::InfinitePast();
  absl::Time not_before_on_error = absl::InfiniteFuture();
  // The age that the caller allows, which not_before comes from.
  absl::Duration max_staleness = absl::InfiniteDuration();
  // Which of several pages that are young enough. Of a walk: when the page that
  // it began with was sent; the oldest one sent since then is right, as it is
  // what the same walk was given before. absl::InfinitePast(): the walk begins;
  // the newest one that a whole walk began with, or else any walk. Without such
  // a page, and by default, the newest.
  absl::Time follows = absl::InfiniteFuture();
  CallClass call_class = CallClass::kNeeded;
  // For fairness and accounts; empty when the listener gives none.
  std::string caller;
};

struct PageAnswer {
  absl::StatusOr<PageRef> page;
  // Attempts at HSS that this question caused, tries included; none when it
  // came from a cache or another caller's request (`shared`).
  int32_t upstream_calls = 0;
  bool shared = false;
  // Older than not_before, used instead of an error.
  bool stale = false;
};

using PageCallback = absl::AnyInvocable<void(PageAnswer)>;

// What a question waits for.
enum class PageWait { kNothing, kBudget, kCredential, kUpstream };

struct PageWaiting {
  PageWait wait = PageWait::kNothing;
  // kUpstream: when the request was sent.
  absl::Time sent_at = absl::InfinitePast();
  // When the wait for the budget is expected to end; absl::InfinitePast():
  // now, or not known.
  absl::Time until = absl::InfinitePast();
};

// Dropping it asks for an early end; the callback still comes, once, with
// CANCELLED or with a page that was already there.
class PageTicket {
 public:
  PageTicket() = default;
  PageTicket(Ticket cancel, absl::AnyInvocable<void(CallClass)> raise,
             absl::AnyInvocable<PageWaiting() const> waiting = nullptr)
      : cancel_(std::move(cancel)),
        raise_(std::move(raise)),
        waiting_(std::move(waiting)) {}

  // A reader waits now for what was a prefetch.
  void Raise(CallClass call_class) {
    if (raise_) raise_(call_class);
  }

  // Any thread; may be called under a lock.
  PageWaiting waiting() const { return waiting_ ? waiting_() : PageWaiting(); }

 private:
  Ticket cancel_;
  absl::AnyInvocable<void(CallClass)> raise_;
  absl::AnyInvocable<PageWaiting() const> waiting_;
};

class PageSource {
 public:
  virtual ~PageSource() = default;

  // Called exactly once; inline or on any thread; never under a lock.
  virtual PageTicket Ask(PageQuestion question, PageTerms terms,
                         PageCallback done) = 0;
};

}  // namespace hssgw
