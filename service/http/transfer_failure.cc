// SPDX-License-Identifier: Apache-2.0
#include "service/http/transfer_failure.h"

#include <algorithm>
#include <cerrno>
#include <initializer_list>
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

absl::Status Unavailable(const TransferFailure& failure,
                         const Wording& wording) {
  return MakeError(
      absl::StatusCode::kUnavailable,
      absl::StrCat(failure.authority, " ", wording.what, "; ", wording.advice),
      {.reason = Reason::kUpstreamUnavailable,
       .cause = std::string(wording.cause)});
}

bool Says(const TransferFailure& failure,
          std::initializer_list<absl::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](absl::string_view word) {
    return absl::StrContains(failure.detail, word);
  });
}

bool SaysAlert(const TransferFailure& failure) {
  return Says(failure, {" alert "});
}

constexpr Wording kUntrusted = {
    "TLS_UNTRUSTED", "shows a certificate that is not trusted",
    "name its authority with ca_file, or check who answers there"};

Wording CertificateWording(const TransferFailure& failure) {
  constexpr Wording kWrongName = {"TLS_NAME",
                                  "shows a certificate of another name",
                                  "check the endpoint and who answers there"};
  switch (failure.verify_result) {
    case kCertificateExpired:
    case kCertificateNotYetValid:
      return {"TLS_EXPIRED", "shows a certificate that is not valid now",
              "renew it, or set this machine's clock"};
    case kHostnameMismatch:
    case kIpAddressMismatch:
      return kWrongName;
    default:
      break;
  }
  // libcurl compares names itself, after OpenSSL was content.
  if (Says(failure, {"does not match", "no alternative"})) return kWrongName;
  return kUntrusted;
}

Wording ConnectWording(const TransferFailure& failure) {
  if (failure.os_error == ECONNRESET) {
    return {"RESET", "broke the connection at once",
            "check the endpoint and who answers there"};
  }
  if (failure.os_error == ENETUNREACH || failure.os_error == EHOSTUNREACH) {
    return {"UNREACHABLE", "cannot be reached from here: there is no route",
            "check the network, the firewall and the proxy setting"};
  }
  return {"REFUSED", "refuses the connection",
          "check the endpoint, and that something listens there"};
}

Wording TimeoutWording(const TransferFailure& failure) {
  if (failure.stalled) {
    return {"STALL", "stopped sending in the middle of its answer",
            "try again"};
  }
  if (!failure.sent) {
    return {"CONNECT_TIMEOUT", "does not accept the connection in time",
            "check the endpoint, the firewall and the proxy"};
  }
  return {"TIMEOUT", "did not answer in time", "try again"};
}

Wording TlsWording(const TransferFailure& failure) {
  // A connection that breaks in the handshake says nothing about TLS.
  if (Says(failure, {"SSL_ERROR_SYSCALL", "reset by peer"})) {
    return {"RESET", "broke the connection in the TLS handshake", "try again"};
  }
  // A signature that is not its authority's: OpenSSL's first error is then not
  // about a certificate, and libcurl looks no further.
  if (Says(failure, {"asn1 encoding", "rsa routines", "signature"})) {
    return kUntrusted;
  }
  return {"TLS", "cannot agree on TLS with us",
          "check its TLS version, and the certificate it asks for"};
}

Wording BrokenWording(const TransferFailure& failure) {
  // With TLS 1.3 a peer that misses our certificate says so after the
  // handshake.
  if (SaysAlert(failure)) {
    return {"TLS", "ended TLS with an alert",
            "check the certificate it asks for"};
  }
  if (Says(failure, {"chunk", "hexadecimal"})) {
    return {"BAD_HTTP", "broke the rules of chunked transfer",
            "try again, and report it if it stays"};
  }
  if (failure.answer_began) {
    return {"RESET", "broke the connection in the middle of its answer",
            "try again"};
  }
  return {"RESET", "closed the connection without an answer", "try again"};
}

constexpr Wording kProxyWording = {
    "PROXY", "is not reached: the proxy does not work",
    "check the proxy setting, and that the proxy may go there"};

// What failed is the proxy or the way to it.
bool IsOfProxy(const TransferFailure& failure) {
  if (!failure.by_proxy) return false;
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
    case CURLE_COULDNT_CONNECT:
      return true;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
      return failure.tls_of_proxy;
    default:
      // With TLS 1.3 it says after the handshake that it misses our
      // certificate.
      if (failure.tls_of_proxy && SaysAlert(failure)) return true;
      // The tunnel was refused, or broke before it stood.
      return !failure.sent && (failure.code == CURLE_RECV_ERROR ||
                               failure.code == CURLE_SEND_ERROR ||
                               failure.code == CURLE_GOT_NOTHING);
  }
}

Wording WordingOf(const TransferFailure& failure) {
  if (IsOfProxy(failure)) return kProxyWording;
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {"DNS", "has no address that can be found",
              "check the region or endpoint, and the name service"};
    case CURLE_COULDNT_CONNECT:
      return ConnectWording(failure);
    case CURLE_OPERATION_TIMEDOUT:
      return TimeoutWording(failure);
    case CURLE_PEER_FAILED_VERIFICATION:
      return CertificateWording(failure);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
      return TlsWording(failure);
    case CURLE_SSL_CERTPROBLEM:
      return {"TLS", "cannot be asked: our client certificate does not load",
              "name PEM files of a certificate and its key"};
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

absl::Status TooLarge(const TransferFailure& failure, const Wording& wording) {
  return MakeError(
      absl::StatusCode::kDataLoss,
      absl::StrCat(failure.authority, " ", wording.what, "; ", wording.advice),
      {.reason = Reason::kUpstreamAnswerUnreadable,
       .cause = std::string(wording.cause)});
}

bool IsBodyTooLarge(const TransferFailure& failure) {
  // The second: announced by Content-Length, and not even begun.
  return failure.body_too_large || failure.code == CURLE_FILESIZE_EXCEEDED;
}

bool IsHeaderTooLarge(const TransferFailure& failure) {
  // The second: libcurl's own bound of one line (100 KiB).
  return failure.headers_too_large ||
         (failure.code == CURLE_OUT_OF_MEMORY && failure.sent);
}

bool IsStale(const TransferFailure& failure) {
  if (failure.resend_refused) return true;
  return failure.reused_connection && !failure.answer_began &&
         (failure.code == CURLE_GOT_NOTHING ||
          failure.code == CURLE_RECV_ERROR || failure.code == CURLE_SEND_ERROR);
}

}  // namespace

absl::Status ToStatus(const TransferFailure& failure) {
  if (IsBodyTooLarge(failure)) {
    return TooLarge(failure, {"TOO_LARGE", "sent a body over the size bound",
                              "narrow the query"});
  }
  if (IsHeaderTooLarge(failure)) {
    return TooLarge(failure, {"HEADERS_TOO_LARGE", "sent too many headers",
                              "check who answers there"});
  }
  if (IsStale(failure)) {
    return Unavailable(
        failure, {"STALE_CONNECTION",
                  "had closed a connection that was kept open", "try again"});
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
