// SPDX-License-Identifier: Apache-2.0
// An HttpClient that answers from a script, records what was sent, and can hold
// answers back.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "service/base/mutex.h"
#include "service/http/http_client.h"

namespace hssgw {

class FakeHttpClient : public HttpClient {
 public:
  ~FakeHttpClient() override;

  // The answer to the next request that has none yet.
  void Answer(absl::StatusOr<HttpResponse> answer);
  void AnswerWith(int status, std::string body);

  HttpTicket Send(HttpRequest request, absl::Time deadline,
                  HttpCallback done) override;

  std::vector<HttpRequest> sent() const;
  std::vector<absl::Time> deadlines() const;
  // Requests that wait for an answer.
  size_t waiting() const;
  int cancelled() const;

 private:
  void Finish(size_t index, absl::StatusOr<HttpResponse> answer);

  mutable Mutex mu_;
  std::vector<HttpRequest> sent_ ABSL_GUARDED_BY(mu_);
  std::vector<absl::Time> deadlines_ ABSL_GUARDED_BY(mu_);
  std::deque<absl::StatusOr<HttpResponse>> answers_ ABSL_GUARDED_BY(mu_);
  std::map<size_t, HttpCallback> waiting_ ABSL_GUARDED_BY(mu_);
  int cancelled_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace hssgw
