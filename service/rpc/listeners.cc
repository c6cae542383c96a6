// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/listeners.h"

#include <arpa/inet.h>
#include <grpcpp/security/server_credentials.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/certificate.h"
#include "service/base/file.h"
#include "service/base/log.h"

namespace hssgw {
namespace {

// gRPC binds a unix socket under a draft's name. When it stops it removes
// whatever is at the name that it knows, also the socket of the next gateway;
// and the socket has its mode before anybody can find it.
constexpr absl::string_view kDraft = ".new";
constexpr size_t kMaxSocketPath =
    sizeof(sockaddr_un::sun_path) - 1 - kDraft.size();

constexpr size_t kMaxPemBytes = size_t{1} << 20;

absl::Status Refused(absl::string_view address, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("listen address \"", address, "\": ", why));
}

// Only numbers: a name is whatever DNS says, also 127.example.org.
bool IsLoopback(absl::string_view host) {
  in_addr v4 = {};
  return host == "[::1]" ||
         (absl::StartsWith(host, "127.") &&
          inet_pton(AF_INET, std::string(host).c_str(), &v4) == 1);
}

// Binds as gRPC will and lets go: gRPC does not say why it could not.
absl::Status CheckPort(const ListenAddress& address) {
  if (address.port == 0) return absl::OkStatus();
  sockaddr_storage storage = {};
  socklen_t size = sizeof(sockaddr_in);
  if (address.host == "[::1]") {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
    *v6 = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    v6->sin6_port = htons(static_cast<uint16_t>(address.port));
    size = sizeof(sockaddr_in6);
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
    *v4 = {.sin_family = AF_INET};
    v4->sin_port = htons(static_cast<uint16_t>(address.port));
    inet_pton(AF_INET, address.host.c_str(), &v4->sin_addr);
  }
  const int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  errno = 0;
  const bool bound =
      fd >= 0 &&
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
      bind(fd, reinterpret_cast<const sockaddr*>(&storage), size) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  if (bound) return absl::OkStatus();
  return Refused(
      address.target,
      absl::StrCat("cannot be bound (", std::generic_category().message(error),
                   "); end what listens there or choose another"));
}

// Whether someone accepts connections at the socket file, or may: only a
// refused connection says that nobody does.
bool SomeoneListens(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return false;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const int result =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  const int error = errno;
  close(fd);
  return result == 0 || error != ECONNREFUSED;
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

// Whether the address is free for us; a socket file without a server makes way.
absl::Status CheckPlace(const ListenAddress& address) {
  if (address.kind != ListenKind::kUnix) return CheckPort(address);
  if (absl::Status s = CheckDirectory(address); !s.ok()) return s;
  return RemoveStaleSocket(address);
}

absl::StatusOr<PemFile> ReadPem(absl::string_view flag,
                                const std::string& path) {
  PemFile pem{.name = absl::StrCat(flag, " ", path)};
  absl::StatusOr<std::string> text = ReadFile(pem.name, path, kMaxPemBytes);
  if (!text.ok()) return text.status();
  if (text->size() > kMaxPemBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(pem.name, " is larger than ", kMaxPemBytes,
                     " bytes: give a certificate chain or a key"));
  }
  pem.text = *std::move(text);
  return pem;
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> TlsCredentials(
    const TlsFiles& files) {
  if (files.cert_file.empty() || files.key_file.empty()) {
    return absl::InvalidArgumentError(
        "a tls: address needs a certificate and its key; give --tls-cert and "
        "--tls-key");
  }
  const absl::StatusOr<PemFile> cert = ReadPem("--tls-cert", files.cert_file);
  if (!cert.ok()) return cert.status();
  const absl::StatusOr<PemFile> key = ReadPem("--tls-key", files.key_file);
  if (!key.ok()) return key.status();
  if (absl::Status s = CheckKeyPair(*cert, *key); !s.ok()) return s;
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({key->text, cert->text});
  return grpc::SslServerCredentials(options);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CredentialsOf(
    const ListenAddress& address, const TlsFiles& files) {
  if (address.kind == ListenKind::kTls) return TlsCredentials(files);
  return grpc::InsecureServerCredentials();
}

}  // namespace

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text) {
  absl::string_view rest = text;
  ListenAddress address;
  if (absl::ConsumePrefix(&rest, "unix:")) {
    if (rest.empty() || rest.front() != '/') {
      return Refused(text, "want unix:/absolute/path");
    }
    if (rest.size() > kMaxSocketPath) {
      return Refused(text,
                     absl::StrCat("the path of a unix socket has at most ",
                                  kMaxSocketPath, " bytes here"));
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
  address.port = port;
  address.host = std::string(rest.substr(0, colon));
  if (address.host == "localhost") address.host = "127.0.0.1";
  if (!IsLoopback(address.host)) {
    return Refused(text,
                   "only loopback addresses are served: callers from elsewhere "
                   "cannot be told apart yet; use 127.0.0.1, [::1] or a unix "
                   "socket");
  }
  address.target = absl::StrCat(address.host, ":", port);
  return address;
}

absl::Status Listeners::AddTo(grpc::ServerBuilder& builder,
                              const ListenOptions& options) {
  unix_mode_ = options.unix_mode;
  for (const std::string& text : options.addresses) {
    const auto address = ParseListenAddress(text);
    if (!address.ok()) return address.status();
    const auto credentials = CredentialsOf(*address, options.tls);
    if (!credentials.ok()) return credentials.status();
    if (absl::Status s = CheckPlace(*address); !s.ok()) return s;
    if (address->kind == ListenKind::kUnix && !umask_.has_value()) {
      umask_ = umask(0177);
    }
    listening_.push_back(std::make_unique<Listening>(Listening{*address}));
    const bool draft = address->kind == ListenKind::kUnix;
    builder.AddListeningPort(
        draft ? absl::StrCat(address->target, kDraft) : address->target,
        *credentials, &listening_.back()->port);
  }
  return absl::OkStatus();
}

absl::Status Listeners::AfterStart(bool started) {
  RestoreUmask();
  for (const auto& listening : listening_) {
    const ListenAddress& address = listening->address;
    if (!started && listening->port <= 0) {
      return Refused(address.target,
                     "cannot be bound; end what listens there or choose "
                     "another");
    }
    if (started && address.kind == ListenKind::kUnix) {
      if (absl::Status s = Publish(*listening); !s.ok()) return s;
    }
  }
  return started ? absl::OkStatus()
                 : absl::InvalidArgumentError("the server cannot start");
}

absl::Status Listeners::Publish(Listening& listening) const {
  const std::string& path = listening.address.path;
  const std::string draft = absl::StrCat(path, kDraft);
  struct stat made = {};
  if (chmod(draft.c_str(), static_cast<mode_t>(unix_mode_)) != 0 ||
      lstat(draft.c_str(), &made) != 0 ||
      std::rename(draft.c_str(), path.c_str()) != 0) {
    return Refused(listening.address.target,
                   absl::StrCat("the socket cannot get its mode and name (",
                                std::generic_category().message(errno),
                                "); let this user own the directory"));
  }
  listening.device = made.st_dev;
  listening.inode = made.st_ino;
  return absl::OkStatus();
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

void Listeners::RestoreUmask() {
  if (umask_.has_value()) umask(*umask_);
  umask_.reset();
}

Listeners::~Listeners() {
  RestoreUmask();
  for (const auto& listening : listening_) {
    const char* path = listening->address.path.c_str();
    struct stat found = {};
    if (listening->inode != 0 && lstat(path, &found) == 0 &&
        found.st_dev == listening->device && found.st_ino == listening->inode) {
      unlink(path);
    }
  }
}

}  // namespace hssgw
