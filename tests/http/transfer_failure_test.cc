// SPDX-License-Identifier: Apache-2.0
// What sockets in a test cannot show, and the rules between the causes.
#include "service/http/transfer_failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "service/base/error.h"
#include "tests/testing/status_matchers.h"

namespace hssgw {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr long kExpired = 10;       // X509_V_ERR_CERT_HAS_EXPIRED
constexpr long kNotYetValid = 9;    // X509_V_ERR_CERT_NOT_YET_VALID
constexpr long kSelfSigned = 18;    // X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
constexpr long kNameMismatch = 62;  // X509_V_ERR_HOSTNAME_MISMATCH

struct Case {
  const char* name;
  TransferFailure failure;
  const char* cause;
};

class TransferFailureTest : public ::testing::TestWithParam<Case> {
 protected:
  static absl::Status Status() {
    TransferFailure failure = GetParam().failure;
    failure.authority = "hss.example.com:443";
    return ToStatus(failure);
  }
};

TEST_P(TransferFailureTest, HasItsCause) {
  EXPECT_EQ(FactsOf(Status()).cause, GetParam().cause);
}

// One sentence of what happened and one of what to do; libcurl's words and what
// they quote stay here.
TEST_P(TransferFailureTest, SaysWhatHappenedAndWhatToDo) {
  EXPECT_THAT(std::string(Status().message()),
              AllOf(ContainsRegex("^hss\\.example\\.com:443 [^;]+; [^;]+$"),
                    Not(HasSubstr("libcurl said"))));
}

TransferFailure Of(CURLcode code, absl::string_view detail = "libcurl said") {
  return {.code = code, .sent = true, .detail = detail};
}
TransferFailure Unsent(CURLcode code, absl::string_view detail = "") {
  return {.code = code, .detail = detail};
}
TransferFailure Certificate(long verify_result) {
  return {.code = CURLE_PEER_FAILED_VERIFICATION,
          .verify_result = verify_result};
}
TransferFailure Connecting(long os_error, bool by_proxy = false) {
  return {.code = CURLE_COULDNT_CONNECT,
          .by_proxy = by_proxy,
          .os_error = os_error};
}

const Case kCases[] = {
    {"Dns", Unsent(CURLE_COULDNT_RESOLVE_HOST), "DNS"},
    {"Refused", Connecting(ECONNREFUSED), "REFUSED"},
    {"ResetAtOnce", Connecting(ECONNRESET), "RESET"},
    {"NetworkUnreachable", Connecting(ENETUNREACH), "UNREACHABLE"},
    {"HostUnreachable", Connecting(EHOSTUNREACH), "UNREACHABLE"},
    {"ProxyUnreachable", Connecting(EHOSTUNREACH, /*by_proxy=*/true), "PROXY"},
    {"ProxyName",
     {.code = CURLE_COULDNT_RESOLVE_PROXY, .by_proxy = true},
     "PROXY"},
    {"ProxyTls",
     {.code = CURLE_SSL_CONNECT_ERROR, .by_proxy = true, .tls_of_proxy = true},
     "PROXY"},
    {"TlsBehindProxy",
     {.code = CURLE_SSL_CONNECT_ERROR, .by_proxy = true},
     "TLS"},
    {"ProxyAlertAfterHandshake",
     {.code = CURLE_RECV_ERROR,
      .sent = true,
      .by_proxy = true,
      .tls_of_proxy = true,
      .detail = "SSL routines::tlsv13 alert certificate required, errno 0"},
     "PROXY"},
    {"AlertBehindProxy",
     {.code = CURLE_RECV_ERROR,
      .sent = true,
      .by_proxy = true,
      .detail = "SSL routines::tlsv13 alert certificate required, errno 0"},
     "TLS"},
    {"ResetBehindProxy",
     {.code = CURLE_RECV_ERROR, .sent = true, .by_proxy = true},
     "RESET"},
    {"ConnectTimeout", Unsent(CURLE_OPERATION_TIMEDOUT), "CONNECT_TIMEOUT"},
    {"Timeout", Of(CURLE_OPERATION_TIMEDOUT), "TIMEOUT"},
    {"Stall",
     {.code = CURLE_OPERATION_TIMEDOUT, .sent = true, .stalled = true},
     "STALL"},
    {"Expired", Certificate(kExpired), "TLS_EXPIRED"},
    {"NotYetValid", Certificate(kNotYetValid), "TLS_EXPIRED"},
    {"SelfSigned", Certificate(kSelfSigned), "TLS_UNTRUSTED"},
    {"NameByOpenSsl", Certificate(kNameMismatch), "TLS_NAME"},
    {"NameByLibcurl",
     Unsent(CURLE_PEER_FAILED_VERIFICATION,
            "SSL: certificate subject name 'a' does not match target 'b'"),
     "TLS_NAME"},
    {"NoCipher", Unsent(CURLE_SSL_CIPHER), "TLS"},
    {"OurCertificate", Unsent(CURLE_SSL_CERTPROBLEM), "TLS"},
    {"AuthorityFile", Unsent(CURLE_SSL_CACERT_BADFILE), "TLS"},
    {"HandshakeReset",
     Unsent(CURLE_SSL_CONNECT_ERROR,
            "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to h:443"),
     "RESET"},
    {"ForgedSignature",
     Unsent(CURLE_SSL_CONNECT_ERROR,
            "OpenSSL/3.0.22: error:06880006:asn1 encoding routines::EVP lib"),
     "TLS_UNTRUSTED"},
    {"AlertAfterHandshake",
     Of(CURLE_RECV_ERROR,
        "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert "
        "certificate required, errno 0"),
     "TLS"},
    {"NoAnswer", Of(CURLE_GOT_NOTHING), "RESET"},
    {"SendFailed", Of(CURLE_SEND_ERROR), "RESET"},
    {"CutShort", Of(CURLE_PARTIAL_FILE), "CUT_SHORT"},
    {"NotHttp", Of(CURLE_WEIRD_SERVER_REPLY), "BAD_HTTP"},
    {"Http09", Of(CURLE_UNSUPPORTED_PROTOCOL), "BAD_HTTP"},
    {"BrokenChunk",
     Of(CURLE_RECV_ERROR,
        "Illegal or missing hexadecimal sequence in chunked-encoding"),
     "BAD_HTTP"},
    {"BadEncoding", Of(CURLE_BAD_CONTENT_ENCODING), "BAD_ENCODING"},
    {"StaleByRefusal",
     {.code = CURLE_ABORTED_BY_CALLBACK, .sent = true, .resend_refused = true},
     "STALE_CONNECTION"},
    {"StaleByError",
     {.code = CURLE_SEND_ERROR, .sent = true, .reused_connection = true},
     "STALE_CONNECTION"},
    {"BodyTooLarge",
     {.code = CURLE_WRITE_ERROR, .sent = true, .body_too_large = true},
     "TOO_LARGE"},
    {"HeadersTooLarge",
     {.code = CURLE_WRITE_ERROR, .sent = true, .headers_too_large = true},
     "HEADERS_TOO_LARGE"},
    {"AnythingElse", Unsent(CURLE_OUT_OF_MEMORY), "CONNECTION"},
};

INSTANTIATE_TEST_SUITE_P(Causes, TransferFailureTest,
                         ::testing::ValuesIn(kCases),
                         [](const auto& of) { return of.param.name; });

TEST(ToStatusTest, DeadlineOfTheCallerIsNotUnavailable) {
  const absl::Status status =
      ToStatus({.code = CURLE_OPERATION_TIMEDOUT, .deadline_passed = true});

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(FactsOf(status).reason, Reason::kDeadlineNear);
}

TEST(ToStatusTest, OtherFailureNearTheDeadlineKeepsItsCause) {
  EXPECT_EQ(FactsOf(ToStatus({.code = CURLE_RECV_ERROR,
                              .sent = true,
                              .deadline_passed = true}))
                .cause,
            "RESET");
}

TEST(ToStatusTest, WhatIsTooLargeIsNotWorthARetry) {
  EXPECT_THAT(ToStatus({.code = CURLE_FILESIZE_EXCEEDED}),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace hssgw
