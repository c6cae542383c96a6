// SPDX-License-Identifier: Apache-2.0
// Answers as upstream writes them, of any size, the same in every run.
#pragma once

#include <string>

namespace hssgw {

struct SampleShape {
  int tasks = 200;
  int hosts_per_task = 3;
  // Names in Chinese, as most real ones are.
  bool chinese = false;
};

std::string SamplePage(const SampleShape& shape);

}  // namespace hssgw
