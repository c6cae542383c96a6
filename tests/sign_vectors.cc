// SPDX-License-Identifier: Apache-2.0
// sign_vectors FILE.jsonl: signs each line again and prints a verdict a line.
// Exit code 1 if one differs, 2 if the file or a line cannot be read.
#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <string>

#include "tests/auth/sign_vector.h"

namespace {

using Kind = hssgw::VectorVerdict::Kind;

constexpr std::array<const char*, 4> kWords = {"ok", "differs", "skip",
                                               "unreadable"};

int Main(const char* path) {
  std::ifstream file(path);
  if (!file) {
    std::cerr << path << ": cannot be read\n";
    return 2;
  }
  std::array<int, kWords.size()> counts{};
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty()) continue;
    const hssgw::VectorVerdict verdict = hssgw::CheckVector(line);
    const auto kind = static_cast<size_t>(verdict.kind);
    ++counts[kind];
    std::cout << kWords[kind] << '\t'
              << (verdict.name.empty() ? "line " + std::to_string(number)
                                       : verdict.name);
    if (!verdict.detail.empty()) std::cout << '\t' << verdict.detail;
    std::cout << '\n';
  }
  for (size_t kind = 0; kind < kWords.size(); ++kind) {
    std::cout << (kind == 0 ? "" : ", ") << counts[kind] << ' ' << kWords[kind];
  }
  std::cout << std::endl;
  const bool none = std::all_of(counts.begin(), counts.end(),
                                [](int count) { return count == 0; });
  if (none || file.bad() ||
      counts[static_cast<size_t>(Kind::kUnreadable)] > 0) {
    return 2;
  }
  return counts[static_cast<size_t>(Kind::kDiffers)] > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: sign_vectors FILE.jsonl\n";
    return 2;
  }
  return Main(argv[1]);
}
