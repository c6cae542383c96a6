// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/fake_http_client.h"

#include <utility>

namespace hssgw {

FakeHttpClient::~FakeHttpClient() {
  std::vector<size_t> indexes;
  {
    MutexLock lock(mu_);
    for (const auto& [index, done] : waiting_) indexes.push_back(index);
  }
  for (const size_t index : indexes) {
    Finish(index, absl::CancelledError("the fake is gone"));
  }
}

void FakeHttpClient::AnswerWith(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  Answer(std::move(response));
}

void FakeHttpClient::Answer(absl::StatusOr<HttpResponse> answer) {
  size_t index = 0;
  {
    MutexLock lock(mu_);
    if (waiting_.empty()) {
      answers_.push_back(std::move(answer));
      return;
    }
    index = waiting_.begin()->first;
  }
  Finish(index, std::move(answer));
}

HttpTicket FakeHttpClient::Send(HttpRequest request, absl::Time deadline,
                                HttpCallback done) {
  size_t index = 0;
  std::optional<absl::StatusOr<HttpResponse>> answer;
  {
    MutexLock lock(mu_);
    index = sent_.size();
    sent_.push_back(std::move(request));
    deadlines_.push_back(deadline);
    waiting_[index] = std::move(done);
    if (!answers_.empty()) {
      answer = std::move(answers_.front());
      answers_.pop_front();
    }
  }
  if (answer.has_value()) Finish(index, *std::move(answer));
  return HttpTicket([this, index] {
    {
      MutexLock lock(mu_);
      if (!waiting_.contains(index)) return;
      ++cancelled_;
    }
    Finish(index, absl::CancelledError("dropped"));
  });
}

void FakeHttpClient::Finish(size_t index, absl::StatusOr<HttpResponse> answer) {
  HttpCallback done;
  {
    MutexLock lock(mu_);
    const auto it = waiting_.find(index);
    if (it == waiting_.end()) return;
    done = std::move(it->second);
    waiting_.erase(it);
  }
  done(std::move(answer));
}

std::vector<HttpRequest> FakeHttpClient::sent() const {
  MutexLock lock(mu_);
  return sent_;
}

std::vector<absl::Time> FakeHttpClient::deadlines() const {
  MutexLock lock(mu_);
  return deadlines_;
}

size_t FakeHttpClient::waiting() const {
  MutexLock lock(mu_);
  return waiting_.size();
}

int FakeHttpClient::cancelled() const {
  MutexLock lock(mu_);
  return cancelled_;
}

}  // namespace hssgw
