// SPDX-License-Identifier: Apache-2.0
#include "service/hss/unrecognized.h"

#include "absl/strings/str_cat.h"

namespace hssgw {

bool UnrecognizedWriter::Add(absl::string_view name, absl::string_view json) {
  const size_t bytes = name.size() + json.size();
  if (names_ >= kMaxUnrecognizedNames || bytes > budget_.bytes_left) {
    CountOnly();
    return false;
  }
  ++names_;
  budget_.bytes_left -= bytes;
  Write(name, json);
  return true;
}

void UnrecognizedWriter::Finish() {
  if (over_ != 0) Write("...", absl::StrCat(over_));
}

void UnrecognizedWriter::Write(absl::string_view name, absl::string_view json) {
  constexpr uint32_t kKey = 1;
  constexpr uint32_t kValue = 2;
  const size_t field = out_.OpenMessage(number_);
  out_.Bytes(kKey, name);
  out_.Bytes(kValue, json);
  out_.CloseMessage(field);
}

}  // namespace hssgw
