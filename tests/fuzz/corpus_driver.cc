// SPDX-License-Identifier: Apache-2.0
// main() of a fuzz target where there is no libFuzzer: runs it once over every
// file that is named, or is in a folder that is named. Options are ignored.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size);

namespace hssgw {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> FilesOf(const fs::path& place) {
  if (!fs::is_directory(place)) return {place};
  std::vector<fs::path> files;
  for (const auto& file : fs::recursive_directory_iterator(place)) {
    if (file.is_regular_file()) files.push_back(file.path());
  }
  return files;
}

bool Run(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) {
    std::cerr << "cannot read " << path << "\n";
    return false;
  }
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  const std::vector<uint8_t> input(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(input.data(), input.size());
  return true;
}

int Main(int argc, char** argv) {
  int ran = 0;
  for (int i = 1; i < argc; ++i) {
    if (argv[i][0] == '-') continue;
    for (const fs::path& path : FilesOf(argv[i])) {
      if (!Run(path)) return 1;
      ++ran;
    }
  }
  std::cout << "ran over " << ran << " inputs\n";
  return ran > 0 ? 0 : 1;
}

}  // namespace
}  // namespace hssgw

int main(int argc, char** argv) { return hssgw::Main(argc, argv); }
