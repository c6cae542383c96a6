// SPDX-License-Identifier: Apache-2.0
// A CurlClient before a ScriptedSocket: what the tests of its parts share.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "service/base/error.h"
#include "service/http/curl_client.h"
#include "service/http/io_thread.h"
#include "tests/testing/scripted_socket.h"

namespace hssgw {

inline constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// One exchange under way.
class Pending {
 public:
  Pending(HttpClient& client, HttpRequest request, absl::Time deadline)
      : ticket_(client.Send(
            std::move(request), deadline,
            [promise = promise_](absl::StatusOr<HttpResponse> response) {
              promise->set_value(std::move(response));  // throws at a second
            })) {}

  absl::StatusOr<HttpResponse> Wait() {
    auto future = promise_->get_future();
    if (future.wait_for(std::chrono::minutes(1)) != std::future_status::ready) {
      return absl::UnknownError("the test waited too long");
    }
    return future.get();
  }

  void Drop() { ticket_.Cancel(); }
  HttpTicket TakeTicket() { return std::move(ticket_); }

 private:
  // Shared: the callback may come after we have gone.
  const std::shared_ptr<std::promise<absl::StatusOr<HttpResponse>>> promise_ =
      std::make_shared<std::promise<absl::StatusOr<HttpResponse>>>();
  HttpTicket ticket_;
};

class CurlClientTest : public ::testing::Test {
 protected:
  static CurlClientOptions Plain() { return {.allow_plaintext = true}; }

  static Pending Start(HttpClient& client, HttpRequest request,
                       absl::Time deadline = absl::InfiniteFuture()) {
    return Pending(client, std::move(request), deadline);
  }

  // Sends one request with a client of its own.
  absl::StatusOr<HttpResponse> Ask(
      HttpRequest request, const CurlClientOptions& options = Plain(),
      absl::Time deadline = absl::InfiniteFuture()) {
    CurlClient client(io_, options);
    return Start(client, std::move(request), deadline).Wait();
  }
  absl::StatusOr<HttpResponse> Get(
      const std::string& origin, const CurlClientOptions& options = Plain(),
      absl::Time deadline = absl::InfiniteFuture()) {
    return Ask({.origin = origin, .path = "/p"}, options, deadline);
  }

  static std::string CauseOf(const absl::StatusOr<HttpResponse>& response) {
    return response.ok() ? "OK" : FactsOf(response.status()).cause;
  }
  // What such a server makes of a request.
  std::string CauseOf(const SocketScript& script,
                      const CurlClientOptions& options = Plain()) {
    const ScriptedSocket server({script});
    return CauseOf(Get(server.origin(), options));
  }

  IoThread io_;
};

}  // namespace hssgw
