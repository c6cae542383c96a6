// SPDX-License-Identifier: Apache-2.0
#include "service/http/io_thread.h"

#include <algorithm>
#include <csignal>
#include <utility>

namespace hssgw {
namespace {

// How long one poll may last when nothing is due; a wake-up ends it.
constexpr int kLongestPollMillis = 60000;

// Connections that are kept open for the next request.
constexpr long kMaxIdleConnections = 64;

CURLM* NewMulti() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(initialised);
  CURLM* const multi = curl_multi_init();
  // Without it libcurl keeps four a transfer: none when nothing is under way.
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kMaxIdleConnections);
  return multi;
}

// A peer that goes while TLS writes to it must not end the program.
void IgnoreBrokenPipesOnThisThread() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

class IoThread::Inbox {
 public:
  using Work = absl::AnyInvocable<void()>;

  explicit Inbox(CURLM* multi) : multi_(multi) {}

  void Put(Work work) {
    MutexLock lock(mu_);
    if (multi_ == nullptr) return;
    posted_.push_back(std::move(work));
    curl_multi_wakeup(multi_);
  }

  std::vector<Work> TakeAll() {
    MutexLock lock(mu_);
    return std::exchange(posted_, {});
  }

  void Wake() {
    MutexLock lock(mu_);
    if (multi_ != nullptr) curl_multi_wakeup(multi_);
  }

  // True, and nothing more is taken, if nothing is left.
  bool CloseIfEmpty() {
    MutexLock lock(mu_);
    if (!posted_.empty()) return false;
    multi_ = nullptr;
    return true;
  }

 private:
  Mutex mu_;
  CURLM* multi_ ABSL_GUARDED_BY(mu_);  // null: closed
  std::vector<Work> posted_ ABSL_GUARDED_BY(mu_);
};

IoThread::IoThread()
    : multi_(NewMulti()),
      inbox_(std::make_shared<Inbox>(multi_.get())),
      thread_([this] { Run(); }) {}

IoThread::~IoThread() {
  stopping_ = true;
  inbox_->Wake();
  thread_.join();
}

Timer IoThread::At(absl::Time when, absl::AnyInvocable<void()> callback) {
  Timer timer = timers_.Add(when, std::move(callback));
  // Asked after Add: with an earlier timer the thread wakes by itself.
  if (timers_.Next() >= when) inbox_->Wake();
  return timer;
}

void IoThread::Post(absl::AnyInvocable<void()> work) {
  inbox_->Put(std::move(work));
}

Ticket IoThread::PostWhenDropped(absl::AnyInvocable<void()> work) {
  return Ticket([weak = std::weak_ptr<Inbox>(inbox_),
                 dropped = std::move(work)]() mutable {
    if (const auto inbox = weak.lock()) inbox->Put(std::move(dropped));
  });
}

void IoThread::Add(CURL* transfer, absl::AnyInvocable<void(CURLcode)> done) {
  if (curl_multi_add_handle(multi_.get(), transfer) != CURLM_OK) {
    return Post(
        [refused = std::move(done)]() mutable { refused(CURLE_FAILED_INIT); });
  }
  transfers_[transfer] = std::move(done);
}

void IoThread::Remove(CURL* transfer) {
  if (transfers_.erase(transfer) > 0) {
    curl_multi_remove_handle(multi_.get(), transfer);
  }
}

void IoThread::Run() {
  IgnoreBrokenPipesOnThisThread();
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
  // Who is still waiting is told that the client is gone, and so is what they
  // begin on hearing it.
  do {
    RunPosted();
    AbortTransfers();
  } while (!inbox_->CloseIfEmpty());
}

void IoThread::RunPosted() {
  for (auto& work : inbox_->TakeAll()) work();
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

void IoThread::AbortTransfers() {
  while (!transfers_.empty()) {
    const auto first = transfers_.begin();
    CURL* const transfer = first->first;
    auto done = std::move(first->second);
    Remove(transfer);
    done(CURLE_ABORTED_BY_CALLBACK);
  }
}

int IoThread::PollMillis() const {
  const absl::Duration wait = timers_.Next() - Now();
  return static_cast<int>(std::clamp<int64_t>(
      absl::ToInt64Milliseconds(absl::Ceil(wait, absl::Milliseconds(1))), 0,
      kLongestPollMillis));
}

}  // namespace hssgw
