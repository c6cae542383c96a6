// SPDX-License-Identifier: Apache-2.0
// A string that must not be seen: no stream, no StrCat, no comparison, and the
// memory is wiped. Code that needs the value says so with Reveal().
#pragma once

#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace hssgw {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  ~Secret() { Wipe(); }

  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept { *this = std::move(other); }
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;

  absl::string_view Reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

 private:
  // Overwrites the bytes, also the part of the buffer that is not in use.
  void Wipe();

  std::string value_;
};

std::ostream& operator<<(std::ostream&, const Secret&) = delete;

}  // namespace hssgw
