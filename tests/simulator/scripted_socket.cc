// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/scripted_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hssgw::simulator {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

// Listens on a free port of 127.0.0.1 and says which.
int ListenAnywhere(int& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || bind(listener, generic, size) != 0 ||
      listen(listener, 128) != 0 ||
      getsockname(listener, generic, &size) != 0) {
    std::perror("ScriptedSocket cannot listen on 127.0.0.1");
    std::abort();
  }
  port = ntohs(address.sin_port);
  return listener;
}

void CloseWithReset(int socket) {
  const linger hard{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
}

}  // namespace

std::string HttpAnswer(int status, const std::string& body,
                       const std::string& more_headers) {
  return absl::StrCat("HTTP/1.1 ", status, " Answer\r\n", more_headers,
                      "Content-Type: application/json\r\nContent-Length: ",
                      body.size(), "\r\n\r\n", body);
}

ScriptedSocket::ScriptedSocket()
    : listener_(ListenAnywhere(port_)), acceptor_([this] { AcceptAll(); }) {}

ScriptedSocket::~ScriptedSocket() {
  {
    const std::lock_guard lock(mu_);
    stopping_ = true;
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  changed_.notify_all();
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  // Nobody adds players once the acceptor has ended.
  for (std::thread& player : players_) player.join();
}

std::string ScriptedSocket::url() const {
  return absl::StrCat("http://127.0.0.1:", port_);
}

void ScriptedSocket::Play(Script script) {
  const std::lock_guard lock(mu_);
  scripts_.push_back(std::move(script));
}

void ScriptedSocket::PlayOtherwise(Script script) {
  const std::lock_guard lock(mu_);
  otherwise_ = std::move(script);
}

void ScriptedSocket::Release() {
  {
    const std::lock_guard lock(mu_);
    ++releases_;
  }
  changed_.notify_all();
}

std::vector<std::string> ScriptedSocket::heads() const {
  const std::lock_guard lock(mu_);
  return heads_;
}

size_t ScriptedSocket::connections() const {
  const std::lock_guard lock(mu_);
  return connections_;
}

size_t ScriptedSocket::peers_gone() const {
  const std::lock_guard lock(mu_);
  return peers_gone_;
}

bool ScriptedSocket::Await(const size_t& number, size_t count,
                           absl::Duration patience) {
  std::unique_lock lock(mu_);
  return changed_.wait_for(lock, absl::ToChronoMilliseconds(patience),
                           [&] { return number >= count; });
}

bool ScriptedSocket::AwaitHeads(size_t count, absl::Duration patience) {
  return Await(head_count_, count, patience);
}

bool ScriptedSocket::AwaitPeersGone(size_t count, absl::Duration patience) {
  return Await(peers_gone_, count, patience);
}

bool ScriptedSocket::AwaitPlayed(size_t count, absl::Duration patience) {
  return Await(played_, count, patience);
}

Script ScriptedSocket::NextScript() {
  if (scripts_.empty()) return otherwise_.value_or(Script{Close()});
  Script script = std::move(scripts_.front());
  scripts_.pop_front();
  return script;
}

void ScriptedSocket::AcceptAll() {
  for (;;) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0 && errno == EINTR) continue;
    const std::lock_guard lock(mu_);
    if (socket < 0 || stopping_) {
      if (socket >= 0) close(socket);
      return;
    }
    const int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    ++connections_;
    sockets_.insert(socket);
    players_.emplace_back(
        [this, socket, script = NextScript()] { PlayOne(socket, script); });
  }
}

void ScriptedSocket::PlayOne(int socket, Script script) {
  Outcome outcome = Outcome::kGoOn;
  for (const ScriptStep& step : script) {
    if (step.kind == ScriptStep::Kind::kClose) break;
    outcome = PlayStep(socket, step);
    if (outcome != Outcome::kGoOn) break;
  }
  {
    const std::lock_guard lock(mu_);
    sockets_.erase(socket);
    if (outcome == Outcome::kPeerGone) ++peers_gone_;
    if (outcome == Outcome::kGoOn) ++played_;
    // Closed before anyone is told, so that who waited sees it closed.
    close(socket);
  }
  changed_.notify_all();
}

ScriptedSocket::Outcome ScriptedSocket::PlayStep(int socket,
                                                 const ScriptStep& step) {
  switch (step.kind) {
    case ScriptStep::Kind::kReadHead:
      return ReadOneHead(socket);
    case ScriptStep::Kind::kSend:
      return SendAll(socket, step.bytes);
    case ScriptStep::Kind::kDrip:
      return DripAll(socket, step);
    case ScriptStep::Kind::kWait:
      return WaitFor(step.pause);
    case ScriptStep::Kind::kAwaitRelease:
      return WaitForRelease();
    case ScriptStep::Kind::kAwaitClose:
      return WaitForClose(socket);
    case ScriptStep::Kind::kReset:
      CloseWithReset(socket);
      return Outcome::kGoOn;
    case ScriptStep::Kind::kClose:
      break;
  }
  return Outcome::kGoOn;
}

ScriptedSocket::Outcome ScriptedSocket::ReadOneHead(int socket) {
  std::string head;
  // Byte by byte: what follows the head belongs to the next step.
  while (head.size() < kHeadEnd.size() ||
         head.compare(head.size() - kHeadEnd.size(), kHeadEnd.size(),
                      kHeadEnd) != 0) {
    char byte = 0;
    const ssize_t got = recv(socket, &byte, 1, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Outcome::kPeerGone;
    head.push_back(byte);
  }
  {
    const std::lock_guard lock(mu_);
    heads_.push_back(std::move(head));
    ++head_count_;
  }
  changed_.notify_all();
  return Outcome::kGoOn;
}

ScriptedSocket::Outcome ScriptedSocket::SendAll(int socket,
                                                const std::string& bytes) {
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t sent = send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return Outcome::kPeerGone;
    rest.remove_prefix(static_cast<size_t>(sent));
  }
  return Outcome::kGoOn;
}

ScriptedSocket::Outcome ScriptedSocket::DripAll(int socket,
                                                const ScriptStep& step) {
  for (const char c : step.bytes) {
    Outcome outcome = SendAll(socket, std::string(1, c));
    if (outcome == Outcome::kGoOn) outcome = WaitFor(step.pause);
    if (outcome != Outcome::kGoOn) return outcome;
  }
  return Outcome::kGoOn;
}

ScriptedSocket::Outcome ScriptedSocket::WaitFor(absl::Duration pause) {
  std::unique_lock lock(mu_);
  changed_.wait_for(lock, absl::ToChronoMicroseconds(pause),
                    [this] { return stopping_; });
  return stopping_ ? Outcome::kStopped : Outcome::kGoOn;
}

ScriptedSocket::Outcome ScriptedSocket::WaitForRelease() {
  std::unique_lock lock(mu_);
  changed_.wait(lock, [this] { return stopping_ || releases_ > 0; });
  if (stopping_) return Outcome::kStopped;
  --releases_;
  return Outcome::kGoOn;
}

ScriptedSocket::Outcome ScriptedSocket::WaitForClose(int socket) {
  std::array<char, 4096> ignored{};
  for (;;) {
    const ssize_t got = recv(socket, ignored.data(), ignored.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Outcome::kPeerGone;
  }
}

}  // namespace hssgw::simulator
