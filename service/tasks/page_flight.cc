// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/page_flight.h"

#include <algorithm>
#include <utility>

namespace hssgw {

PageWaiting PageFlight::waiting() const {
  return ticket_ == nullptr ? PageWaiting() : ticket_->waiting();
}

bool PageFlight::paid_for() const {
  const PageWait wait = waiting().wait;
  return wait == PageWait::kUpstream || wait == PageWait::kCredential;
}

bool PageFlight::Serves(absl::Time not_before) const {
  if (not_before <= began_) return true;
  const PageWaiting now = waiting();
  switch (now.wait) {
    case PageWait::kBudget:
    case PageWait::kCredential:
      return true;
    case PageWait::kUpstream:
      return not_before <= now.sent_at;
    case PageWait::kNothing:
      break;
  }
  return false;
}

bool PageFlight::Enter(PageWaiter waiter) {
  if (waiters_.empty() && ticket_ == nullptr) leader_ = waiter.number;
  begins_walk_ = begins_walk_ || waiter.terms.follows == absl::InfinitePast();
  const bool raised = Raise(waiter.terms.call_class);
  waiters_.push_back(std::move(waiter));
  return raised;
}

std::optional<PageWaiter> PageFlight::Leave(uint64_t number) {
  const auto it = std::find_if(
      waiters_.begin(), waiters_.end(),
      [&](const PageWaiter& waiter) { return waiter.number == number; });
  if (it == waiters_.end()) return std::nullopt;
  std::optional<PageWaiter> left = std::move(*it);
  waiters_.erase(it);
  if (number == leader_) {
    leader_ = paid_for() || waiters_.empty() ? 0 : waiters_.front().number;
  }
  return left;
}

bool PageFlight::Raise(CallClass call_class) {
  if (call_class >= call_class_) return false;
  call_class_ = call_class;
  return true;
}

}  // namespace hssgw
