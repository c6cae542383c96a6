// SPDX-License-Identifier: Apache-2.0
// Task data and churn scripts as JSON, for the control API and flags.
//
// Threads: pure. Fails: names the field and what it should be.
#ifndef HSSGW_TESTS_SIMULATOR_OPTIONS_JSON_H_
#define HSSGW_TESTS_SIMULATOR_OPTIONS_JSON_H_

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "tests/simulator/churn.h"
#include "tests/simulator/json_reader.h"
#include "tests/simulator/task_data.h"

namespace hssgw::simulator {

absl::StatusOr<ChurnScript> ChurnScriptFromJson(const nlohmann::json& object);

// Reads every option of task_data.h by its name into `options`.
void ReadTaskData(JsonReader& reader, TaskDataOptions& options);

nlohmann::json ToJson(const TaskDataOptions& options);
nlohmann::json ToJson(const ChurnCounts& counts);

// JSON from text people wrote; a message, not an exception, if it is none.
absl::StatusOr<nlohmann::json> ParseJson(const std::string& text);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_OPTIONS_JSON_H_
