// SPDX-License-Identifier: Apache-2.0
// An answer of upstream that is no list of tasks, understood: the status that
// a caller gets, and what a retry may do about it.
//
//   const UpstreamError error = ReadUpstreamError(response, now, &sent);
//   if (error.kind == FailureKind::kCredential) authorizer.Refused(...);
//   return error.status;
//
// Messages hold at most 256 printable characters of upstream's, without keys
// and tokens, and never a raw body.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/hss/error_table.h"
#include "service/hss/throttle_text.h"
#include "service/http/http_client.h"

namespace hssgw {

struct UpstreamError {
  // With ErrorFacts; never OK, never UNAUTHENTICATED, and UNAVAILABLE only if
  // a retry makes sense.
  absl::Status status;
  FailureKind kind = FailureKind::kNever;
  // How long upstream wants to be left alone. Also in the facts, unless no
  // caller may retry (a locked access key).
  std::optional<absl::Duration> wait;
  // What a throttled answer said upstream allows.
  std::optional<ThrottleRate> rate;
};

// Any answer: also a 3xx, and a 200 that holds an error or no list.
// `authorized`: the request as sent, whose credential is cut from the text; may
// be null.
UpstreamError ReadUpstreamError(const HttpResponse& response, absl::Time now,
                                const HttpRequest* authorized = nullptr);

// `status`, what is wrong with an answer that cannot be read, with upstream's
// id of the request if the answer names one. `authorized` as above.
absl::Status WithRequestId(const absl::Status& status,
                           const HttpResponse& response,
                           const HttpRequest* authorized);

}  // namespace hssgw
