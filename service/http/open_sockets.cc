// SPDX-License-Identifier: Apache-2.0
#include "service/http/open_sockets.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "service/http/easy_handle.h"

namespace hssgw {
namespace {

using NameCall = int (*)(int, sockaddr*, socklen_t*);

int PortOf(NameCall name_of, curl_socket_t socket) {
  sockaddr_in6 name = {};
  socklen_t size = sizeof(name);
  // In the same place in both families.
  return name_of(socket, reinterpret_cast<sockaddr*>(&name), &size) == 0
             ? ntohs(name.sin6_port)
             : 0;
}

bool HasUnreadByte(curl_socket_t socket) {
  char byte = 0;
  return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

}  // namespace

void OpenSockets::Watch(OptionSetter& set) {
  set.Set(CURLOPT_OPENSOCKETFUNCTION, &OpenSockets::Open);
  set.Set(CURLOPT_OPENSOCKETDATA, this);
  set.Set(CURLOPT_CLOSESOCKETFUNCTION, &OpenSockets::Close);
  set.Set(CURLOPT_CLOSESOCKETDATA, this);
}

bool OpenSockets::HaveUnreadBytes(int local_port, int remote_port) const {
  // Hosts are not compared: one connection too many that is not used again
  // costs nothing but a new one.
  return std::any_of(sockets_.begin(), sockets_.end(), [&](curl_socket_t s) {
    return PortOf(&getsockname, s) == local_port &&
           PortOf(&getpeername, s) == remote_port && HasUnreadByte(s);
  });
}

curl_socket_t OpenSockets::Open(void* data, curlsocktype,
                                curl_sockaddr* address) {
  const curl_socket_t socket = ::socket(
      address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (socket != CURL_SOCKET_BAD) {
    static_cast<OpenSockets*>(data)->sockets_.insert(socket);
  }
  return socket;
}

int OpenSockets::Close(void* data, curl_socket_t socket) {
  static_cast<OpenSockets*>(data)->sockets_.erase(socket);
  return close(socket);
}

}  // namespace hssgw
