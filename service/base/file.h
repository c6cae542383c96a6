// SPDX-License-Identifier: Apache-2.0
// A file that an operator names, read whole.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace hssgw {

// The bytes of the file at `path`; of one that is larger than `max_bytes` the
// first `max_bytes` + 1, so that the caller sees it and says what was expected.
// Fails: INVALID_ARGUMENT, "<what> cannot be read (No such file or directory):
// ..."; `what` names the file as the operator does.
absl::StatusOr<std::string> ReadFile(absl::string_view what,
                                     const std::string& path, size_t max_bytes);

}  // namespace hssgw
