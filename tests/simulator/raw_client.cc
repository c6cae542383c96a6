// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace hssgw::simulator {

RawClient::RawClient(int port, absl::Duration patience)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval timeout = absl::ToTimeval(patience);
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) != 0) {
    std::perror("RawClient cannot connect");
    std::abort();
  }
}

RawClient::~RawClient() { close(socket_); }

bool RawClient::Send(std::string_view bytes) {
  return send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

std::string RawClient::ReadSome() {
  std::array<char, 65536> buffer{};
  const ssize_t got = recv(socket_, buffer.data(), buffer.size(), 0);
  if (got <= 0) return "";
  return {buffer.data(), static_cast<size_t>(got)};
}

RawClient::Received RawClient::ReadToEnd() {
  Received received;
  for (;;) {
    errno = 0;
    const std::string some = ReadSome();
    if (!some.empty()) {
      received.bytes += some;
      continue;
    }
    if (errno == ECONNRESET) received.end = End::kReset;
    if (errno == EAGAIN) received.end = End::kTimeout;
    return received;
  }
}

}  // namespace hssgw::simulator
