// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/http_server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulator/escaping.h"
#include "tests/simulator/reply.h"

namespace hssgw::simulator {
namespace {

// httplib hands a handler no connection, but runs it on its thread.
thread_local Connection* current_connection = nullptr;

std::string LastTlsError() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return text.data();
}

}  // namespace

SignedRequest ParseHead(const std::string& head) {
  SignedRequest request;
  std::string_view rest = head;
  bool first = true;
  while (!rest.empty()) {
    const size_t end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    if (line.empty()) break;
    if (first) {
      const auto words = SplitAt(line, ' ');
      request.method = words[0];
      if (words.size() > 1) request.target = words[1];
      first = false;
      continue;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    request.headers.emplace_back(std::string(line.substr(0, colon)),
                                 std::string(Trimmed(line.substr(colon + 1))));
  }
  return request;
}

HttpServer::HttpServer(HttpServerOptions options, Handler handler,
                       Observer observer)
    : options_(std::move(options)),
      handler_(std::move(handler)),
      observer_(std::move(observer)) {
  new_task_queue = [this] {
    return new httplib::ThreadPool(static_cast<size_t>(options_.threads));
  };
  set_tcp_nodelay(true);
  set_keep_alive_max_count(1'000'000);
  set_keep_alive_timeout(absl::ToInt64Seconds(options_.keep_alive));
  set_read_timeout(120);
  set_write_timeout(600);
  // Not httplib's SO_REUSEPORT: a port in use must be an error.
  set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  Route();
}

HttpServer::~HttpServer() { Stop(); }

void HttpServer::Route() {
  const auto answer = [this](const httplib::Request& request,
                             httplib::Response& response) {
    Answer(request, response);
  };
  // What httplib refuses by itself: an unreadable head, a target over 8 KiB.
  set_error_handler(HandlerWithResponse([](const httplib::Request&,
                                           httplib::Response& response) {
    if (!response.body.empty() || response.has_header("X-Request-Id")) {
      return HandlerResponse::Unhandled;
    }
    const Reply reply = GatewayError(response.status, "APIGW.0201",
                                     StatusWords(response.status), "00000000");
    response.set_content(reply.body, reply.content_type);
    response.set_header("X-Request-Id", "00000000");
    return HandlerResponse::Handled;
  }));
  // GET and HEAD need no body and no regular expression over the target.
  set_pre_routing_handler(
      [this](const httplib::Request& request, httplib::Response& response) {
        if (request.method != "GET" && request.method != "HEAD") {
          return HandlerResponse::Unhandled;
        }
        Answer(request, response);
        return HandlerResponse::Handled;
      });
  constexpr const char* kAnything = R"([\s\S]*)";
  Post(kAnything, answer);
  Put(kAnything, answer);
  Patch(kAnything, answer);
  Delete(kAnything, answer);
  Options(kAnything, answer);
}

absl::Status HttpServer::LoadTls() {
  if (options_.tls.certificate_file.empty()) return absl::OkStatus();
  ERR_clear_error();
  tls_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const context = tls_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  const TlsOptions& tls = options_.tls;
  if (SSL_CTX_use_certificate_chain_file(context,
                                         tls.certificate_file.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, tls.key_file.c_str(),
                                  SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("certificate ", tls.certificate_file, " or key ",
                     tls.key_file, " cannot be used: ", LastTlsError()));
  }
  if (tls.client_ca_file.empty()) return absl::OkStatus();
  if (SSL_CTX_load_verify_locations(context, tls.client_ca_file.c_str(),
                                    nullptr) != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "client CA ", tls.client_ca_file, " cannot be used: ", LastTlsError()));
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     nullptr);
  return absl::OkStatus();
}

absl::StatusOr<int> HttpServer::Start() {
  if (absl::Status status = LoadTls(); !status.ok()) return status;
  int port = options_.port;
  if (port == 0) {
    port = bind_to_any_port("127.0.0.1");
  } else if (!bind_to_port("127.0.0.1", port)) {
    port = -1;
  }
  if (port <= 0) {
    return absl::UnavailableError(
        absl::StrCat("port ", options_.port,
                     " of 127.0.0.1 cannot be used: choose another with "
                     "--port, or 0 for a free one"));
  }
  // httplib's backlog of 5 makes the sixth of many callers wait a second.
  ::listen(svr_sock_, 1024);
  thread_ = std::thread([this] {
    listen_after_bind();
    ended_ = true;
  });
  return port;
}

void HttpServer::Stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  // stop() has no effect on a server that does not yet run; the socket already
  // listens, so the wait is short.
  while (!is_running() && !ended_) std::this_thread::yield();
  stop();
  {
    const std::lock_guard lock(mu_);
    for (Connection* const connection : connections_) connection->Interrupt();
  }
  thread_.join();
}

int64_t HttpServer::open_connections() const {
  const std::lock_guard lock(mu_);
  return static_cast<int64_t>(connections_.size());
}

bool HttpServer::process_and_close_socket(socket_t socket) {
  Connection connection(socket, tls_.get(), next_id_++);
  {
    const std::lock_guard lock(mu_);
    connections_.insert(&connection);
    if (stopping_) connection.Interrupt();
  }
  observer_.on_connection();
  if (connection.Handshake()) Serve(connection);
  const std::lock_guard lock(mu_);
  connections_.erase(&connection);
  return true;
}

void HttpServer::Serve(Connection& connection) {
  current_connection = &connection;
  bool open = true;
  while (open && !stopping_ && connection.WaitForRequest(options_.keep_alive)) {
    connection.BeginRequest();
    bool closed = false;
    bool unread_body = false;  // httplib reads no body of a GET.
    open = process_request(connection, /*close_connection=*/false, closed,
                           [&](httplib::Request& request) {
                             if (!options_.compress) {
                               request.headers.erase("Accept-Encoding");
                             }
                             unread_body =
                                 request.method == "GET" &&
                                 (request.has_header("Content-Length") ||
                                  request.has_header("Transfer-Encoding"));
                           }) &&
           !closed && !unread_body && !connection.taken_over();
    connection.EndRequest();
    if (connection.peer_gone()) {
      observer_.on_disconnect();
      open = false;
    }
  }
  current_connection = nullptr;
}

void HttpServer::Answer(const httplib::Request& request,
                        httplib::Response& response) {
  SignedRequest raw = ParseHead(current_connection->head());
  raw.body = request.body;
  handler_(raw, *current_connection, response);
}

}  // namespace hssgw::simulator
