// SPDX-License-Identifier: Apache-2.0
// One upstream request for a page, and everybody who waits for it.
//
// Threads: its owner's lock guards every call.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/tasks/page_source.h"

namespace hssgw {

struct PageWaiter {
  uint64_t number = 0;
  PageTerms terms;
  PageCallback done;
  Timer deadline;
};

class PageFlight {
 public:
  // `began`: before its request can have been sent.
  PageFlight(PageQuestion question, absl::Time began)
      : question_(std::move(question)), began_(began) {}

  const PageQuestion& question() const { return question_; }
  absl::Time began() const { return began_; }

  // What its request waits for; nothing while that is not known.
  PageWaiting waiting() const;

  // Its request may have been sent already, or costs a call by now.
  bool paid_for() const;

  // True if its page will be good for who accepts none sent before
  // `not_before`: everyone as long as nothing was sent.
  bool Serves(absl::Time not_before) const;

  // The first one to enter leads: its account has the calls. True if that makes
  // the flight more urgent.
  bool Enter(PageWaiter waiter);
  // Absent: it was answered before.
  std::optional<PageWaiter> Leave(uint64_t number);
  std::vector<PageWaiter> TakeWaiters() { return std::move(waiters_); }
  bool empty() const { return waiters_.empty(); }

  // Somebody waited for it as the first page of a walk.
  bool begins_walk() const { return begins_walk_; }

  // Number of the waiter that leads; 0: it left when its call was paid.
  uint64_t leader() const { return leader_; }

  // The most urgent class of all that waited.
  CallClass call_class() const { return call_class_; }
  // True if that makes the flight more urgent.
  bool Raise(CallClass call_class);

  // Shared, because it is used without the lock.
  const std::shared_ptr<PageTicket>& ticket() const { return ticket_; }
  void KeepTicket(std::shared_ptr<PageTicket> ticket) {
    ticket_ = std::move(ticket);
  }

 private:
  const PageQuestion question_;
  const absl::Time began_;
  std::shared_ptr<PageTicket> ticket_;  // null: not there yet
  CallClass call_class_ = CallClass::kRefresh;
  uint64_t leader_ = 0;
  bool begins_walk_ = false;
  std::vector<PageWaiter> waiters_;
};

}  // namespace hssgw
