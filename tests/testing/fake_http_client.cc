// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/fake_http_client.h"

#include <optional>
#include <utility>

namespace hssgw {

FakeHttpClient::~FakeHttpClient() {
  std::vector<size_t> indexes;
  {
    MutexLock lock(state_->mu);
    for (const auto& [index, done] : state_->waiting) indexes.push_back(index);
  }
  for (const size_t index : indexes) {
    Finish(*state_, index, absl::CancelledError("the fake is gone"));
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
    MutexLock lock(state_->mu);
    if (state_->waiting.empty()) {
      state_->answers.push_back(std::move(answer));
      return;
    }
    index = state_->waiting.begin()->first;
  }
  Finish(*state_, index, std::move(answer));
}

HttpTicket FakeHttpClient::Send(HttpRequest request, absl::Time deadline,
                                HttpCallback done) {
  size_t index = 0;
  std::optional<absl::StatusOr<HttpResponse>> answer;
  {
    MutexLock lock(state_->mu);
    index = state_->sent.size();
    state_->sent.push_back(std::move(request));
    state_->deadlines.push_back(deadline);
    state_->waiting[index] = std::move(done);
    if (!state_->answers.empty()) {
      answer = std::move(state_->answers.front());
      state_->answers.pop_front();
    }
  }
  const std::weak_ptr<State> weak = state_;
  if (answer.has_value()) Finish(*state_, index, *std::move(answer));
  return HttpTicket([weak, index] {
    const auto state = weak.lock();
    if (state == nullptr) return;
    {
      MutexLock lock(state->mu);
      if (!state->waiting.contains(index)) return;
      ++state->cancelled;
    }
    Finish(*state, index, absl::CancelledError("dropped"));
  });
}

void FakeHttpClient::Finish(State& state, size_t index,
                            absl::StatusOr<HttpResponse> answer) {
  HttpCallback done;
  {
    MutexLock lock(state.mu);
    const auto it = state.waiting.find(index);
    if (it == state.waiting.end()) return;
    done = std::move(it->second);
    state.waiting.erase(it);
  }
  done(std::move(answer));
}

std::vector<HttpRequest> FakeHttpClient::sent() const {
  MutexLock lock(state_->mu);
  return state_->sent;
}

std::vector<absl::Time> FakeHttpClient::deadlines() const {
  MutexLock lock(state_->mu);
  return state_->deadlines;
}

size_t FakeHttpClient::waiting() const {
  MutexLock lock(state_->mu);
  return state_->waiting.size();
}

int FakeHttpClient::cancelled() const {
  MutexLock lock(state_->mu);
  return state_->cancelled;
}

}  // namespace hssgw
