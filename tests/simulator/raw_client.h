// SPDX-License-Identifier: Apache-2.0
// A bare TCP client for tests that look at bytes and at how a connection ends.
//
// Threads: one. Fails: ends are told, never thrown; connecting must work.
#ifndef HSSGW_TESTS_SIMULATOR_RAW_CLIENT_H_
#define HSSGW_TESTS_SIMULATOR_RAW_CLIENT_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace hssgw::simulator {

class RawClient {
 public:
  enum class End { kClosed, kReset, kTimeout };
  struct Received {
    std::string bytes;
    End end = End::kClosed;
  };

  explicit RawClient(int port, absl::Duration patience = absl::Seconds(10));
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool Send(std::string_view bytes);

  // Whatever comes next; empty at the end.
  std::string ReadSome();

  Received ReadToEnd();

 private:
  int socket_;
};

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_RAW_CLIENT_H_
