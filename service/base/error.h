// SPDX-License-Identifier: Apache-2.0
// What an absl::Status carries besides code and message: the reason that
// callers act on, and the facts behind it. Created by the layer that knows
// them, translated into google.rpc details once, in rpc/.
//
//   return MakeError(absl::StatusCode::kDataLoss, "upstream's answer ...",
//                    {.reason = Reason::kUpstreamAnswerUnreadable});
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace hssgw {

// hss.antivirus.v1.ErrorReason, number for number; a test compares them. Here a
// second time because hss/, auth/ and http/ know no protobuf.
enum class Reason {
  kUnspecified = 0,
  kRequestInvalid = 1,
  kTokenInvalid = 2,
  kTokenExpired = 3,
  kListChangedTooFast = 4,
  kListTooLong = 5,
  kCallerNotAllowed = 6,
  kBudgetExhausted = 7,
  kUpstreamThrottled = 8,
  kGatewayOverloaded = 9,
  kGatewayDraining = 10,
  kUpstreamUnavailable = 11,
  kCredentialNotReady = 12,
  kUpstreamCredentialRejected = 13,
  kUpstreamPermission = 14,
  kUpstreamEndpointWrong = 15,
  kUpstreamRefused = 16,
  kUpstreamAnswerUnreadable = 17,
  kDeadlineNear = 18,
  kOrderUnstable = 19,
  kGatewayFault = 20,
  kHubUnavailable = 21,
};

// A field of the request and what is wrong with it, never its value.
struct FieldViolation {
  std::string field;
  std::string description;
};

struct ErrorFacts {
  Reason reason = Reason::kUnspecified;
  // Upstream's own error code, as it wrote it: "HSS.0001", "APIGW.0308".
  std::string upstream_code;
  std::string upstream_request_id;
  // 0: there was no HTTP answer.
  int http_status = 0;
  // What failed below HTTP: "DNS", "REFUSED", "TLS_NAME", ...
  std::string cause;
  // How long to wait before a retry makes sense.
  std::optional<absl::Duration> retry_after;
  std::vector<FieldViolation> violations;
};

absl::Status MakeError(absl::StatusCode code, absl::string_view message,
                       const ErrorFacts& facts);

// CANCELLED: whoever asked does not want the answer any more.
absl::Status CallCancelled();

// The facts of `status`; those of a plain status are all empty.
ErrorFacts FactsOf(const absl::Status& status);

// `status` with `context: ` before its message; code and facts stay.
absl::Status Annotate(const absl::Status& status, absl::string_view context);

}  // namespace hssgw
