// SPDX-License-Identifier: Apache-2.0
// A YAML file as flags: `tasks: 100` is --tasks=100, a list repeats its flag,
// a map becomes JSON (fault rules, the churn script).
//
// Threads: pure but for the file. Fails: names file and line.
#ifndef HSSGW_TESTS_SIMULATOR_YAML_FLAGS_H_
#define HSSGW_TESTS_SIMULATOR_YAML_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace hssgw::simulator {

absl::StatusOr<std::vector<std::string>> ReadYamlFlags(const std::string& file);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_YAML_FLAGS_H_
