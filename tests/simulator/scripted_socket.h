// SPDX-License-Identifier: Apache-2.0
// A raw TCP listener for what an HTTP library cannot give: resets before, in or
// after the headers, odd, slow or endless ones, a connection closed while it
// is idle. Each accepted connection plays the next script, step by step.
//
// Threads: any; a thread of its own for each connection. Lifetime: the
// destructor ends all connections. Fails: only in the constructor, by abort.
//
//   ScriptedSocket server;
//   server.Play({ReadHead(), Send("HTTP/1.1 200 OK\r\nConte"), Reset()});
//   ... ask server.url() ...
//   EXPECT_THAT(server.heads(), SizeIs(1));
#ifndef HSSGW_TESTS_SIMULATOR_SCRIPTED_SOCKET_H_
#define HSSGW_TESTS_SIMULATOR_SCRIPTED_SOCKET_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace hssgw::simulator {

struct ScriptStep {
  enum class Kind {
    kReadHead,
    kSend,
    kDrip,
    kWait,
    kAwaitRelease,
    kAwaitClose,
    kClose,
    kReset,
  };
  Kind kind = Kind::kClose;
  std::string bytes = {};     // kSend, kDrip.
  absl::Duration pause = {};  // kWait; between two bytes of kDrip.
};

// Reads to the empty line; ends the script if the peer closes first.
inline ScriptStep ReadHead() { return {ScriptStep::Kind::kReadHead}; }
inline ScriptStep Send(std::string bytes) {
  return {ScriptStep::Kind::kSend, std::move(bytes)};
}
// One byte at a time.
inline ScriptStep Drip(std::string bytes, absl::Duration pause) {
  return {ScriptStep::Kind::kDrip, std::move(bytes), pause};
}
inline ScriptStep Wait(absl::Duration pause) {
  return {ScriptStep::Kind::kWait, "", pause};
}
// Until ScriptedSocket::Release(); each release lets one step go.
inline ScriptStep AwaitRelease() { return {ScriptStep::Kind::kAwaitRelease}; }
// Until the peer closes or resets.
inline ScriptStep AwaitClose() { return {ScriptStep::Kind::kAwaitClose}; }
// Both end a script; one that just ends closes too.
inline ScriptStep Close() { return {ScriptStep::Kind::kClose}; }
inline ScriptStep Reset() { return {ScriptStep::Kind::kReset}; }

using Script = std::vector<ScriptStep>;

// A whole answer with Content-Length.
std::string HttpAnswer(int status, const std::string& body,
                       const std::string& more_headers = "");

class ScriptedSocket {
 public:
  // Listens on 127.0.0.1 at a free port.
  ScriptedSocket();
  ~ScriptedSocket();
  ScriptedSocket(const ScriptedSocket&) = delete;
  ScriptedSocket& operator=(const ScriptedSocket&) = delete;

  int port() const { return port_; }
  std::string url() const;  // "http://127.0.0.1:<port>"

  // For the next connection that has no script yet, in order of acceptance.
  void Play(Script script);

  // For connections beyond the scripts given; without it they are closed.
  void PlayOtherwise(Script script);

  void Release();

  // What was read by ReadHead(), in order.
  std::vector<std::string> heads() const;
  size_t connections() const;
  // Connections whose peer closed or reset before the script was over.
  size_t peers_gone() const;

  // Wait, false when `patience` is over.
  bool AwaitHeads(size_t count, absl::Duration patience = absl::Seconds(10));
  bool AwaitPeersGone(size_t count,
                      absl::Duration patience = absl::Seconds(10));
  // Until so many scripts have been played to their end.
  bool AwaitPlayed(size_t count, absl::Duration patience = absl::Seconds(10));

 private:
  // What a step leaves behind: go on, the peer has gone, or we are stopping.
  enum class Outcome { kGoOn, kPeerGone, kStopped };

  void AcceptAll();
  void PlayOne(int socket, Script script);
  Outcome PlayStep(int socket, const ScriptStep& step);
  Outcome ReadOneHead(int socket);
  Outcome SendAll(int socket, const std::string& bytes);
  Outcome DripAll(int socket, const ScriptStep& step);
  Outcome WaitFor(absl::Duration pause);
  Outcome WaitForRelease();
  static Outcome WaitForClose(int socket);
  bool Await(const size_t& number, size_t count, absl::Duration patience);
  Script NextScript();

  // Constant after construction.
  int port_ = 0;  // Set while listener_ is made.
  const int listener_;

  mutable std::mutex mu_;
  std::condition_variable changed_;
  std::deque<Script> scripts_;  // Guarded by mu_, as all below.
  std::optional<Script> otherwise_;
  std::vector<std::string> heads_;
  std::set<int> sockets_;
  std::vector<std::thread> players_;
  size_t head_count_ = 0, connections_ = 0, peers_gone_ = 0, played_ = 0;
  size_t releases_ = 0;
  bool stopping_ = false;

  std::thread acceptor_;
};

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_SCRIPTED_SOCKET_H_
