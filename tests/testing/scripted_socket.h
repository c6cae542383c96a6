// SPDX-License-Identifier: Apache-2.0
// A server on the loopback interface that does what no HTTP library will: on
// each connection, in order of arrival, it plays a script of bytes, breaks and
// waits, in the clear or under TLS.
//
//   ScriptedSocket server({{Read(), Send("HTTP/1.1 200 OK\r\n"), Reset()}});
//   ... ask server.origin() ...
//   EXPECT_TRUE(server.AwaitRequests(1));
//
// Threads: one to accept and one a connection; the destructor ends them.
#pragma once

#include <openssl/ssl.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace hssgw {

struct SocketStep {
  enum class Kind {
    kRead,          // reads one request: head and body
    kReadByte,      // reads one byte, of whatever it is
    kSend,          // sends bytes
    kStartTls,      // a handshake, as the server; TLS from here on
    kClose,         // closes in good order
    kReset,         // sends RST
    kAwaitClient,   // waits until the client closes
    kAwaitRelease,  // waits for Release()
  };
  Kind kind;
  std::string bytes;
};
using SocketScript = std::vector<SocketStep>;

inline SocketStep Read() { return {SocketStep::Kind::kRead, ""}; }
inline SocketStep ReadByte() { return {SocketStep::Kind::kReadByte, ""}; }
inline SocketStep Send(std::string bytes) {
  return {SocketStep::Kind::kSend, std::move(bytes)};
}
inline SocketStep StartTls() { return {SocketStep::Kind::kStartTls, ""}; }
inline SocketStep Close() { return {SocketStep::Kind::kClose, ""}; }
inline SocketStep Reset() { return {SocketStep::Kind::kReset, ""}; }
inline SocketStep AwaitClient() { return {SocketStep::Kind::kAwaitClient, ""}; }
inline SocketStep AwaitRelease() {
  return {SocketStep::Kind::kAwaitRelease, ""};
}

struct ScriptedSocketOptions {
  // PEM of what StartTls shows.
  std::string cert_file;
  std::string key_file;
  // If set, StartTls asks for a certificate that this authority signed.
  std::string client_ca_file;
  // TLS1_1_VERSION, say; 0: any.
  int max_tls_version = 0;
  // "127.0.0.1" or "::1".
  std::string address = "127.0.0.1";
};

class ScriptedSocket {
 public:
  // One script a connection; more connections are closed at once.
  explicit ScriptedSocket(std::vector<SocketScript> scripts,
                          ScriptedSocketOptions options = {});
  ~ScriptedSocket();
  ScriptedSocket(const ScriptedSocket&) = delete;
  ScriptedSocket& operator=(const ScriptedSocket&) = delete;

  // 0: the address is not available on this machine.
  int port() const { return port_; }
  std::string origin() const { return "http://" + authority(); }
  std::string tls_origin() const { return "https://" + authority(); }
  std::string authority() const;

  // Lets every AwaitRelease go on, now and later.
  void Release();

  // What Read read, as it came.
  std::vector<std::string> requests() const;
  size_t connections() const;
  // Times that the peer was found closed by Read or AwaitClient.
  size_t clients_gone() const;

  // Wait until there are so many; false after a minute.
  bool AwaitRequests(size_t count);
  bool AwaitClientsGone(size_t count);
  bool AwaitConnections(size_t count);
  // Connections that were closed by us: the peer has, or will at once have, the
  // news.
  bool AwaitClosed(size_t count);

 private:
  class Connection;

  void Accept();
  void Play(Connection& connection, const SocketScript& script);
  // False: the connection is over.
  bool PlayStep(Connection& connection, const SocketStep& step);
  void NoteClientGone();
  bool Await(const size_t& number, size_t count);

  // Constant after construction.
  const std::vector<SocketScript> scripts_;
  const ScriptedSocketOptions options_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
  int listener_ = -1;
  int port_ = 0;

  mutable std::mutex mu_;
  std::condition_variable changed_;
  // Guarded by mu_, as all below.
  std::vector<std::string> requests_;
  std::set<int> sockets_;
  std::vector<std::thread> players_;
  size_t request_count_ = 0;
  size_t connections_ = 0;
  size_t clients_gone_ = 0;
  size_t closed_ = 0;
  bool released_ = false;
  bool stopping_ = false;

  std::thread acceptor_;
};

}  // namespace hssgw
