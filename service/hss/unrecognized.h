// SPDX-License-Identifier: Apache-2.0
// What upstream said and a message cannot: the map `unrecognized` of a task or
// a host, bounded. What is over the bounds is counted in it under "...".
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "service/hss/wire_writer.h"

namespace hssgw {

// Names a map, and bytes of names and values a task, its hosts' included.
inline constexpr size_t kMaxUnrecognizedNames = 64;
inline constexpr size_t kMaxUnrecognizedBytes = size_t{64} << 10U;
// The start of a row or host that could not be read, under the key "_raw".
inline constexpr absl::string_view kRawKey = "_raw";
inline constexpr size_t kMaxRawBytes = size_t{1} << 10U;

// Shared by a task and its hosts.
struct UnrecognizedBudget {
  size_t bytes_left = kMaxUnrecognizedBytes;
};

class UnrecognizedWriter {
 public:
  // `number`: of the map field. Both collaborators must outlive it.
  UnrecognizedWriter(uint32_t number, WireWriter& out,
                     UnrecognizedBudget& budget)
      : number_(number), out_(out), budget_(budget) {}

  // False: it was counted only.
  bool Add(absl::string_view name, absl::string_view json);
  void CountOnly() { ++over_; }

  // Writes the count of what was over, if anything was. Once, at the end.
  void Finish();

 private:
  void Write(absl::string_view name, absl::string_view json);

  const uint32_t number_;
  WireWriter& out_;
  UnrecognizedBudget& budget_;
  size_t names_ = 0;
  int64_t over_ = 0;
};

}  // namespace hssgw
