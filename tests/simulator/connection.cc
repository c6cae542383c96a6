// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>

namespace hssgw::simulator {
namespace {

// How long a peer has to read why its handshake failed.
constexpr absl::Duration kForTheAlert = absl::Seconds(5);

int ToPollTimeout(absl::Duration duration) {
  const int64_t millis =
      absl::ToInt64Milliseconds(absl::Ceil(duration, absl::Milliseconds(1)));
  return static_cast<int>(
      std::clamp<int64_t>(millis, 0, std::numeric_limits<int>::max()));
}

void ReadAddress(const sockaddr_in& address, std::string& ip, int& port) {
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
  ip = text.data();
  port = ntohs(address.sin_port);
}

}  // namespace

Connection::Connection(int socket, SSL_CTX* tls, int64_t id)
    : socket_(socket), id_(id), tls_(tls == nullptr ? nullptr : SSL_new(tls)) {
  if (tls_ != nullptr) SSL_set_fd(tls_.get(), socket_);
}

Connection::~Connection() {
  if (reset_) {
    const linger hard{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
  } else {
    if (tls_ != nullptr && SSL_is_init_finished(tls_.get())) {
      SSL_shutdown(tls_.get());
    }
    shutdown(socket_, SHUT_WR);
  }
  close(socket_);
}

bool Connection::Handshake() {
  if (tls_ == nullptr || SSL_accept(tls_.get()) == 1) return true;
  // Closed over bytes that nobody has read, a socket sends RST, which overtakes
  // the alert that says why.
  shutdown(socket_, SHUT_WR);
  std::array<char, 4096> ignored{};
  pollfd poll_socket{socket_, POLLIN, 0};
  while (poll(&poll_socket, 1, ToPollTimeout(kForTheAlert)) > 0 &&
         recv(socket_, ignored.data(), ignored.size(), 0) > 0) {
  }
  return false;
}

bool Connection::WaitForRequest(absl::Duration patience) {
  if (interrupted_) return false;
  if (begin_ < end_ || (tls_ != nullptr && SSL_pending(tls_.get()) > 0)) {
    return true;
  }
  pollfd poll_socket{socket_, POLLIN, 0};
  return poll(&poll_socket, 1, ToPollTimeout(patience)) > 0 && !interrupted_;
}

void Connection::BeginRequest() {
  head_.clear();
  head_complete_ = false;
}

void Connection::EndRequest() {
  if (done_) std::exchange(done_, nullptr)();
}

bool Connection::Wait(absl::Duration duration) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + absl::ToChronoNanoseconds(duration);
  for (;;) {
    pollfd poll_socket{socket_, POLLRDHUP, 0};
    const absl::Duration left = absl::FromChrono(end - Clock::now());
    const int ready = poll(&poll_socket, 1, ToPollTimeout(left));
    if (interrupted_) return false;
    if (ready > 0) {
      peer_gone_ = true;
      return false;
    }
    if (ready == 0 && Clock::now() >= end) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool Connection::WaitUntilGone(absl::Duration patience) {
  return !Wait(patience);
}

bool Connection::Send(std::string_view bytes) { return WriteAll(bytes); }

void Connection::ResetOnClose() { reset_ = true; }

void Connection::Interrupt() {
  interrupted_ = true;
  shutdown(socket_, SHUT_RDWR);
}

bool Connection::is_readable() const { return true; }

bool Connection::is_writable() const {
  if (taken_over_ || interrupted_) return false;
  pollfd poll_socket{socket_, POLLRDHUP | POLLOUT, 0};
  if (poll(&poll_socket, 1, -1) <= 0) return false;
  if ((poll_socket.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0) return true;
  if (!interrupted_) peer_gone_ = true;
  return false;
}

ssize_t Connection::read(char* ptr, size_t size) {
  if (begin_ == end_) {
    const ssize_t got = ReadSome(buffer_.data(), buffer_.size());
    if (got <= 0) return got;
    begin_ = 0;
    end_ = static_cast<size_t>(got);
  }
  const size_t count = std::min(size, end_ - begin_);
  std::memcpy(ptr, buffer_.data() + begin_, count);
  begin_ += count;
  Record({ptr, count});
  return static_cast<ssize_t>(count);
}

void Connection::Record(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  for (const char c : bytes) {
    if (head_complete_) return;
    head_.push_back(c);
    head_complete_ =
        head_.size() >= kEnd.size() &&
        std::string_view(head_).substr(head_.size() - kEnd.size()) == kEnd;
  }
}

ssize_t Connection::ReadSome(char* ptr, size_t size) {
  if (tls_ != nullptr) {
    return SSL_read(tls_.get(), ptr, static_cast<int>(size));
  }
  ssize_t got = 0;
  do {
    got = recv(socket_, ptr, size, 0);
  } while (got < 0 && errno == EINTR);
  return got;
}

ssize_t Connection::write(const char* ptr, size_t size) {
  if (taken_over_ || !WriteAll({ptr, size})) return -1;
  return static_cast<ssize_t>(size);
}

bool Connection::WriteAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t piece = std::min<size_t>(bytes.size(), 1U << 20U);
    const ssize_t sent =
        tls_ != nullptr
            ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(piece))
            : send(socket_, bytes.data(), piece, MSG_NOSIGNAL);
    if (sent <= 0) {
      if (tls_ == nullptr && errno == EINTR) continue;
      if (!interrupted_) peer_gone_ = true;
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    ReadAddress(address, ip, port);
  }
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    ReadAddress(address, ip, port);
  }
}

}  // namespace hssgw::simulator
