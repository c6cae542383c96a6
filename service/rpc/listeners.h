// SPDX-License-Identifier: Apache-2.0
// Where the gateway listens: loopback TCP, a unix socket, or TLS on loopback.
// Anything that others on the network could reach is refused until callers have
// identities.
//
// Fails: INVALID_ARGUMENT with one sentence that says what and how to fix it.
#pragma once

#include <grpcpp/server_builder.h>
#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace hssgw {

// PEM files; empty: no TLS.
struct TlsFiles {
  std::string cert_file;
  std::string key_file;
};

struct ListenOptions {
  // "127.0.0.1:50051", "[::1]:50051", "unix:/run/hss.sock",
  // "tls:127.0.0.1:50052"; port 0 lets the system choose.
  std::vector<std::string> addresses = {"127.0.0.1:50051"};
  TlsFiles tls;
  // Permission bits of a unix socket: who may connect.
  int unix_mode = 0600;
};

enum class ListenKind { kLoopback, kUnix, kTls };

struct ListenAddress {
  ListenKind kind = ListenKind::kLoopback;
  // As gRPC wants it: "127.0.0.1:50051" or "unix:/path".
  std::string target;
  // Of TCP, as in the target.
  std::string host;
  int port = 0;
  // Of a unix socket.
  std::string path;
};

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text);

// Adds every address to a server that is being built, then tells what was
// bound.
//
//   Listeners listeners;
//   status = listeners.AddTo(builder, options);
//   server = builder.BuildAndStart();
//   status = listeners.AfterStart(server != nullptr);
class Listeners {
 public:
  // Checks addresses, certificates and directories; removes the socket files of
  // gateways that are gone.
  absl::Status AddTo(grpc::ServerBuilder& builder,
                     const ListenOptions& options);

  // Names the address that could not be bound, or gives sockets their modes and
  // names.
  absl::Status AfterStart(bool started);

  // What to dial, ports chosen by the system included. After AfterStart.
  std::vector<std::string> Bound() const;
  // The first TCP port; 0: there is none.
  int port() const;

  // Removes the socket files that are still those it made.
  ~Listeners();

 private:
  struct Listening {
    ListenAddress address;
    int port = 0;
    // Of the socket file that was made; 0: none was.
    dev_t device = 0;
    ino_t inode = 0;
  };

  void RestoreUmask();
  // Gives a socket its mode and its name.
  absl::Status Publish(Listening& listening) const;

  int unix_mode_ = 0600;
  // Of the process, while a socket may appear that has not its mode yet.
  std::optional<mode_t> umask_;
  // A list: gRPC writes the ports through pointers when it starts.
  std::vector<std::unique_ptr<Listening>> listening_;
};

}  // namespace hssgw
