// SPDX-License-Identifier: Apache-2.0
// The file of --json: one object a line, one line a figure.
#pragma once

#include <cstdio>
#include <string>

namespace hssgw {

struct BenchFigure {
  std::string name;
  double value = 0;
  std::string unit;
  // What it is held against, and the most that is good.
  double against = 0;
  double goal = 0;

  bool ok() const { return value <= goal; }
};

class FigureFile {
 public:
  // Of `--json FILE`; without it nothing is written.
  FigureFile(int argc, char** argv);
  ~FigureFile();
  FigureFile(const FigureFile&) = delete;
  FigureFile& operator=(const FigureFile&) = delete;

  // False: the file cannot be written, and that was said.
  bool ok() const { return ok_; }

  void Add(const BenchFigure& figure);

 private:
  std::FILE* file_ = nullptr;
  bool ok_ = true;
};

}  // namespace hssgw
