// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/listeners.h"

#include <grpcpp/security/server_credentials.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/log.h"

namespace hssgw {
namespace {

absl::Status Refused(absl::string_view address, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("listen address \"", address, "\": ", why));
}

bool IsLoopback(absl::string_view host) {
  return absl::StartsWith(host, "127.") || host == "[::1]" ||
         host == "localhost";
}

absl::StatusOr<std::string> ReadFile(absl::string_view what,
                                     const std::string& path) {
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (file.good() || file.eof()) {
    if (!text.empty()) return text;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(what, " ", path,
                   " cannot be read or is empty; name a readable PEM file"));
}

// Whether someone accepts connections at the socket file.
bool SomeoneListens(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return false;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const int result =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  close(fd);
  return result == 0;
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A socket in a directory that everybody may write to could be swapped for
// another's.
absl::Status CheckDirectory(const ListenAddress& address) {
  const std::string directory = DirectoryOf(address.path);
  struct stat found = {};
  if (stat(directory.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
    return Refused(address.target,
                   absl::StrCat(directory, " is not a directory; create it"));
  }
  if ((found.st_mode & S_IWOTH) != 0) {
    return Refused(
        address.target,
        absl::StrCat(directory,
                     " is a world-writable directory, where anyone "
                     "could replace the socket; use one of your own"));
  }
  return absl::OkStatus();
}

absl::Status RemoveStaleSocket(const ListenAddress& address) {
  struct stat found = {};
  if (lstat(address.path.c_str(), &found) != 0) return absl::OkStatus();
  if (!S_ISSOCK(found.st_mode)) {
    return Refused(address.target,
                   "a file that is no socket is in the way; remove it");
  }
  if (SomeoneListens(address.path)) {
    return Refused(address.target,
                   "in use: another process listens there; stop it or choose "
                   "another path");
  }
  if (unlink(address.path.c_str()) != 0) {
    return Refused(address.target,
                   "a stale socket is in the way and cannot be "
                   "removed; remove it");
  }
  LogInfo("removed stale socket", {{"path", address.path}});
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> TlsCredentials(
    const TlsFiles& files) {
  if (files.cert_file.empty() || files.key_file.empty()) {
    return absl::InvalidArgumentError(
        "a tls: address needs a certificate and its key; give --tls-cert and "
        "--tls-key");
  }
  const auto cert = ReadFile("--tls-cert", files.cert_file);
  if (!cert.ok()) return cert.status();
  const auto key = ReadFile("--tls-key", files.key_file);
  if (!key.ok()) return key.status();
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({*key, *cert});
  return grpc::SslServerCredentials(options);
}

}  // namespace

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text) {
  absl::string_view rest = text;
  ListenAddress address;
  if (absl::ConsumePrefix(&rest, "unix:")) {
    if (rest.empty() || rest.front() != '/') {
      return Refused(text, "want unix:/absolute/path");
    }
    address.kind = ListenKind::kUnix;
    address.target = std::string(text);
    address.path = std::string(rest);
    return address;
  }
  if (absl::ConsumePrefix(&rest, "tls:")) address.kind = ListenKind::kTls;
  const size_t colon = rest.rfind(':');
  int port = -1;
  if (colon == absl::string_view::npos ||
      !absl::SimpleAtoi(rest.substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return Refused(text, "want host:port, unix:/path or tls:host:port");
  }
  if (!IsLoopback(rest.substr(0, colon))) {
    return Refused(text,
                   "only loopback addresses are served: callers from elsewhere "
                   "cannot be told apart yet; use 127.0.0.1, [::1] or a unix "
                   "socket");
  }
  address.target = std::string(rest);
  return address;
}

absl::Status Listeners::AddTo(grpc::ServerBuilder& builder,
                              const ListenOptions& options) {
  unix_mode_ = options.unix_mode;
  for (const std::string& text : options.addresses) {
    const auto address = ParseListenAddress(text);
    if (!address.ok()) return address.status();
    std::shared_ptr<grpc::ServerCredentials> credentials =
        grpc::InsecureServerCredentials();
    if (address->kind == ListenKind::kUnix) {
      if (absl::Status s = CheckDirectory(*address); !s.ok()) return s;
      if (absl::Status s = RemoveStaleSocket(*address); !s.ok()) return s;
    }
    if (address->kind == ListenKind::kTls) {
      const auto tls = TlsCredentials(options.tls);
      if (!tls.ok()) return tls.status();
      credentials = *tls;
    }
    listening_.push_back(std::make_unique<Listening>(Listening{*address}));
    builder.AddListeningPort(address->target, credentials,
                             &listening_.back()->port);
  }
  return absl::OkStatus();
}

absl::Status Listeners::AfterStart(bool started) {
  for (const auto& listening : listening_) {
    const ListenAddress& address = listening->address;
    if (!started && listening->port <= 0) {
      return Refused(address.target,
                     "cannot be bound: the port is in use, or the certificate "
                     "does not fit its key; choose another or mend it");
    }
    if (address.kind == ListenKind::kUnix &&
        chmod(address.path.c_str(), static_cast<mode_t>(unix_mode_)) != 0) {
      return Refused(address.target, "the socket's mode cannot be set");
    }
  }
  return started ? absl::OkStatus()
                 : absl::InvalidArgumentError("the server cannot start");
}

std::vector<std::string> Listeners::Bound() const {
  std::vector<std::string> bound;
  for (const auto& listening : listening_) {
    const ListenAddress& address = listening->address;
    if (address.kind == ListenKind::kUnix) {
      bound.push_back(address.target);
      continue;
    }
    const std::string host =
        address.target.substr(0, address.target.rfind(':'));
    bound.push_back(absl::StrCat(address.kind == ListenKind::kTls ? "tls:" : "",
                                 host, ":", listening->port));
  }
  return bound;
}

int Listeners::port() const {
  for (const auto& listening : listening_) {
    if (listening->address.kind != ListenKind::kUnix) return listening->port;
  }
  return 0;
}

Listeners::~Listeners() {
  for (const auto& listening : listening_) {
    if (listening->address.kind == ListenKind::kUnix && listening->port > 0) {
      unlink(listening->address.path.c_str());
    }
  }
}

}  // namespace hssgw
