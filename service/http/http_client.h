// SPDX-License-Identifier: Apache-2.0
// Port: one HTTP exchange. Knows nothing of HSS.
#pragma once

#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/base/ticket.h"

namespace hssgw {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  // "https://host" or "https://host:port": no path, no slash at the end.
  std::string origin;
  // Both as they go on the wire: escaped, the path with its first slash, the
  // query without `?`.
  std::string path;
  std::string query;
  // May hold secrets: never logged.
  std::vector<HttpHeader> headers;
  std::string body;
  // Not over a connection that was kept open.
  bool fresh_connection = false;
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;
};

// The value of the first header of that name, in any case; empty if none.
absl::string_view HeaderValue(const std::vector<HttpHeader>& headers,
                              absl::string_view name);

using HttpCallback = absl::AnyInvocable<void(absl::StatusOr<HttpResponse>)>;

// Dropping it asks for an early end: the callback still comes, with CANCELLED,
// and the connection of a request on the wire is closed.
using HttpTicket = Ticket;

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Sends `request` and answers with whatever status upstream gave; a status of
  // 300 or more is an answer, not an error. Errors are UNAVAILABLE (the cause
  // in its ErrorFacts), DEADLINE_EXCEEDED, CANCELLED, or DATA_LOSS for
  // an answer over the size bound. Called exactly once; on the client's thread;
  // never under a lock.
  virtual HttpTicket Send(HttpRequest request, absl::Time deadline,
                          HttpCallback done) = 0;
};

}  // namespace hssgw
