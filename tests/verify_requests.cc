// SPDX-License-Identifier: Apache-2.0
// verify_requests FILE.jsonl: asks the simulator's verifier about each line, a
// captured request with the verdict it should get, and prints one verdict a
// line. Exit code 1 if one differs, 2 if the file or a line cannot be read.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>

#include "tests/simulator/captured_request.h"

namespace {

using hssgw::simulator::CapturedRequest;
using hssgw::simulator::ReadCapturedRequest;
using hssgw::simulator::Verdict;
using hssgw::simulator::VerifyCaptured;

const char* ToWord(bool accept) { return accept ? "accept" : "refuse"; }

// Prints the verdict; true if it is the one expected.
bool Verify(const CapturedRequest& captured) {
  const Verdict verdict = VerifyCaptured(captured);
  const bool same = verdict.accepted() == captured.accept;
  std::cout << (same ? "ok" : "DIFF") << '\t' << ToWord(verdict.accepted())
            << "\texpected " << ToWord(captured.accept) << '\t'
            << captured.name;
  if (!verdict.accepted()) {
    std::cout << '\t' << hssgw::simulator::ToWord(verdict.reason) << ": "
              << verdict.detail;
  }
  std::cout << '\n';
  return same;
}

int Main(const std::string& path) {
  std::ifstream file(path);
  if (!file || file.peek() == std::ifstream::traits_type::eof()) {
    std::cerr << path << ": cannot be read, or is empty"
              << (errno != 0 ? std::string(": ") + std::strerror(errno) : "")
              << '\n';
    return 2;
  }
  int number = 0, read = 0, different = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty()) continue;
    std::string problem;
    const std::optional<CapturedRequest> captured =
        ReadCapturedRequest(line, problem);
    if (!captured) {
      std::cerr << path << ": line " << number << ": " << problem << '\n';
      return 2;
    }
    ++read;
    if (!Verify(*captured)) ++different;
  }
  std::cout << read << " requests, " << different << " differ" << std::endl;
  if (read == 0) return 2;
  return different == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: verify_requests FILE.jsonl\n";
    return 2;
  }
  return Main(argv[1]);
}
