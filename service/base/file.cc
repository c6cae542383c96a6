// SPDX-License-Identifier: Apache-2.0
#include "service/base/file.h"

#include <cerrno>
#include <fstream>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace hssgw {

absl::StatusOr<std::string> ReadFile(absl::string_view what,
                                     const std::string& path,
                                     size_t max_bytes) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string bytes(max_bytes + 1, '\0');
  if (file) file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad() || (!file && !file.eof())) {
    const int error = errno;
    return absl::InvalidArgumentError(absl::StrCat(
        what, " cannot be read",
        error == 0
            ? ""
            : absl::StrCat(" (", std::generic_category().message(error), ")"),
        ": give the path of a file that this user may read"));
  }
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

}  // namespace hssgw
