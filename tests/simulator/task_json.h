// SPDX-License-Identifier: Apache-2.0
// Simulated tasks as JSON text and back. Writing keeps every byte of a string,
// valid UTF-8 or not, because upstream's bytes are what the simulator is for.
//
// Threads: pure.
#ifndef HSSGW_TESTS_SIMULATOR_TASK_JSON_H_
#define HSSGW_TESTS_SIMULATOR_TASK_JSON_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "tests/simulator/task_data.h"

namespace hssgw::simulator {

// One row of data_list, compact, in the order of the API page's example.
std::string ToJson(const SimulatedTask& task);

// What filters need to know of a row somebody else wrote: fields that are
// absent, null or of another type are left at their defaults.
SimulatedTask TaskFromJson(const nlohmann::json& row);

// A JSON string with its quotes. Only ", \ and control characters are escaped.
std::string Quoted(std::string_view text);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_TASK_JSON_H_
