// SPDX-License-Identifier: Apache-2.0
// A server on 127.0.0.1 that does what no HTTP library will: it plays a script
// of bytes, breaks and waits on each connection, in order of arrival.
//
//   ScriptedSocket server({{Read(), Send("HTTP/1.1 200 OK\r\n"), Reset()}});
//   ... ask http://127.0.0.1:<server.port()> ...
//
// Threads: one of its own; the destructor ends it.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "service/base/mutex.h"

namespace hssgw {

struct SocketStep {
  enum class Kind {
    kRead,         // reads one request head
    kSend,         // sends bytes
    kClose,        // closes in good order
    kReset,        // sends RST
    kAwaitClient,  // waits until the client closes
  };
  Kind kind;
  std::string bytes;
};
using SocketScript = std::vector<SocketStep>;

inline SocketStep Read() { return {SocketStep::Kind::kRead, ""}; }
inline SocketStep Send(std::string bytes) {
  return {SocketStep::Kind::kSend, std::move(bytes)};
}
inline SocketStep Close() { return {SocketStep::Kind::kClose, ""}; }
inline SocketStep Reset() { return {SocketStep::Kind::kReset, ""}; }
inline SocketStep AwaitClient() { return {SocketStep::Kind::kAwaitClient, ""}; }

class ScriptedSocket {
 public:
  // One script a connection; more connections are closed at once.
  explicit ScriptedSocket(std::vector<SocketScript> scripts);
  ~ScriptedSocket();

  int port() const { return port_; }
  std::string origin() const;

  // The heads that were read, as they came.
  std::vector<std::string> requests() const;
  int connections() const { return connections_; }
  // How often AwaitClient saw the client go.
  int clients_gone() const { return clients_gone_; }

 private:
  void Run();
  void Play(int fd, const SocketScript& script);
  void ReadHead(int fd);

  const std::vector<SocketScript> scripts_;
  int listen_fd_ = -1;
  int port_ = 0;
  std::atomic<int> current_fd_ = -1;
  std::atomic<int> connections_ = 0;
  std::atomic<int> clients_gone_ = 0;
  std::atomic<bool> stopping_ = false;
  mutable Mutex mu_;
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace hssgw
