// SPDX-License-Identifier: Apache-2.0
#include "service/http/transfer_failure.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"

namespace hssgw {
namespace {

// OpenSSL's numbers of what is wrong with a certificate (x509_vfy.h).
constexpr long kCertificateNotYetValid = 9;
constexpr long kCertificateExpired = 10;
constexpr long kHostnameMismatch = 62;
constexpr long kIpAddressMismatch = 64;

struct Wording {
  absl::string_view cause;
  absl::string_view what;
  absl::string_view advice;
};

absl::Status Unavailable(const TransferFailure& failure, const Wording& wording) {
  return MakeError(absl::StatusCode::kUnavailable,
                   absl::StrCat(failure.authority, " ", wording.what, "; ",
                                wording.advice),
                   {.reason = Reason::kUpstreamUnavailable,
                    .cause = std::string(wording.cause)});
}

Wording TlsWording(const TransferFailure& failure) {
  switch (failure.verify_result) {
    case kCertificateExpired:
    case kCertificateNotYetValid:
      return {"TLS_EXPIRED", "shows a certificate that is not valid now",
              "renew it, or set this machine's clock"};
    case kHostnameMismatch:
    case kIpAddressMismatch:
      return {"TLS_NAME", "shows a certificate of another name",
              "check the endpoint and who answers there"};
    default:
      break;
  }
  if (absl::StrContains(failure.detail, "does not match") ||
      absl::StrContains(failure.detail, "no alternative")) {
    return {"TLS_NAME", "shows a certificate of another name",
            "check the endpoint and who answers there"};
  }
  return {"TLS_UNTRUSTED", "shows a certificate that is not trusted",
          "name its authority with ca_file, or check who answers there"};
}

Wording TimeoutWording(const TransferFailure& failure) {
  if (!failure.connected) {
    return {"CONNECT_TIMEOUT", "does not accept the connection in time",
            "check the endpoint, the firewall and the proxy"};
  }
  if (failure.stalled) {
    return {"STALL", "stopped sending in the middle of its answer", "try again"};
  }
  return {"TIMEOUT", "did not answer in time", "try again"};
}

Wording BrokenWording(const TransferFailure& failure) {
  if (failure.answer_began) {
    return {"RESET", "broke the connection in the middle of its answer",
            "try again"};
  }
  return {"RESET", "closed the connection without an answer", "try again"};
}

Wording WordingOf(const TransferFailure& failure) {
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {"DNS", "has no address that can be found",
              "check the region or endpoint, and the name service"};
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return {"PROXY", "is not reached: the proxy does not work",
              "check the proxy setting"};
    case CURLE_COULDNT_CONNECT:
      return {"REFUSED", "refuses the connection",
              "check the endpoint, and that something listens there"};
    case CURLE_OPERATION_TIMEDOUT:
      return TimeoutWording(failure);
    case CURLE_PEER_FAILED_VERIFICATION:
      return TlsWording(failure);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
      return {"TLS", "cannot agree on TLS with us",
              "check its TLS version, and the certificate it asks for"};
    case CURLE_SSL_CACERT_BADFILE:
      return {"TLS", "cannot be checked: ca_file is not readable",
              "name a PEM file of certificates"};
    case CURLE_PARTIAL_FILE:
      return {"CUT_SHORT", "sent less than it announced", "try again"};
    case CURLE_BAD_CONTENT_ENCODING:
      return {"BAD_ENCODING", "sent a body that cannot be inflated",
              "try again, and report it if it stays"};
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_HTTP2:
      return {"BAD_HTTP", "does not speak HTTP/1.1",
              "check the endpoint and who answers there"};
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return BrokenWording(failure);
    default:
      return {"CONNECTION", "could not be asked", "try again"};
  }
}

absl::Status TooLarge(const TransferFailure& failure) {
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat(failure.authority,
                   " sent a body over the size bound; narrow the query, or raise "
                   "limits.response_bytes"),
      {.reason = Reason::kUpstreamAnswerUnreadable, .cause = "TOO_LARGE"});
}

}  // namespace

absl::Status ToStatus(const TransferFailure& failure) {
  if (failure.body_too_large) return TooLarge(failure);
  if (failure.headers_too_large) {
    return Unavailable(failure, {"HEADERS_TOO_LARGE", "sent too many headers",
                                 "check who answers there"});
  }
  if (failure.resend_refused ||
      (failure.reused_connection && !failure.answer_began &&
       (failure.code == CURLE_GOT_NOTHING || failure.code == CURLE_RECV_ERROR ||
        failure.code == CURLE_SEND_ERROR))) {
    return Unavailable(failure, {"STALE_CONNECTION",
                                 "had closed a connection that was kept open",
                                 "try again"});
  }
  if (failure.code == CURLE_OPERATION_TIMEDOUT && failure.deadline_passed) {
    return MakeError(absl::StatusCode::kDeadlineExceeded,
                     absl::StrCat(failure.authority,
                                  " did not answer before the deadline; allow "
                                  "more time"),
                     {.reason = Reason::kDeadlineNear});
  }
  return Unavailable(failure, WordingOf(failure));
}

}  // namespace hssgw
