// SPDX-License-Identifier: Apache-2.0
// The ids of the last rows that a walk has delivered: a flat column, appended
// page by page and searched once per joint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_set.h"

namespace hssgw {

class SeenRows {
 public:
  static constexpr size_t kCapacity = 4096;

  // Hash 0 is no id and is not kept.
  void Add(uint64_t id_hash) {
    if (id_hash == 0) return;
    if (ring_.size() < kCapacity) {
      ring_.push_back(id_hash);
    } else {
      ring_[next_] = id_hash;
    }
    next_ = (next_ + 1) % kCapacity;
  }

  // Those of `candidates` that were added before.
  absl::flat_hash_set<uint64_t> Among(
      const absl::flat_hash_set<uint64_t>& candidates) const {
    absl::flat_hash_set<uint64_t> found;
    for (const uint64_t id_hash : ring_) {
      if (candidates.contains(id_hash)) found.insert(id_hash);
    }
    return found;
  }

 private:
  std::vector<uint64_t> ring_;
  size_t next_ = 0;
};

}  // namespace hssgw
