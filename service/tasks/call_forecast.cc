// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/call_forecast.h"

#include "absl/strings/str_cat.h"
#include "service/base/error.h"

namespace hssgw {
namespace {

absl::Status DeadlinePassed(absl::string_view what) {
  return MakeError(
      absl::StatusCode::kDeadlineExceeded,
      absl::StrCat(what,
                   " before the deadline; wait longer, or accept older data "
                   "with max_staleness"),
      {.reason = Reason::kDeadlineNear});
}

}  // namespace

absl::Status QuotaLeftNoCall() {
  return DeadlinePassed("the upstream quota left no call");
}

absl::Status UpstreamIsLate() {
  return DeadlinePassed("upstream did not answer");
}

}  // namespace hssgw
