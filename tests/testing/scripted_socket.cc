// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/scripted_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace hssgw {
namespace {

constexpr std::chrono::minutes kPatience(1);

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

int Listen(const std::string& address) {
  const bool is_ipv6 = absl::StrContains(address, ":");
  const int listener =
      socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in v4 = {.sin_family = AF_INET};
  sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  inet_pton(AF_INET, address.c_str(), &v4.sin_addr);
  inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr);
  const auto* name = is_ipv6 ? reinterpret_cast<const sockaddr*>(&v6)
                             : reinterpret_cast<const sockaddr*>(&v4);
  const socklen_t size = is_ipv6 ? sizeof(v6) : sizeof(v4);
  if (bind(listener, name, size) == 0 && listen(listener, 64) == 0) {
    return listener;
  }
  close(listener);
  return -1;
}

int PortOf(int listener) {
  sockaddr_in6 name = {};
  socklen_t size = sizeof(name);
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&name), &size) != 0) {
    return 0;
  }
  // In the same place in both families.
  return ntohs(name.sin6_port);
}

std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> NewTls(
    const ScriptedSocketOptions& options) {
  if (options.cert_file.empty()) return {nullptr, &SSL_CTX_free};
  SSL_CTX* const tls = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate_chain_file(tls, options.cert_file.c_str());
  SSL_CTX_use_PrivateKey_file(tls, options.key_file.c_str(), SSL_FILETYPE_PEM);
  if (options.max_tls_version != 0) {
    SSL_CTX_set_security_level(tls, 0);  // Else nothing below 1.2 is spoken.
    SSL_CTX_set_max_proto_version(tls, options.max_tls_version);
  }
  if (!options.client_ca_file.empty()) {
    SSL_CTX_load_verify_locations(tls, options.client_ca_file.c_str(), nullptr);
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       nullptr);
  }
  return {tls, &SSL_CTX_free};
}

size_t ContentLengthOf(const std::string& head) {
  for (const absl::string_view line : absl::StrSplit(head, "\r\n")) {
    size_t length = 0;
    if (absl::StartsWithIgnoreCase(line, "Content-Length: ") &&
        absl::SimpleAtoi(line.substr(16), &length)) {
      return length;
    }
  }
  return 0;
}

}  // namespace

// One accepted socket, and TLS on it once that began.
class ScriptedSocket::Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}

  int socket() const { return socket_; }

  bool StartTls(SSL_CTX* tls) {
    ssl_.reset(SSL_new(tls));
    SSL_set_fd(ssl_.get(), socket_);
    if (SSL_accept(ssl_.get()) == 1) return true;
    // Bytes that nobody reads would turn close into RST, which overtakes the
    // alert.
    shutdown(socket_, SHUT_WR);
    char byte = 0;
    while (recv(socket_, &byte, 1, 0) > 0) {
    }
    return false;
  }
  bool ReadByte(char& byte) {
    return ssl_ == nullptr ? recv(socket_, &byte, 1, 0) == 1
                           : SSL_read(ssl_.get(), &byte, 1) == 1;
  }
  bool Write(const std::string& bytes) {
    size_t sent = 0;
    while (ssl_ == nullptr && sent < bytes.size()) {
      const ssize_t more =
          send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (more <= 0) return false;
      sent += static_cast<size_t>(more);
    }
    return ssl_ == nullptr || SSL_write(ssl_.get(), bytes.data(),
                                        static_cast<int>(bytes.size())) > 0;
  }
  void Close() {
    if (ssl_ != nullptr) SSL_shutdown(ssl_.get());
    close(socket_);
  }
  void ResetAtClose() {
    const linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    ssl_.reset();  // No goodbye.
  }

 private:
  const int socket_;
  std::unique_ptr<SSL, SslDeleter> ssl_;
};

ScriptedSocket::ScriptedSocket(std::vector<SocketScript> scripts,
                               ScriptedSocketOptions options)
    : scripts_(std::move(scripts)),
      options_(std::move(options)),
      tls_(NewTls(options_)),
      listener_(Listen(options_.address)),
      port_(PortOf(listener_)) {
  if (listener_ >= 0) acceptor_ = std::thread([this] { Accept(); });
}

