// SPDX-License-Identifier: Apache-2.0
// One line of signing-vectors.jsonl or published-vectors.jsonl, signed again by
// our signer and compared with what the line gives.
#pragma once

#include <string>

namespace hssgw {

struct VectorVerdict {
  enum class Kind { kOk, kDiffers, kSkip, kUnreadable };
  Kind kind = Kind::kUnreadable;
  std::string name;
  std::string detail;  // what differs, or why the line is skipped or unreadable
};

// Skipped is only what the signer cannot express: another algorithm, or a line
// that calls itself a quirk of the SDK that made it and does differ.
VectorVerdict CheckVector(const std::string& line);

}  // namespace hssgw
