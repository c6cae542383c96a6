// SPDX-License-Identifier: Apache-2.0
#include "service/base/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/test_certificates.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class CertificateTest : public ::testing::Test {
 protected:
  CertificateTest() : issued_(certificates_.Issue("localhost", 1)) {}

  std::string Complaint(const std::string& certificate,
                        const std::string& key) {
    return std::string(
        CheckKeyPair({"cert.pem", certificate}, {"key.pem", key}).message());
  }

  TestCertificates certificates_;
  const TestCertificates::Files issued_;
};

TEST_F(CertificateTest, PairIsGood) {
  EXPECT_EQ(Complaint(ReadText(issued_.cert), ReadText(issued_.key)), "");
}

TEST_F(CertificateTest, TextThatIsNoCertificateIsNamed) {
  EXPECT_THAT(Complaint("nothing", ReadText(issued_.key)),
              StartsWith("cert.pem holds no PEM certificate"));
}

TEST_F(CertificateTest, TextThatIsNoKeyIsNamed) {
  EXPECT_THAT(Complaint(ReadText(issued_.cert), ReadText(issued_.cert)),
              StartsWith("key.pem holds no PEM key"));
}

TEST_F(CertificateTest, KeyOfAnotherCertificateIsNamed) {
  const auto other = certificates_.Issue("127.0.0.1", 1);

  EXPECT_THAT(Complaint(ReadText(issued_.cert), ReadText(other.key)),
              HasSubstr("is the key of another certificate than cert.pem"));
}

TEST_F(CertificateTest, KeyWithAPasswordIsRefusedWithoutAsking) {
  EXPECT_THAT(Complaint(ReadText(issued_.cert),
                        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                        "MIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAk\n"
                        "-----END ENCRYPTED PRIVATE KEY-----\n"),
              StartsWith("key.pem holds no PEM key without password"));
}

}  // namespace
}  // namespace hssgw
