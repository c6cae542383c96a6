// SPDX-License-Identifier: Apache-2.0
// What every error of upstream means to us: one table, a row for each line of
// the vendor's tables. The code decides before the status, because upstream
// answers 400 to almost everything.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "service/base/error.h"

namespace hssgw {

// What a retry may do about it.
enum class FailureKind {
  kNever,       // the same request fails again
  kRetryable,   // upstream is down, slow or failing
  kThrottled,   // retryable, at another rate
  kCredential,  // another credential might do; this one must rest
  kUnreadable,  // a 200 that is none: retryable once
};

struct ErrorRow {
  absl::StatusCode code;
  Reason reason;
  FailureKind kind;
  // "<what> (<code, status, text>): <advice>" is the sentence.
  const char* what;
  const char* advice;
};

// `code` as upstream wrote it ("HSS.0001", "00000001", "APIG.0308", empty),
// `message` its text. Never without a row.
const ErrorRow& RowOf(absl::string_view code, int http_status,
                      absl::string_view message);

}  // namespace hssgw
