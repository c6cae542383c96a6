// SPDX-License-Identifier: Apache-2.0
// The simulator behind TLS, with certificates made here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "tests/simulator/simulator.h"

namespace hssgw::simulator {
namespace {

constexpr char kTarget[] =
    "/v5/05c2d0c9a980f47c2f8dc00b23cbef21/antivirus/task"
    "?limit=10&offset=0&whether_paid_task=false";

// A folder with a self-signed certificate for 127.0.0.1 and its key.
class SelfSigned {
 public:
  explicit SelfSigned(const std::string& name) {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "simulator-tls-XXXXXX")
            .string();
    folder_ = mkdtemp(pattern.data());
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* const subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(
        subject, "CN", MBSTRING_ASC,
        reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    X509_sign(certificate, key, EVP_sha256());
    std::FILE* file = std::fopen(certificate_file().c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    file = std::fopen(key_file().c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~SelfSigned() { std::filesystem::remove_all(folder_); }
  SelfSigned(const SelfSigned&) = delete;
  SelfSigned& operator=(const SelfSigned&) = delete;

  std::string certificate_file() const { return folder_ + "/cert.pem"; }
  std::string key_file() const { return folder_ + "/key.pem"; }

 private:
  std::string folder_;
};

SimulatorOptions WithTls(const SelfSigned& server) {
  SimulatorOptions options;
  options.http.tls = {server.certificate_file(), server.key_file(), ""};
  options.iam.fixed_token = "token";
  options.tasks.count = 10;
  return options;
}

httplib::Result Ask(httplib::SSLClient& client) {
  client.enable_server_certificate_verification(false);
  client.set_read_timeout(10);
  return client.Get(kTarget, {{"X-Auth-Token", "token"}});
}

TEST(TlsTest, ServesTheListOverTls) {
  const SelfSigned server("127.0.0.1");
  Simulator simulator(WithTls(server));
  const absl::StatusOr<int> port = simulator.Start();
  ASSERT_TRUE(port.ok()) << port.status();
  httplib::SSLClient client("127.0.0.1", *port);

  const auto answer = Ask(client);

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_THAT(simulator.url(), testing::StartsWith("https://"));
}

TEST(TlsTest, SurvivesAClientThatSpeaksPlainHttp) {
  const SelfSigned server("127.0.0.1");
  Simulator simulator(WithTls(server));
  const int port = simulator.Start().value();
  httplib::Client plain("127.0.0.1", port);
  httplib::SSLClient client("127.0.0.1", port);

  EXPECT_FALSE(plain.Get(kTarget));
  EXPECT_EQ(Ask(client)->status, 200);
}

TEST(TlsTest, AsksClientsForACertificateOfTheirCa) {
  const SelfSigned server("127.0.0.1");
  const SelfSigned known("client");
  SimulatorOptions options = WithTls(server);
  options.http.tls.client_ca_file = known.certificate_file();
  Simulator simulator(options);
  const int port = simulator.Start().value();
  httplib::SSLClient nobody("127.0.0.1", port);
  httplib::SSLClient client("127.0.0.1", port, known.certificate_file(),
                            known.key_file());

  EXPECT_FALSE(Ask(nobody));
  const auto answer = Ask(client);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
}

TEST(TlsTest, UnreadableCertificateIsAnError) {
  SimulatorOptions options;
  options.http.tls = {"/nonexistent/cert", "/nonexistent/key", ""};
  options.tasks.count = 0;
  Simulator simulator(options);

  const absl::StatusOr<int> port = simulator.Start();

  ASSERT_FALSE(port.ok());
  EXPECT_THAT(std::string(port.status().message()),
              testing::HasSubstr("/nonexistent/cert"));
}

TEST(TlsTest, FaultsWorkUnderTls) {
  const SelfSigned server("127.0.0.1");
  Simulator simulator(WithTls(server));
  const int port = simulator.Start().value();
  FaultRule rule{.count = 1};
  rule.action.delivery = Delivery{.transport = Transport::kResetInBody};
  simulator.AddFault(rule);
  httplib::SSLClient broken("127.0.0.1", port);
  httplib::SSLClient client("127.0.0.1", port);

  EXPECT_FALSE(Ask(broken));
  EXPECT_EQ(Ask(client)->status, 200);
}

}  // namespace
}  // namespace hssgw::simulator
