// SPDX-License-Identifier: Apache-2.0
#include "service/http/io_thread.h"

#include <algorithm>
#include <utility>

namespace hssgw {
namespace {

// How long one poll may last when nothing is due; a wake-up ends it.
constexpr int kLongestPollMillis = 60000;

CURLM* NewMulti() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(initialised);
  return curl_multi_init();
}

}  // namespace

IoThread::IoThread() : multi_(NewMulti()), thread_([this] { Run(); }) {}

IoThread::~IoThread() {
  stopping_ = true;
  curl_multi_wakeup(multi_.get());
  thread_.join();
}

Timer IoThread::At(absl::Time when, absl::AnyInvocable<void()> callback) {
  const bool soonest = when < timers_.Next();
  Timer timer = timers_.Add(when, std::move(callback));
  if (soonest) curl_multi_wakeup(multi_.get());
  return timer;
}

void IoThread::Post(absl::AnyInvocable<void()> work) {
  {
    MutexLock lock(mu_);
    posted_.push_back(std::move(work));
  }
  curl_multi_wakeup(multi_.get());
}

void IoThread::Add(CURL* transfer, absl::AnyInvocable<void(CURLcode)> done) {
  transfers_[transfer] = std::move(done);
  curl_multi_add_handle(multi_.get(), transfer);
}

void IoThread::Remove(CURL* transfer) {
  if (transfers_.erase(transfer) > 0) {
    curl_multi_remove_handle(multi_.get(), transfer);
  }
}

void IoThread::Run() {
  while (!stopping_) {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    FinishTransfers();
    timers_.RunDue(Now());
    RunPosted();
    if (!stopping_) {
      curl_multi_poll(multi_.get(), nullptr, 0, PollMillis(), nullptr);
    }
  }
  // Who is still waiting is told that the client is gone.
  RunPosted();
  while (!transfers_.empty()) {
    const auto first = transfers_.begin();
    CURL* const transfer = first->first;
    auto done = std::move(first->second);
    Remove(transfer);
    done(CURLE_ABORTED_BY_CALLBACK);
  }
  RunPosted();
}

void IoThread::RunPosted() {
  std::vector<absl::AnyInvocable<void()>> posted;
  {
    MutexLock lock(mu_);
    posted = std::exchange(posted_, {});
  }
  for (auto& work : posted) work();
}

void IoThread::FinishTransfers() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const transfer = message->easy_handle;
    const CURLcode result = message->data.result;
    const auto it = transfers_.find(transfer);
    if (it == transfers_.end()) continue;
    auto done = std::move(it->second);
    Remove(transfer);
    done(result);
  }
}

int IoThread::PollMillis() const {
  const absl::Duration wait = timers_.Next() - Now();
  return static_cast<int>(std::clamp<int64_t>(
      absl::ToInt64Milliseconds(absl::Ceil(wait, absl::Milliseconds(1))), 0,
      kLongestPollMillis));
}

}  // namespace hssgw
