// SPDX-License-Identifier: Apache-2.0
#include "service/base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <cstdlib>

#include "absl/strings/escaping.h"

namespace hssgw {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

absl::string_view AsString(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

const unsigned char* AsBytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string Sha256Hex(absl::string_view bytes) {
  Digest digest;
  SHA256(AsBytes(bytes), bytes.size(), digest.data());
  return absl::BytesToHexString(AsString(digest));
}

std::string HmacSha256(absl::string_view key, absl::string_view bytes) {
  Digest digest;
  unsigned int size = digest.size();
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), AsBytes(bytes),
       bytes.size(), digest.data(), &size);
  return std::string(AsString(digest));
}

std::string HmacSha256Hex(absl::string_view key, absl::string_view bytes) {
  return absl::BytesToHexString(HmacSha256(key, bytes));
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()),
                 static_cast<int>(count)) != 1) {
    std::abort();
  }
  return bytes;
}

bool EqualInConstantTime(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() &&
         CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace hssgw
