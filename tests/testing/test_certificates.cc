// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/test_certificates.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <memory>

namespace hssgw {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

constexpr long kDay = 24 * 3600;

Key NewKey() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

void AddExtension(X509* certificate, X509* issuer, int nid,
                  const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate NewCertificate(const std::string& name, EVP_PKEY* key, int days) {
  static std::atomic<long> serial = 1;
  Certificate certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -10 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * kDay);
  X509_NAME_add_entry_by_txt(
      X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
      reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

void WriteKey(const std::string& path, EVP_PKEY* key) {
  BIO* file = BIO_new_file(path.c_str(), "w");
  PEM_write_bio_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  BIO_free(file);
}

void WriteCertificate(const std::string& path, X509* certificate) {
  BIO* file = BIO_new_file(path.c_str(), "w");
  PEM_write_bio_X509(file, certificate);
  BIO_free(file);
}

bool IsAddress(const std::string& name) {
  in6_addr address;
  return inet_pton(AF_INET, name.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

template <typename Object, typename Read>
auto ReadPem(const std::string& path, Read read) {
  BIO* file = BIO_new_file(path.c_str(), "r");
  Object* object = read(file, nullptr, nullptr, nullptr);
  BIO_free(file);
  return object;
}

}  // namespace

TestCertificates::TestCertificates() {
  const Key key = NewKey();
  const Certificate ca = NewCertificate("test authority", key.get(), 30);
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  AddExtension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
  X509_sign(ca.get(), key.get(), EVP_sha256());
  WriteKey(folder_.Path("ca.key"), key.get());
  WriteCertificate(ca_file(), ca.get());
}

TestCertificates::Files TestCertificates::Issue(const std::string& name,
                                                int days) const {
  return IssueFor(name, days, Use::kServer);
}

TestCertificates::Files TestCertificates::IssueClient(
    const std::string& name) const {
  return IssueFor(name, /*days=*/10, Use::kClient);
}

TestCertificates::Files TestCertificates::IssueFor(const std::string& name,
                                                   int days, Use use) const {
  const Key ca_key(
      ReadPem<EVP_PKEY>(folder_.Path("ca.key"), &PEM_read_bio_PrivateKey),
      &EVP_PKEY_free);
  const Certificate ca(ReadPem<X509>(ca_file(), &PEM_read_bio_X509),
                       &X509_free);
  const Key key = NewKey();
  const Certificate certificate = NewCertificate(name, key.get(), days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(ca.get()));
  AddExtension(certificate.get(), ca.get(), NID_subject_alt_name,
               (IsAddress(name) ? "IP:" : "DNS:") + name);
  AddExtension(certificate.get(), ca.get(), NID_ext_key_usage,
               use == Use::kServer ? "serverAuth" : "clientAuth");
  X509_sign(certificate.get(), ca_key.get(), EVP_sha256());
  // No two alike, also of one name.
  static std::atomic<int> number = 0;
  const std::string stem = std::to_string(++number);
  const Files files{folder_.Path(stem + ".pem"), folder_.Path(stem + ".key")};
  WriteCertificate(files.cert, certificate.get());
  WriteKey(files.key, key.get());
  return files;
}

}  // namespace hssgw
