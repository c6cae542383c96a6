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
  bool connected = false;
  bool reused_connection = false;
  bool answer_began = false;
  // The caller's deadline, not our own bound, ended it.
  bool deadline_passed = false;
  bool stalled = false;
  bool body_too_large = false;
  bool headers_too_large = false;
  // libcurl wanted to send the request a second time.
  bool resend_refused = false;
  // X509_V_ERR_... of the peer's certificate.
  long verify_result = 0;
  // libcurl's own words, which hold no header and no query.
  absl::string_view detail;
};

absl::Status ToStatus(const TransferFailure& failure);

}  // namespace hssgw
