// SPDX-License-Identifier: Apache-2.0
#include "service/http/curl_client.h"

#include <deque>
#include <utility>

#include "service/http/exchange.h"

namespace hssgw {

// Counted here and not by libcurl (CURLMOPT_MAX_TOTAL_CONNECTIONS), whose
// waiting transfers have no time-out. Only on the IoThread.
class CurlClient::Lanes : public std::enable_shared_from_this<Lanes> {
 public:
  Lanes(IoThread& io, size_t count) : io_(io), free_(count) {}

  void Enter(std::shared_ptr<Exchange> exchange) {
    exchange->Wait();
    waiting_.push_back(std::move(exchange));
    BeginNext();
  }

 private:
  void BeginNext() {
    while (free_ > 0 && !waiting_.empty()) {
      const std::shared_ptr<Exchange> next = std::move(waiting_.front());
      waiting_.pop_front();
      if (next->over()) continue;
      --free_;
      next->Begin([self = shared_from_this()] { self->Leave(); });
    }
  }

  void Leave() {
    ++free_;
    // Posted: the next one may end as soon as it begins, and so on.
    if (!waiting_.empty()) {
      io_.Post([self = shared_from_this()] { self->BeginNext(); });
    }
  }

  IoThread& io_;
  size_t free_;
  std::deque<std::shared_ptr<Exchange>> waiting_;
};

CurlClient::CurlClient(IoThread& io, CurlClientOptions options)
    : io_(io),
      options_(std::make_shared<const CurlClientOptions>(std::move(options))),
      lanes_(std::make_shared<Lanes>(io, options_->max_connections)) {}

HttpTicket CurlClient::Send(HttpRequest request, absl::Time deadline,
                            HttpCallback done) {
  auto exchange = std::make_shared<Exchange>(io_, options_, std::move(request),
                                             deadline, std::move(done));
  io_.Post([exchange, lanes = lanes_] { lanes->Enter(exchange); });
  return io_.PostWhenDropped([weak = std::weak_ptr<Exchange>(exchange)] {
    if (const auto held = weak.lock()) held->Cancel();
  });
}

}  // namespace hssgw
