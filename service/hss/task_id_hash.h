// SPDX-License-Identifier: Apache-2.0
// The hash by which rows are compared. It is in resume tokens, so it is the
// same in every process and for ever.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace hssgw {

// 64-bit FNV-1a of the paid flag (one byte, 0 or 1) and the id's bytes, then
// the finaliser of MurmurHash3, because FNV alone leaves high bits of short
// texts alike. 0 for an empty id, and for no other.
constexpr uint64_t HashTaskId(bool whether_paid_task,
                              absl::string_view task_id) {
  if (task_id.empty()) return 0;
  constexpr uint64_t kBasis = 0xCBF29CE484222325U;
  constexpr uint64_t kPrime = 0x100000001B3U;
  uint64_t hash = (kBasis ^ (whether_paid_task ? 1U : 0U)) * kPrime;
  for (const char c : task_id) {
    hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  }
  hash = (hash ^ hash >> 33U) * 0xFF51AFD7ED558CCDU;
  hash = (hash ^ hash >> 33U) * 0xC4CEB9FE1A85EC53U;
  hash ^= hash >> 33U;
  return hash == 0 ? 1 : hash;
}

}  // namespace hssgw