ScriptedSocket::~ScriptedSocket() {
  {
    const std::lock_guard<std::mutex> lock(mu_);
    stopping_ = true;
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
    changed_.notify_all();
  }
  shutdown(listener_, SHUT_RDWR);
  if (acceptor_.joinable()) acceptor_.join();
  for (std::thread& player : players_) player.join();
  if (listener_ >= 0) close(listener_);
}

std::string ScriptedSocket::authority() const {
  const bool is_ipv6 = absl::StrContains(options_.address, ":");
  return (is_ipv6 ? "[" + options_.address + "]" : options_.address) + ":" +
         std::to_string(port_);
}

void ScriptedSocket::Accept() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard<std::mutex> lock(mu_);
    const size_t index = connections_++;
    changed_.notify_all();
    if (stopping_ || index >= scripts_.size()) {
      close(socket);
      continue;
    }
    sockets_.insert(socket);
    players_.emplace_back([this, socket, index] {
      Connection connection(socket);
      Play(connection, scripts_[index]);
      const std::lock_guard<std::mutex> closing_lock(mu_);
      sockets_.erase(socket);
      connection.Close();
      ++closed_;
      changed_.notify_all();
    });
  }
}

void ScriptedSocket::Play(Connection& connection, const SocketScript& script) {
  // OpenSSL writes without MSG_NOSIGNAL.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  for (const SocketStep& step : script) {
    if (!PlayStep(connection, step)) return;
  }
}

bool ScriptedSocket::PlayStep(Connection& connection, const SocketStep& step) {
  char byte = 0;
  switch (step.kind) {
    case SocketStep::Kind::kRead: {
      std::string request;
      while (!absl::StrContains(request, "\r\n\r\n")) {
        if (!connection.ReadByte(byte)) return NoteClientGone(), false;
        request.push_back(byte);
      }
      for (size_t left = ContentLengthOf(request); left > 0; --left) {
        if (!connection.ReadByte(byte)) return NoteClientGone(), false;
        request.push_back(byte);
      }
      const std::lock_guard<std::mutex> lock(mu_);
      requests_.push_back(std::move(request));
      ++request_count_;
      changed_.notify_all();
      return true;
    }
    case SocketStep::Kind::kReadByte:
      return connection.ReadByte(byte);
    case SocketStep::Kind::kSend:
      return connection.Write(step.bytes);
    case SocketStep::Kind::kStartTls:
      return connection.StartTls(tls_.get());
    case SocketStep::Kind::kClose:
      return false;
    case SocketStep::Kind::kReset:
      connection.ResetAtClose();
      return false;
    case SocketStep::Kind::kAwaitClient:
      while (connection.ReadByte(byte)) {
      }
      NoteClientGone();
      return false;
    case SocketStep::Kind::kAwaitRelease: {
      std::unique_lock<std::mutex> lock(mu_);
      return changed_.wait_for(lock, kPatience, [this] {
        return released_ || stopping_;
      }) && !stopping_;
    }
  }
  return false;
}

void ScriptedSocket::NoteClientGone() {
  const std::lock_guard<std::mutex> lock(mu_);
  if (stopping_) return;
  ++clients_gone_;
  changed_.notify_all();
}

void ScriptedSocket::Release() {
  const std::lock_guard<std::mutex> lock(mu_);
  released_ = true;
  changed_.notify_all();
}

std::vector<std::string> ScriptedSocket::requests() const {
  const std::lock_guard<std::mutex> lock(mu_);
  return requests_;
}

size_t ScriptedSocket::connections() const {
  const std::lock_guard<std::mutex> lock(mu_);
  return connections_;
}

size_t ScriptedSocket::clients_gone() const {
  const std::lock_guard<std::mutex> lock(mu_);
  return clients_gone_;
}

bool ScriptedSocket::AwaitRequests(size_t count) {
  return Await(request_count_, count);
}
bool ScriptedSocket::AwaitClientsGone(size_t count) {
  return Await(clients_gone_, count);
}
bool ScriptedSocket::AwaitConnections(size_t count) {
  return Await(connections_, count);
}

bool ScriptedSocket::AwaitClosed(size_t count) { return Await(closed_, count); }

bool ScriptedSocket::Await(const size_t& number, size_t count) {
  std::unique_lock<std::mutex> lock(mu_);
  return changed_.wait_for(lock, kPatience, [&] { return number >= count; });
}

}  // namespace hssgw
