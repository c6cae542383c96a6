// SPDX-License-Identifier: Apache-2.0
#include "service/base/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/strings/str_cat.h"

namespace hssgw {
namespace {

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct CertificateDeleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, BioDeleter>;

Bio ToBio(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without it OpenSSL asks on the terminal.
int NoPassword(char* /*buffer*/, int /*size*/, int /*writing*/,
               void* /*unused*/) {
  return -1;
}

}  // namespace

absl::Status CheckKeyPair(const PemFile& certificate, const PemFile& key) {
  const std::unique_ptr<X509, CertificateDeleter> parsed_certificate(
      PEM_read_bio_X509(ToBio(certificate.text).get(), nullptr, NoPassword,
                        nullptr));
  const std::unique_ptr<EVP_PKEY, KeyDeleter> parsed_key(
      PEM_read_bio_PrivateKey(ToBio(key.text).get(), nullptr, NoPassword,
                              nullptr));
  const bool match =
      parsed_certificate != nullptr && parsed_key != nullptr &&
      X509_check_private_key(parsed_certificate.get(), parsed_key.get()) == 1;
  ERR_clear_error();
  if (match) return absl::OkStatus();
  if (parsed_certificate == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(certificate.name,
                     " holds no PEM certificate: give the file that begins "
                     "with -----BEGIN CERTIFICATE-----"));
  }
  if (parsed_key == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        key.name,
        " holds no PEM key without password: give the private key of ",
        certificate.name));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(key.name, " is the key of another certificate than ",
                   certificate.name, ": give files that belong together"));
}

}  // namespace hssgw
