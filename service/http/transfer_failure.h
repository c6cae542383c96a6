// SPDX-License-Identifier: Apache-2.0
// What went wrong below HTTP, told in one sentence each.
#pragma once

#include <curl/curl.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace hssgw {

// What is known of a transfer that failed.
struct TransferFailure {
  CURLcode code = CURLE_OK;
  // host:port; no path, no query.
  absl::string_view authority;
  // The connection stood, with TLS, and the request was begun on it.
  bool sent = false;
  bool reused_connection = false;
  bool answer_began = false;
  // If a time-out ended it, it was the caller's deadline and not our own bound.
  bool deadline_passed = false;
  // An answer that began came too slowly.
  bool stalled = false;
  bool body_too_large = false;
  bool headers_too_large = false;
  // libcurl wanted to send the request a second time.
  bool resend_refused = false;
  // A proxy was to be used.
  bool by_proxy = false;
  // TLS, if it is what failed, was with the proxy and not, or not yet, with the
  // peer.
  bool tls_of_proxy = false;
  // The proxy's answer to CONNECT; 0: none.
  long proxy_status = 0;
  // X509_V_ERR_... of the peer's certificate.
  long verify_result = 0;
  // errno of the last system call that failed.
  long os_error = 0;
  // libcurl's own words, which hold no header and no query.
  absl::string_view detail;
};

// UNAVAILABLE with a cause, but DEADLINE_EXCEEDED where the caller's deadline
// ended it, and DATA_LOSS for an answer over a bound.
absl::Status ToStatus(const TransferFailure& failure);

}  // namespace hssgw
