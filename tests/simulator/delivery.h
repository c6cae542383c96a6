// SPDX-License-Identifier: Apache-2.0
// How an answer travels: at once, late, slowly, cut short, reset, … Plain ways
// go through cpp-httplib, the others straight to the connection.
//
// Threads: the connection's; waits are on the connection and end when the peer
// leaves or the server stops.
#ifndef HSSGW_TESTS_SIMULATOR_DELIVERY_H_
#define HSSGW_TESTS_SIMULATOR_DELIVERY_H_

#include <httplib.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulator/connection.h"
#include "tests/simulator/reply.h"

namespace hssgw::simulator {

enum class Transport {
  kPlain,
  kChunked,         // Chunked without need.
  kGzip,            // Gzip, asked for or not.
  kGzipCut,         // A gzip body whose second half is missing.
  kTruncated,       // Right Content-Length, closed after part of the body.
  kLengthTooLong,   // Content-Length larger than the body, then closed.
  kLengthTooShort,  // Content-Length smaller than the body.
  kChunkedCut,      // Chunked, closed before the last chunk.
  kSlowBody,        // `bytes_per_second`.
  kStallBody,       // Half of the body, then nothing for `hold`.
  kSlowHeaders,     // The head byte by byte at `bytes_per_second`.
  kStallHeaders,    // Half of the head, then nothing for `hold`.
  kNoAnswer,        // Nothing for `hold`, then closed.
  kOddHeaders,      // Legal but unusual: case, blanks, an 8 KiB value.
  kNoise,           // Bytes that are not HTTP.
  kCloseBeforeHeaders,
  kResetBeforeHeaders,
  kResetInHeaders,
  kResetAfterHeaders,
  kResetInBody,
};

std::optional<Transport> TransportFromWord(std::string_view word);
std::string_view ToWord(Transport transport);
std::vector<Transport> AllTransports();

// False if the peer never gets to see a status.
bool SendsStatus(Transport transport);

struct Delivery {
  Transport transport = Transport::kPlain;
  absl::Duration before_headers;  // Wait before the first byte.
  absl::Duration before_body;     // Wait between head and body.
  absl::Duration hold = absl::Minutes(1);
  int64_t bytes_per_second = 100;
};

// Fills `response` or takes the connection over. With `before_body` the body
// is chunked, and the wait ends early when the peer leaves.
void Deliver(Reply reply, const Delivery& delivery, Connection& connection,
             httplib::Response& response);

std::string Gzip(std::string_view text);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_DELIVERY_H_
