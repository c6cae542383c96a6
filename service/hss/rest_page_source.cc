// SPDX-License-Identifier: Apache-2.0
#include "service/hss/rest_page_source.h"

#include <atomic>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/hss/task_request.h"
#include "service/hss/upstream_error.h"

namespace hssgw {
namespace {

constexpr int kHttpOk = 200;

// What http/ says when the peer had closed a pooled connection: nothing was
// read, and nothing was wrong with the request.
bool HitStaleConnection(const absl::Status& status) {
  return FactsOf(status).cause == "STALE_CONNECTION";
}

// An object with error fields and no list, in spite of its 200.
bool HoldsErrorBody(const absl::Status& status) {
  return FactsOf(status).cause == "ERROR_BODY";
}

void CountDrift(const DecodeStats& stats, Metrics& metrics) {
  for (const DecodeStats::Count& drift : stats.counts()) {
    if (drift.kind == DriftKind::kReplacedUtf8) {
      metrics.ReplacedUtf8(drift.count);
    } else {
      metrics.Unrecognized(DriftName(drift.kind), drift.name, drift.count);
    }
  }
}

}  // namespace

// Decoders keep their buffers warm; there are as many as decode at once.
class RestPageSource::Decoders {
 public:
  std::unique_ptr<PageDecoder> Take() {
    MutexLock lock(mu_);
    if (idle_.empty()) return std::make_unique<PageDecoder>();
    std::unique_ptr<PageDecoder> decoder = std::move(idle_.back());
    idle_.pop_back();
    return decoder;
  }
  void Return(std::unique_ptr<PageDecoder> decoder) {
    MutexLock lock(mu_);
    idle_.push_back(std::move(decoder));
  }

 private:
  Mutex mu_;
  std::vector<std::unique_ptr<PageDecoder>> idle_ ABSL_GUARDED_BY(mu_);
};

// One question on its way: budget, authorisation, HTTP, decode; one step at a
// time, each holding the ticket by which it can be ended.
class RestPageSource::Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(const RestPageSource& source, PageQuestion question, PageTerms terms,
        PageCallback done)
      : origin_(source.origin_),
        parts_(source.parts_),
        decoders_(source.decoders_),
        question_(std::move(question)),
        terms_(std::move(terms)),
        done_(std::move(done)) {}

  void Start() {
    const int step = BeginStep(PageWait::kBudget);
    BudgetTurn turn = parts_.budget.Take(
        terms_.deadline,
        [self = shared_from_this()](const absl::Status& status) {
          self->OnBudget(status);
        });
    MutexLock lock(mu_);
    if (step == step_ && !cancelled_) std::swap(turn_, turn);
  }

  void Cancel() {
    BudgetTurn turn;
    Ticket ticket;
    MutexLock lock(mu_);
    cancelled_ = true;
    turn = std::move(turn_);
    ticket = std::move(ticket_);
  }

  PageWaiting waiting() {
    MutexLock lock(mu_);
    if (wait_ != PageWait::kBudget) return {.wait = wait_, .sent_at = sending_};
    return {.wait = wait_, .until = turn_.ExpectedStart()};
  }

 private:
  void OnBudget(const absl::Status& status) {
    if (!status.ok()) return Finish(status);
    ++upstream_calls_;
    BeginStep(PageWait::kCredential);
    parts_.authorizer.Authorize(
        MakeTaskRequest(question_, origin_), terms_.deadline,
        [self = shared_from_this()](absl::StatusOr<HttpRequest> request) {
          self->OnAuthorized(std::move(request));
        });
  }

  void OnAuthorized(absl::StatusOr<HttpRequest> request) {
    if (!request.ok()) return Finish(request.status());
    const int step = BeginStep(PageWait::kUpstream);
    if (cancelled()) {
      return Finish(CallCancelled());
    }
    sent_at_ = parts_.clock.Now();
    request->fresh_connection = retried_;
    // Kept for errors: which credential was it?
    HttpRequest sent = *request;
    Hold(step, parts_.http.Send(
                   *std::move(request), terms_.deadline,
                   [self = shared_from_this(), sent = std::move(sent)](
                       absl::StatusOr<HttpResponse> response) mutable {
                     self->OnResponse(std::move(sent), std::move(response));
                   }));
  }

