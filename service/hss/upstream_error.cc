// SPDX-License-Identifier: Apache-2.0
#include "service/hss/upstream_error.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/auth/scrub.h"
#include "service/base/error.h"
#include "service/hss/error_body.h"
#include "service/hss/retry_after.h"

namespace hssgw {
namespace {

// The documented quota counts a minute: the wait after a 429 that names none.
constexpr absl::Duration kQuotaPeriod = absl::Minutes(1);
constexpr absl::Duration kSmallestThrottle = absl::Seconds(1);
// CONTRACT 4.5: more than five wrong signatures lock the access key.
constexpr absl::Duration kLockOfKey = absl::Minutes(5);
constexpr absl::string_view kLockText = "reach the limit";
constexpr size_t kMaxCode = 64;
constexpr size_t kMaxRequestId = 128;

// An identifier of upstream's, fit for a log and a trailer.
std::string Identifier(absl::string_view text, size_t max_size,
                       const HttpRequest* authorized) {
  std::string shown = Shown(text, authorized).substr(0, max_size);
  std::replace_if(
      shown.begin(), shown.end(),
      [](unsigned char c) { return !absl::ascii_isgraph(c); }, '_');
  return shown;
}

std::optional<absl::Duration> WaitOf(const HttpResponse& response,
                                     const ErrorBody& body, FailureKind kind,
                                     std::optional<ThrottleRate> rate,
                                     absl::Time now) {
  const std::optional<absl::Duration> told = RetryAfterOf(response, now);
  if (kind == FailureKind::kRetryable) return told;
  if (kind == FailureKind::kThrottled) {
    const absl::Duration period = rate ? rate->period : kQuotaPeriod;
    return std::clamp(told.value_or(period), kSmallestThrottle, kMaxRetryAfter);
  }
  if (kind == FailureKind::kCredential &&
      absl::StrContains(body.message, kLockText)) {
    return kLockOfKey;
  }
  return std::nullopt;
}

// "(HSS.0001, HTTP 400: "Invalid parameter")"
std::string Evidence(const HttpResponse& response, const ErrorBody& body,
                     const ErrorFacts& facts, const HttpRequest* authorized) {
  std::string text = "(";
  if (!facts.upstream_code.empty()) {
    absl::StrAppend(&text, facts.upstream_code, ", ");
  }
  absl::StrAppend(&text, "HTTP ", response.status);
  if (response.body.empty()) return absl::StrCat(text, ", empty)");
  if (body.message_is_raw_body) {
    return absl::StrCat(text, ", ", response.body.size(),
                        " bytes of no known form)");
  }
  const std::string shown = Shown(body.message, authorized);
  if (shown.empty()) return absl::StrCat(text, ")");
  return absl::StrCat(text, ": \"", shown, "\")");
}

}  // namespace

UpstreamError ReadUpstreamError(const HttpResponse& response, absl::Time now,
                                const HttpRequest* authorized) {
  const ErrorBody body = ParseErrorBody(response);
  const ErrorRow& row = RowOf(body.code, response.status, body.message);

  UpstreamError error;
  error.kind = row.kind;
  if (row.kind == FailureKind::kThrottled) {
    error.rate = ParseThrottleText(body.message);
  }
  error.wait = WaitOf(response, body, row.kind, error.rate, now);

  ErrorFacts facts;
  facts.reason = row.reason;
  facts.upstream_code = Identifier(body.code, kMaxCode, authorized);
  facts.upstream_request_id =
      Identifier(body.request_id.value_or(""), kMaxRequestId, authorized);
  facts.http_status = response.status;
  if (row.kind != FailureKind::kCredential) facts.retry_after = error.wait;

  std::string advice = row.advice;
  if (facts.retry_after.has_value()) {
    // Rounded up: no caller is told to come too early.
    advice = absl::StrCat(
        "try again in ",
        absl::FormatDuration(absl::Ceil(*facts.retry_after, absl::Seconds(1))));
  }
  error.status = MakeError(
      row.code,
      absl::StrCat(row.what, " ", Evidence(response, body, facts, authorized),
                   ": ", advice),
      facts);
  return error;
}

absl::Status WithRequestId(const absl::Status& status,
                           const HttpResponse& response,
                           const HttpRequest* authorized) {
  ErrorFacts facts = FactsOf(status);
  facts.upstream_request_id =
      Identifier(ParseErrorBody(response).request_id.value_or(""),
                 kMaxRequestId, authorized);
  return MakeError(status.code(), status.message(), facts);
}

}  // namespace hssgw
