// SPDX-License-Identifier: Apache-2.0
// HttpClient over libcurl: HTTP/1.1 with kept connections, verified TLS, no
// redirects, every wait and every byte bounded. Never takes a proxy or anything
// else from the environment.
//
// Threads: any may send; everything else happens on the IoThread.
// Lifetime: `io` must outlive it; an exchange under way and its ticket may
// outlive the client, the ticket also `io`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "service/http/http_client.h"
#include "service/http/io_thread.h"

namespace hssgw {

struct CurlClientOptions {
  // PEM of the authorities to trust instead of the system's. Empty: the
  // system's.
  std::string ca_file;
  // PEM of our certificate and key, where upstream or an https proxy asks.
  std::string client_cert_file;
  std::string client_key_file;
  // "http://host:port" or "https://host:port". Empty: none.
  std::string proxy;
  // The authorities that an https proxy is checked with. Empty: as ca_file.
  std::string proxy_ca_file;
  // False: http:// is refused.
  bool allow_plaintext = false;
  std::string user_agent = "hss-gateway";

  // For the name, the connection and TLS together.
  absl::Duration connect_timeout = absl::Seconds(5);
  // No attempt lasts longer, whatever the caller's deadline.
  absl::Duration max_attempt = absl::Seconds(20);
  // An answer that began is a stall once it gives less than
  // `min_bytes_per_second` over so long. How long upstream thinks before it
  // begins is not counted.
  absl::Duration stall_timeout = absl::Seconds(10);
  int64_t min_bytes_per_second = 100;

  // Bytes of a body after inflation, and of all headers.
  size_t max_response_bytes = 64 << 20;
  size_t max_header_bytes = 64 << 10;

  // Exchanges at a time, each on a connection; more wait in order, until their
  // deadline.
  size_t max_connections = 64;
};

class CurlClient : public HttpClient {
 public:
  CurlClient(IoThread& io, CurlClientOptions options);

  // Errors name their `cause`: DNS, REFUSED, UNREACHABLE, RESET,
  // CONNECT_TIMEOUT, TIMEOUT, STALL, CUT_SHORT, TLS_NAME, TLS_EXPIRED,
  // TLS_UNTRUSTED, TLS, PROXY, HEADERS_TOO_LARGE, TOO_LARGE, BAD_HTTP,
  // BAD_ENCODING, CONNECTION, STALE_CONNECTION (a kept connection turned out
  // closed before a byte of the answer: the request was not sent a second
  // time). Never worth a retry: FAILED_PRECONDITION with PLAINTEXT, INTERNAL
  // with BAD_REQUEST (what cannot go on the wire) or CURL.
  HttpTicket Send(HttpRequest request, absl::Time deadline,
                  HttpCallback done) override;

 private:
  // Which exchanges are under way and which wait.
  class Lanes;

  IoThread& io_;
  const std::shared_ptr<const CurlClientOptions> options_;
  const std::shared_ptr<Lanes> lanes_;
};

}  // namespace hssgw
