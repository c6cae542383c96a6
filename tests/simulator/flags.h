// SPDX-License-Identifier: Apache-2.0
// The command line of hss-simulator. `--config FILE.yaml` sets the same names;
// flags win over the file.
//
// Threads: one. Fails: with one line for people.
#ifndef HSSGW_TESTS_SIMULATOR_FLAGS_H_
#define HSSGW_TESTS_SIMULATOR_FLAGS_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/simulator/simulator.h"

namespace hssgw::simulator {

struct ProgramOptions {
  SimulatorOptions simulator;
  std::string port_file;
};

// What to do: run, or print a text (help) and exit.
using Invocation = std::variant<ProgramOptions, std::string>;

// `arguments` without the program's name.
absl::StatusOr<Invocation> ParseFlags(std::vector<std::string> arguments);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_FLAGS_H_
