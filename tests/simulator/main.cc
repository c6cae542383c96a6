// SPDX-License-Identifier: Apache-2.0
// hss-simulator: see README.md. Ends with 0 on SIGTERM and SIGINT, with 2 if
// it cannot start.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/simulator/flags.h"
#include "tests/simulator/simulator.h"

namespace {

using hssgw::simulator::Invocation;
using hssgw::simulator::ParseFlags;
using hssgw::simulator::ProgramOptions;
using hssgw::simulator::Simulator;

// Whoever waits for the file finds it whole.
bool WritePortFile(const std::string& file, int port) {
  const std::string unfinished = file + "." + std::to_string(getpid());
  std::ofstream out(unfinished);
  out << port << '\n';
  out.close();
  return out.good() && std::rename(unfinished.c_str(), file.c_str()) == 0;
}

int Run(ProgramOptions program) {
  // Blocked before any thread starts, so that all inherit it and sigwait()
  // alone sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  Simulator simulator(std::move(program.simulator));
  const absl::StatusOr<int> port = simulator.Start();
  if (!port.ok()) {
    std::cerr << "hss-simulator: " << port.status().message() << '\n';
    return 2;
  }
  if (!program.port_file.empty() && !WritePortFile(program.port_file, *port)) {
    std::cerr << "hss-simulator: --port-file " << program.port_file
              << " cannot be written\n";
    return 2;
  }
  std::cout << "hss-simulator: " << simulator.list().size() << " tasks at "
            << simulator.url() << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  simulator.Stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  absl::StatusOr<Invocation> invocation =
      ParseFlags(std::vector<std::string>(argv + 1, argv + argc));
  if (!invocation.ok()) {
    std::cerr << "hss-simulator: " << invocation.status().message()
              << "; try --help\n";
    return 2;
  }
  if (const auto* const help = std::get_if<std::string>(&*invocation)) {
    std::cout << *help;
    return 0;
  }
  return Run(std::get<ProgramOptions>(*std::move(invocation)));
}
