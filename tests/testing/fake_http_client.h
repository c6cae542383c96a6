// SPDX-License-Identifier: Apache-2.0
// An HttpClient that answers from a script, records what was sent, and holds a
// request until there is an answer for it.
//
//   http.AnswerWith(200, "{}");               // the next request's
//   http.Answer(absl::UnavailableError(""));  // the one after it
//
// Threads: any; callbacks run in Answer, in Send where an answer is there
// already, or where the ticket is dropped; never under a lock.
// Lifetime: tickets may outlive it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/base/mutex.h"
#include "service/http/http_client.h"

namespace hssgw {

class FakeHttpClient : public HttpClient {
 public:
  // What still waits is answered with CANCELLED.
  ~FakeHttpClient() override;

  // The answer to the first request that has none yet, sent or still to come.
  void Answer(absl::StatusOr<HttpResponse> answer);
  void AnswerWith(int status, std::string body);

  HttpTicket Send(HttpRequest request, absl::Time deadline,
                  HttpCallback done) override;

  std::vector<HttpRequest> sent() const;
  std::vector<absl::Time> deadlines() const;
  // Requests that wait for an answer.
  size_t waiting() const;
  // Requests whose ticket was dropped before they were answered.
  int cancelled() const;

 private:
  struct State {
    Mutex mu;
    std::vector<HttpRequest> sent ABSL_GUARDED_BY(mu);
    std::vector<absl::Time> deadlines ABSL_GUARDED_BY(mu);
    std::deque<absl::StatusOr<HttpResponse>> answers ABSL_GUARDED_BY(mu);
    std::map<size_t, HttpCallback> waiting ABSL_GUARDED_BY(mu);
    int cancelled ABSL_GUARDED_BY(mu) = 0;
  };
  // Answers request number `index`, unless it was answered.
  static void Finish(State& state, size_t index,
                     absl::StatusOr<HttpResponse> answer);

  // Shared: tickets hold on to it weakly.
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace hssgw
