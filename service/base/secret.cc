// SPDX-License-Identifier: Apache-2.0
#include "service/base/secret.h"

#include <openssl/crypto.h>

namespace hssgw {

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  Wipe();
  value_ = other.value_;
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  Wipe();
  value_ = other.value_;  // A copy: a moved short string would leave its bytes.
  other.Wipe();
  return *this;
}

void Secret::Wipe() {
  value_.resize(value_.capacity());
  OPENSSL_cleanse(value_.data(), value_.size());
  value_.clear();
}

}  // namespace hssgw
