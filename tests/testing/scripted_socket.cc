// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/scripted_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace hssgw {

ScriptedSocket::ScriptedSocket(std::vector<SocketScript> scripts)
    : scripts_(std::move(scripts)),
      listen_fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  bind(listen_fd_, reinterpret_cast<const sockaddr*>(&address), size);
  listen(listen_fd_, 16);
  getsockname(listen_fd_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

ScriptedSocket::~ScriptedSocket() {
  stopping_ = true;
  shutdown(listen_fd_, SHUT_RDWR);
  shutdown(current_fd_, SHUT_RDWR);
  thread_.join();
  close(listen_fd_);
}

std::string ScriptedSocket::origin() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

std::vector<std::string> ScriptedSocket::requests() const {
  MutexLock lock(mu_);
  return requests_;
}

void ScriptedSocket::Run() {
  while (!stopping_) {
    const int fd = accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const auto index = static_cast<size_t>(connections_++);
    current_fd_ = fd;
    if (stopping_) shutdown(fd, SHUT_RDWR);
    if (index < scripts_.size()) Play(fd, scripts_[index]);
    current_fd_ = -1;
    close(fd);
  }
}

void ScriptedSocket::Play(int fd, const SocketScript& script) {
  for (const SocketStep& step : script) {
    char byte = 0;
    switch (step.kind) {
      case SocketStep::Kind::kRead:
        ReadHead(fd);
        break;
      case SocketStep::Kind::kSend:
        static_cast<void>(
            send(fd, step.bytes.data(), step.bytes.size(), MSG_NOSIGNAL));
        break;
      case SocketStep::Kind::kClose:
        return;
      case SocketStep::Kind::kReset: {
        const linger at_once = {.l_onoff = 1, .l_linger = 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        return;
      }
      case SocketStep::Kind::kAwaitClient:
        while (recv(fd, &byte, 1, 0) > 0) {
        }
        if (!stopping_) ++clients_gone_;
        break;
    }
  }
}

void ScriptedSocket::ReadHead(int fd) {
  std::string head;
  char byte = 0;
  while (head.find("\r\n\r\n") == std::string::npos &&
         recv(fd, &byte, 1, 0) == 1) {
    head.push_back(byte);
  }
  MutexLock lock(mu_);
  if (!head.empty()) requests_.push_back(head);
}

}  // namespace hssgw
