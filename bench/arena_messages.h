// SPDX-License-Identifier: Apache-2.0
// What decoding would cost the usual way, to compare with: simdjson On-Demand
// into protobuf messages on an arena, then serialized.
#pragma once

#include <simdjson.h>

#include <string>

#include "google/protobuf/arena.h"

namespace hssgw {

// Only for well formed answers; `wire` is a ListTasksResponse.
void SerializeThroughMessages(simdjson::ondemand::parser& parser,
                              const simdjson::padded_string& answer,
                              google::protobuf::Arena& arena,
                              std::string& wire);

}  // namespace hssgw
