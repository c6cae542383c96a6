// SPDX-License-Identifier: Apache-2.0
// One accepted connection, plain or TLS, as the stream that cpp-httplib reads
// and writes. Unlike the library's own it keeps the request's head as it stood
// on the wire, notices a peer that has gone while an answer waits, and can be
// taken over to send bytes (or resets) that no HTTP library would send.
//
// Threads: the one that serves the connection; Interrupt() from any.
// Lifetime: closes the socket. Fails: read and write return -1.
#ifndef HSSGW_TESTS_SIMULATOR_CONNECTION_H_
#define HSSGW_TESTS_SIMULATOR_CONNECTION_H_

#include <httplib.h>
#include <openssl/ssl.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"

namespace hssgw::simulator {

class Connection final : public httplib::Stream {
 public:
  // `tls` may be null: plain.
  Connection(int socket, SSL_CTX* tls, int64_t id);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int64_t id() const { return id_; }

  // True at once for a plain connection.
  bool Handshake();

  // Waits for the first byte of a request; false if none comes.
  bool WaitForRequest(absl::Duration patience);

  // Forgets the head of the request before.
  void BeginRequest();

  // Request line and headers, with the empty line, as received.
  const std::string& head() const { return head_; }

  // Waits out `duration`; false as soon as the peer has gone or Interrupt()
  // was called.
  bool Wait(absl::Duration duration);

  // Waits until the peer has gone; false if it has not after `patience`.
  bool WaitUntilGone(absl::Duration patience);

  // `done` runs once, when the answer to the present request is out or given
  // up; on the serving thread.
  void WhenAnswered(std::function<void()> done) { done_ = std::move(done); }
  void EndRequest();

  // True once the peer was seen to have gone in the middle of an answer.
  bool peer_gone() const { return peer_gone_; }

  // From here on httplib's own writes fail; only Send() writes.
  void TakeOver() { taken_over_ = true; }
  bool taken_over() const { return taken_over_; }
  bool Send(std::string_view bytes);

  // The socket will be closed with a TCP reset (no TLS goodbye).
  void ResetOnClose();

  // Makes every wait, read and write end soon.
  void Interrupt();

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* ptr, size_t size) override;
  ssize_t write(const char* ptr, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  struct SslDeleter {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  ssize_t ReadSome(char* ptr, size_t size);
  bool WriteAll(std::string_view bytes);
  void Record(std::string_view bytes);

  // Constant after construction.
  const int socket_;
  const int64_t id_;
  const std::unique_ptr<SSL, SslDeleter> tls_;

  std::atomic<bool> interrupted_{false};

  // Of the serving thread alone.
  std::array<char, 4096> buffer_{};
  size_t begin_ = 0, end_ = 0;  // Unread bytes of buffer_.
  std::string head_;
  std::function<void()> done_;
  bool head_complete_ = false;
  bool taken_over_ = false;
  bool reset_ = false;
  mutable bool peer_gone_ = false;
};

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_CONNECTION_H_