  void OnResponse(HttpRequest request, absl::StatusOr<HttpResponse> response) {
    answered_at_ = parts_.clock.Now();
    if (!response.ok()) {
      Count(response.status());
      if (HitStaleConnection(response.status()) && !retried_) {
        retried_ = true;
        return Start();
      }
      return Finish(response.status());
    }
    if (response->status != kHttpOk) {
      const absl::Status error = Understand(request, *response);
      Count(error);
      return Finish(error);
    }
    parts_.decode_pool.Post(
        [self = shared_from_this(), sent = std::move(request),
         answer = *std::move(response)] { self->Decode(sent, answer); });
  }

  void Decode(const HttpRequest& request, const HttpResponse& response) {
    std::unique_ptr<PageDecoder> decoder = decoders_->Take();
    DecodeStats stats;
    absl::StatusOr<PageRef> page =
        decoder->Decode(response.body,
                        {.offset = question_.offset,
                         .limit = question_.limit,
                         .whether_paid_task = question_.leg.whether_paid_task,
                         .sent_at = sent_at_},
                        &stats);
    decoders_->Return(std::move(decoder));
    if (!page.ok()) {
      page = HoldsErrorBody(page.status())
                 ? Understand(request, response)
                 : WithRequestId(page.status(), response, &request);
    }
    CountDrift(stats, parts_.metrics);
    Count(page.status());
    Finish(std::move(page));
  }

  // What an answer that is no list means; the authorizer is told if its
  // credential is to blame.
  absl::Status Understand(const HttpRequest& request,
                          const HttpResponse& response) {
    const UpstreamError error =
        ReadUpstreamError(response, parts_.clock.Now(), &request);
    if (error.kind == FailureKind::kCredential) {
      parts_.authorizer.Refused(request, response);
    }
    return error.status;
  }

  // One request, by how it ended.
  void Count(const absl::Status& status) {
    parts_.metrics.UpstreamRequest(question_.leg.profile, status,
                                   answered_at_ - sent_at_);
  }

  void Finish(absl::StatusOr<PageRef> page) {
    const auto state = UpstreamStateAfter(page.status());
    if (state.has_value() && parts_.upstream_is) parts_.upstream_is(*state);
    done_({.page = std::move(page), .upstream_calls = upstream_calls_});
  }

  int BeginStep(PageWait wait) {
    MutexLock lock(mu_);
    wait_ = wait;
    if (wait == PageWait::kUpstream) sending_ = parts_.clock.Now();
    return ++step_;
  }

  // Keeps the ticket of `step`, unless that is over or nobody waits any more.
  void Hold(int step, Ticket ticket) {
    MutexLock lock(mu_);
    if (step == step_ && !cancelled_) std::swap(ticket_, ticket);
  }

  bool cancelled() {
    MutexLock lock(mu_);
    return cancelled_;
  }

  const std::string origin_;
  const RestPageParts parts_;
  const std::shared_ptr<Decoders> decoders_;
  const PageQuestion question_;
  const PageTerms terms_;
  // One step at a time touches these.
  PageCallback done_;
  absl::Time sent_at_;
  absl::Time answered_at_;
  int32_t upstream_calls_ = 0;
  bool retried_ = false;

  Mutex mu_;
  int step_ ABSL_GUARDED_BY(mu_) = 0;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  PageWait wait_ ABSL_GUARDED_BY(mu_) = PageWait::kNothing;
  // Not after sent_at_; any thread may ask for it.
  absl::Time sending_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
  BudgetTurn turn_ ABSL_GUARDED_BY(mu_);
  Ticket ticket_ ABSL_GUARDED_BY(mu_);
};

RestPageSource::RestPageSource(std::string origin, RestPageParts parts)
    : origin_(std::move(origin)),
      parts_(std::move(parts)),
      decoders_(std::make_shared<Decoders>()) {}

RestPageSource::~RestPageSource() = default;

PageTicket RestPageSource::Ask(PageQuestion question, PageTerms terms,
                               PageCallback done) {
  auto fetch = std::make_shared<Fetch>(*this, std::move(question),
                                       std::move(terms), std::move(done));
  fetch->Start();
  return PageTicket(Ticket([weak = std::weak_ptr<Fetch>(fetch)] {
                      if (const auto held = weak.lock()) held->Cancel();
                    }),
                    // Classes come with the budget's queues: until then who
                    // waits is served in order.
                    nullptr, [weak = std::weak_ptr<Fetch>(fetch)] {
                      const auto held = weak.lock();
                      return held == nullptr ? PageWaiting() : held->waiting();
                    });
}

}  // namespace hssgw
