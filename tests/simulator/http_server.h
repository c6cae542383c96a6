// SPDX-License-Identifier: Apache-2.0
// The HTTP server under hss-simulator: cpp-httplib for HTTP itself, our own
// connections (see connection.h) and TLS beneath it. Every request goes to one
// handler, which answers on the connection.
//
// Threads: the handler runs on the connection's thread, many at once.
// Lifetime: what the handler uses must outlive Stop().
#ifndef HSSGW_TESTS_SIMULATOR_HTTP_SERVER_H_
#define HSSGW_TESTS_SIMULATOR_HTTP_SERVER_H_

#include <httplib.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/simulator/connection.h"
#include "tests/simulator/signature_verifier.h"

namespace hssgw::simulator {

struct TlsOptions {
  std::string certificate_file;  // PEM, chain included. Empty: no TLS.
  std::string key_file;          // PEM.
  std::string client_ca_file;    // Set: clients must show a certificate of it.
};

struct HttpServerOptions {
  int port = 0;       // On 127.0.0.1; 0: any free one.
  int threads = 128;  // Keep-alive pins one thread to each connection.
  TlsOptions tls;
  bool compress = false;  // Gzip for those who accept it.
  absl::Duration keep_alive = absl::Minutes(2);
};

class HttpServer final : private httplib::Server {
 public:
  // Answers by filling the response or on the connection itself.
  using Handler = std::function<void(const SignedRequest&, Connection&,
                                     httplib::Response&)>;
  struct Observer {
    std::function<void()> on_connection;
    std::function<void()> on_disconnect;  // The peer left during an answer.
  };

  HttpServer(HttpServerOptions options, Handler handler, Observer observer);
  ~HttpServer() override;

  // Returns the port. Fails with a message for people: port in use, unreadable
  // certificate.
  absl::StatusOr<int> Start();

  // Interrupts what is being answered and joins all threads.
  void Stop();

  int64_t open_connections() const;

 private:
  struct ContextDeleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  absl::Status LoadTls();
  void Route();
  void Answer(const httplib::Request& request, httplib::Response& response);
  bool process_and_close_socket(socket_t socket) override;
  void Serve(Connection& connection);

  const HttpServerOptions options_;
  const Handler handler_;
  const Observer observer_;
  std::unique_ptr<SSL_CTX, ContextDeleter> tls_;
  std::thread thread_;
  std::atomic<int64_t> next_id_{1};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ended_{false};

  mutable std::mutex mu_;
  std::set<Connection*> connections_;  // Guarded by mu_.
};

// Request line and headers of a raw head; names, order and values as sent.
SignedRequest ParseHead(const std::string& head);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_HTTP_SERVER_H_
