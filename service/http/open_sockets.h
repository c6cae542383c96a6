// SPDX-License-Identifier: Apache-2.0
// The sockets that libcurl has open, of transfers and of kept connections:
// libcurl does not say which one it is about to use again.
//
// Threads: one. Lifetime: must outlive the multi handle that keeps the
// connections.
#pragma once

#include <curl/curl.h>

#include "absl/container/flat_hash_set.h"

namespace hssgw {

class OptionSetter;

class OpenSockets {
 public:
  // From now on `set`'s transfer opens and closes its sockets here.
  void Watch(OptionSetter& set);

  // Whether bytes wait to be read at a socket between these ports.
  bool HaveUnreadBytes(int local_port, int remote_port) const;

 private:
  static curl_socket_t Open(void* data, curlsocktype purpose,
                            curl_sockaddr* address);
  static int Close(void* data, curl_socket_t socket);

  absl::flat_hash_set<curl_socket_t> sockets_;
};

}  // namespace hssgw
