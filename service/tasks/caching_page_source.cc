// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/caching_page_source.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "service/base/error.h"
#include "service/base/log.h"
#include "service/base/mutex.h"
#include "service/tasks/page_flight.h"
#include "service/tasks/recent_failures.h"

namespace hssgw {

// The flights, and what the last ones taught. Its lock goes before the cache's,
// that before the quota's.
class CachingPageSource::Flights
    : public std::enable_shared_from_this<CachingPageSource::Flights> {
 public:
  explicit Flights(const CachingPageParts& parts) : parts_(parts) {}

  PageTicket Ask(const PageQuestion& question, PageTerms terms,
                 PageCallback done);

  // Ends every flight; after that no part is touched any more.
  void Close();

 private:
  using Number = uint64_t;
  // Of one waiter.
  struct Place {
    Number flight = 0;
    Number waiter = 0;
    bool begins = false;
    bool raises = false;
  };

  std::optional<PageAnswer> AnswerAtHand(const PageQuestion& question,
                                         const PageTerms& terms)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::optional<PageAnswer> OldPage(const PageQuestion& question,
                                    const PageTerms& terms);
  Place EnterFlight(const PageQuestion& question, PageTerms terms,
                    PageCallback done) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  PageFlight* FindJoinable(const PageQuestion& question, absl::Time not_before)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::unique_ptr<PageFlight> Remove(Number number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::unique_ptr<PageFlight> RemoveIfUnwanted(Number number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  PageTicket MakeTicket(const Place& place);
  void Launch(Number number, const PageQuestion& question, PageTerms terms);
  void OnAnswer(Number number, const PageQuestion& question, PageAnswer answer);
  void AnswerWaiters(PageFlight& flight, const PageAnswer& answer);
  void AnswerWaiter(const PageQuestion& question, PageWaiter& waiter,
                    PageAnswer answer);
  void Leave(const Place& place, const absl::Status& why);
  void Raise(const Place& place, CallClass call_class);
  void TellClass(Number number);
  PageWaiting Waiting(Number number);
  void Count(const PageAnswer& answer, CallClass call_class,
             absl::string_view from);
  void TellTooLarge(const PageQuestion& question, int64_t list_bytes);

  const CachingPageParts parts_;

  Mutex mu_;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  int answering_ ABSL_GUARDED_BY(mu_) = 0;
  CondVar answered_;
  Number next_number_ ABSL_GUARDED_BY(mu_) = 1;
  absl::flat_hash_map<Number, std::unique_ptr<PageFlight>> flights_
      ABSL_GUARDED_BY(mu_);
  // The newest flight of each question.
  absl::flat_hash_map<PageQuestion, Number> newest_ ABSL_GUARDED_BY(mu_);
  RecentFailures failures_ ABSL_GUARDED_BY(mu_);
};

PageTicket CachingPageSource::Flights::Ask(const PageQuestion& question,
                                           PageTerms terms, PageCallback done) {
  PageTerms first_terms{.call_class = terms.call_class, .caller = terms.caller};
  Place place;
  std::optional<PageAnswer> at_hand;
  {
    MutexLock lock(mu_);
    at_hand = AnswerAtHand(question, terms);
    if (!at_hand.has_value()) {
      place = EnterFlight(question, std::move(terms), std::move(done));
    }
  }
  if (at_hand.has_value()) {
    Count(*at_hand, first_terms.call_class, at_hand->stale ? "stale" : "cache");
    // NOLINTNEXTLINE(bugprone-use-after-move): moved if nothing is at hand.
    done(*std::move(at_hand));
    return {};
  }
  if (place.begins) {
    Launch(place.flight, question, std::move(first_terms));
  } else if (place.raises) {
    TellClass(place.flight);
  }
  return MakeTicket(place);
}

CachingPageSource::Flights::Place CachingPageSource::Flights::EnterFlight(
    const PageQuestion& question, PageTerms terms, PageCallback done) {
  Place place{.waiter = next_number_++};
  PageFlight* flight = FindJoinable(question, terms.not_before);
  place.begins = flight == nullptr;
  if (place.begins) newest_[question] = next_number_++;
  place.flight = newest_.at(question);
  if (place.begins) {
    auto begun = std::make_unique<PageFlight>(question, parts_.clock.Now());
    flight = begun.get();
    flights_[place.flight] = std::move(begun);
  }
  const absl::Time deadline = terms.deadline;
  place.raises = flight->Enter(
      {.number = place.waiter,
       .terms = std::move(terms),
       .done = std::move(done),
       .deadline = parts_.clock.At(deadline, [weak = weak_from_this(), place] {
         if (const auto self = weak.lock()) {
           const PageWait wait = self->Waiting(place.flight).wait;
           self->Leave(place, wait == PageWait::kUpstream ? UpstreamIsLate()
                                                          : QuotaLeftNoCall());
         }
       })});
  return place;
}

PageTicket CachingPageSource::Flights::MakeTicket(const Place& place) {
  const std::weak_ptr<Flights> weak = weak_from_this();
  return PageTicket(
      Ticket([weak, place] {
        if (const auto self = weak.lock()) self->Leave(place, CallCancelled());
      }),
      [weak, place](CallClass call_class) {
        if (const auto self = weak.lock()) self->Raise(place, call_class);
      },
      [weak, place] {
        const auto self = weak.lock();
        return self == nullptr ? PageWaiting() : self->Waiting(place.flight);
      });
}

// What can be answered without a request: a page that is young enough, a denial
// that stands, or a page that is too old where no other will come in time.
std::optional<PageAnswer> CachingPageSource::Flights::AnswerAtHand(
    const PageQuestion& question, const PageTerms& terms) {
  if (PageRef page =
          parts_.cache.Find(question, terms.not_before, terms.follows)) {
    return PageAnswer{.page = std::move(page), .shared = true};
  }
  const absl::Time now = parts_.clock.Now();
  if (absl::Status denial =
          failures_.Denial(question.leg, terms.not_before, now);
      !denial.ok()) {
    return PageAnswer{.page = std::move(denial), .shared = true};
  }
  if (terms.not_before_on_error == absl::InfiniteFuture()) return std::nullopt;
  const bool in_time = FindJoinable(question, terms.not_before) != nullptr ||
                       parts_.forecast.StartOf(1) <= terms.deadline;
  if (in_time && !failures_.IsFailing(question.leg.profile, now)) {
    return std::nullopt;
  }
  return OldPage(question, terms);
}

std::optional<PageAnswer> CachingPageSource::Flights::OldPage(
    const PageQuestion& question, const PageTerms& terms) {
  PageRef page =
      parts_.cache.Find(question, terms.not_before_on_error, terms.follows);
  if (page == nullptr) return std::nullopt;
  return PageAnswer{.page = std::move(page), .shared = true, .stale = true};
}

PageFlight* CachingPageSource::Flights::FindJoinable(
    const PageQuestion& question, absl::Time not_before) {
  const auto it = newest_.find(question);
  if (it == newest_.end()) return nullptr;
  PageFlight* flight = flights_.at(it->second).get();
  return flight->Serves(not_before) ? flight : nullptr;
}

void CachingPageSource::Flights::Launch(Number number,
                                        const PageQuestion& question,
                                        PageTerms terms) {
  const CallClass asked_class = terms.call_class;
  auto ticket = std::make_shared<PageTicket>(parts_.upstream.Ask(
      question, std::move(terms),
      [self = shared_from_this(), number, question](PageAnswer answer) {
        self->OnAnswer(number, question, std::move(answer));
      }));
  std::unique_ptr<PageFlight> unwanted;  // Let go without the lock.
  bool raised = false;
  {
    MutexLock lock(mu_);
    const auto it = flights_.find(number);
    if (it == flights_.end()) return;  // Answered already.
    it->second->KeepTicket(std::move(ticket));
    raised = it->second->call_class() < asked_class;
    unwanted = RemoveIfUnwanted(number);
  }
  if (raised && unwanted == nullptr) TellClass(number);
}

void CachingPageSource::Flights::Close() {
  absl::flat_hash_map<Number, std::unique_ptr<PageFlight>> ended;
  {
    MutexLock lock(mu_);
    closed_ = true;
    ended = std::exchange(flights_, {});
    newest_.clear();
    while (answering_ > 0) answered_.Wait(mu_);
  }
  for (auto& [number, flight] : ended) {
    for (PageWaiter& waiter : flight->TakeWaiters()) {
      waiter.done({.page = CallCancelled()});
    }
  }
}

void CachingPageSource::Flights::OnAnswer(Number number,
                                          const PageQuestion& question,
                                          PageAnswer answer) {
  std::unique_ptr<PageFlight> flight;
  std::optional<int64_t> list_bytes;
  {
    // At once: who asks in between finds the flight or the page.
    MutexLock lock(mu_);
    if (closed_) return;
    ++answering_;
    flight = Remove(number);
    // Nobody who waits is told of what fails ahead of need.
    if (flight != nullptr &&
        (answer.page.ok() || flight->call_class() != CallClass::kRefresh)) {
      failures_.Learn(question.leg, flight->began(), answer.page.status(),
                      parts_.clock.Now());
    }
    if (answer.page.ok()) {
      list_bytes = parts_.cache.Keep(question, *answer.page,
                                     flight != nullptr && flight->begins_walk()
                                         ? PageCache::Role::kBeginsWalk
                                         : PageCache::Role::kAny);
      parts_.metrics.SetCacheBytes(parts_.cache.bytes());
    }
  }
  if (list_bytes.has_value()) TellTooLarge(question, *list_bytes);
  if (flight != nullptr) AnswerWaiters(*flight, answer);
  MutexLock lock(mu_);
  if (--answering_ == 0) answered_.SignalAll();
}

void CachingPageSource::Flights::AnswerWaiters(PageFlight& flight,
                                               const PageAnswer& answer) {
  for (PageWaiter& waiter : flight.TakeWaiters()) {
    PageAnswer its = answer;
    its.shared = waiter.number != flight.leader();
    if (its.shared) its.upstream_calls = 0;
    AnswerWaiter(flight.question(), waiter, std::move(its));
  }
}

// With a page that is too old, if that is better than the error.
void CachingPageSource::Flights::AnswerWaiter(const PageQuestion& question,
                                              PageWaiter& waiter,
                                              PageAnswer answer) {
  const absl::Status& error = answer.page.status();
  const bool outage =
      RecentFailures::IsOutage(error) || absl::IsDeadlineExceeded(error);
  if (std::optional<PageAnswer> old =
          outage ? OldPage(question, waiter.terms) : std::nullopt;
      old.has_value()) {
    old->upstream_calls = answer.upstream_calls;
    answer = *std::move(old);
  }
  Count(answer, waiter.terms.call_class,
        answer.stale    ? "stale"
        : answer.shared ? "flight"
                        : "upstream");
  waiter.done(std::move(answer));
}

void CachingPageSource::Flights::Leave(const Place& place,
                                       const absl::Status& why) {
  std::optional<PageWaiter> waiter;
  std::unique_ptr<PageFlight> unwanted;
  PageAnswer answer{.page = why};
  PageQuestion question;
  {
    MutexLock lock(mu_);
    const auto it = flights_.find(place.flight);
    if (it == flights_.end()) return;
    PageFlight& flight = *it->second;
    const bool led = flight.leader() == place.waiter;
    waiter = flight.Leave(place.waiter);
    if (!waiter.has_value()) return;
    // The call that it caused and that others or the cache will use.
    if (led && flight.paid_for()) answer.upstream_calls = 1;
    question = flight.question();
    unwanted = RemoveIfUnwanted(place.flight);
  }
  unwanted.reset();
  AnswerWaiter(question, *waiter, std::move(answer));
}

void CachingPageSource::Flights::Raise(const Place& place,
                                       CallClass call_class) {
  {
    MutexLock lock(mu_);
    const auto it = flights_.find(place.flight);
    if (it == flights_.end() || !it->second->Raise(call_class)) return;
  }
  TellClass(place.flight);
}

void CachingPageSource::Flights::TellClass(Number number) {
  std::shared_ptr<PageTicket> ticket;
  CallClass call_class = CallClass::kRefresh;
  {
    MutexLock lock(mu_);
    const auto it = flights_.find(number);
    if (it == flights_.end()) return;
    ticket = it->second->ticket();
    call_class = it->second->call_class();
  }
  // Without a ticket yet: who asked for it will look at the class.
  if (ticket != nullptr) ticket->Raise(call_class);
}

PageWaiting CachingPageSource::Flights::Waiting(Number number) {
  MutexLock lock(mu_);
  const auto it = flights_.find(number);
  return it == flights_.end() ? PageWaiting() : it->second->waiting();
}

std::unique_ptr<PageFlight> CachingPageSource::Flights::Remove(Number number) {
  const auto it = flights_.find(number);
  if (it == flights_.end()) return nullptr;
  std::unique_ptr<PageFlight> flight = std::move(it->second);
  flights_.erase(it);
  const auto newest = newest_.find(flight->question());
  if (newest != newest_.end() && newest->second == number) {
    newest_.erase(newest);
  }
  return flight;
}

// A flight that nobody waits for: a page that is paid for is still cached.
std::unique_ptr<PageFlight> CachingPageSource::Flights::RemoveIfUnwanted(
    Number number) {
  const PageFlight& flight = *flights_.at(number);
  if (!flight.empty() || flight.ticket() == nullptr) return nullptr;
  if (!parts_.calls_are_free && flight.paid_for()) return nullptr;
  return Remove(number);
}

void CachingPageSource::Flights::Count(const PageAnswer& answer,
                                       CallClass call_class,
                                       absl::string_view from) {
  if (!answer.page.ok()) return;
  if (call_class == CallClass::kRefresh) return parts_.metrics.PageReadAhead();
  parts_.metrics.PageRead(from, parts_.clock.Now() - (*answer.page)->sent_at);
}

void CachingPageSource::Flights::TellTooLarge(const PageQuestion& question,
                                              int64_t list_bytes) {
  parts_.metrics.ListOverCache(list_bytes);
  LogWarning("a list is larger than the cache, which keeps its head alone",
             {{"project_id", question.leg.project_id},
              {"list_bytes", list_bytes},
              {"cache_bytes", parts_.cache.max_bytes()}});
}

CachingPageSource::CachingPageSource(const CachingPageParts& parts)
    : flights_(std::make_shared<Flights>(parts)) {
  parts.metrics.SetCacheLimit(parts.cache.max_bytes());
}

CachingPageSource::~CachingPageSource() { flights_->Close(); }

PageTicket CachingPageSource::Ask(PageQuestion question, PageTerms terms,
                                  PageCallback done) {
  return flights_->Ask(question, std::move(terms), std::move(done));
}

}  // namespace hssgw
