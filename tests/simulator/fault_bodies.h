// SPDX-License-Identifier: Apache-2.0
// Bodies that upstream sends when it fails, by name: the shapes in which error
// texts were seen, and what proxies and bugs make of a 200.
//
// Threads: pure.
#ifndef HSSGW_TESTS_SIMULATOR_FAULT_BODIES_H_
#define HSSGW_TESTS_SIMULATOR_FAULT_BODIES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/reply.h"

namespace hssgw::simulator {

// What fills a shape; empty means the shape's own.
struct FaultWords {
  std::string code;
  std::string message;
  std::string request_id;
  int throttle_limit = 5;
  std::string throttle_time = "1 minute";
  int64_t bytes = 1 << 20;  // Of the shape "huge".
};

// A reply of this shape; `status` 0 means the shape's usual one. Nothing if
// the shape is unknown.
std::optional<Reply> MakeFaultReply(std::string_view shape, int status,
                                    const FaultWords& words);

std::vector<std::string> FaultShapes();

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_FAULT_BODIES_H_
