// SPDX-License-Identifier: Apache-2.0
#include "bench/figure_file.h"

#include <string_view>

#include "absl/strings/str_cat.h"

namespace hssgw {

FigureFile::FigureFile(int argc, char** argv) {
  if (argc != 3 || std::string_view(argv[1]) != "--json") return;
  file_ = std::fopen(argv[2], "w");
  ok_ = file_ != nullptr;
  if (!ok_) std::perror(argv[2]);
}

FigureFile::~FigureFile() {
  if (file_ != nullptr) std::fclose(file_);
}

void FigureFile::Add(const BenchFigure& figure) {
  if (file_ == nullptr) return;
  const std::string ratio = figure.against == 0
                                ? "null"
                                : absl::StrCat(figure.value / figure.against);
  std::fprintf(file_,
               "{\"figure\":\"%s\",\"value\":%g,\"unit\":\"%s\","
               "\"against\":%g,\"ratio\":%s,\"goal\":%g,\"ok\":%s}\n",
               figure.name.c_str(), figure.value, figure.unit.c_str(),
               figure.against, ratio.c_str(), figure.goal,
               figure.ok() ? "true" : "false");
}

}  // namespace hssgw
