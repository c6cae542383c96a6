// SPDX-License-Identifier: Apache-2.0
#include "client/resume_policy.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "client/call_status.h"
#include "google/rpc/error_details.pb.h"
#include "hss/antivirus/v1/task_service.pb.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ResumeInfo;

constexpr absl::Duration kFirstWait = absl::Milliseconds(500);
// A gateway that restarts is found within this of its return.
constexpr absl::Duration kLongestWait = absl::Seconds(30);
// 500 ms doubled so often is past the longest.
constexpr int kDoublings = 6;
// The gateway ends a stream up to 2 s before the deadline. With more left than
// this, somebody between us had a shorter one.
constexpr absl::Duration kDeadlineIsNear = absl::Seconds(5);

absl::Duration LongestWait(int tries) {
  return std::min(kLongestWait,
                  kFirstWait * std::exp2(std::min(tries, kDoublings)));
}

absl::Duration ToldWait(const Break& end) {
  absl::Duration wait = end.pushback.value_or(absl::ZeroDuration());
  if (const auto info = DetailOf<google::rpc::RetryInfo>(end.status)) {
    wait = std::max(wait, absl::Seconds(info->retry_delay().seconds()) +
                              absl::Nanoseconds(info->retry_delay().nanos()));
  }
  return wait;
}

// Every error that the gateway makes on purpose has an ErrorInfo; one without
// was made by gRPC on one of the two sides, or by a proxy.
bool IsOfTheConnection(const absl::Status& status) {
  return !DetailOf<google::rpc::ErrorInfo>(status).has_value();
}

}  // namespace

bool MayTryAgain(const Break& end, absl::Duration left) {
  const absl::Status& status = end.status;
  if (end.pushback.value_or(absl::ZeroDuration()) < absl::ZeroDuration()) {
    return false;
  }
  // Before its first frame a gateway has no token to tell.
  const auto info = DetailOf<ResumeInfo>(status);
  const bool resumes = info.has_value() && !info->resume_token().empty();
  switch (status.code()) {
    case absl::StatusCode::kOk:  // broken: no summary came
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kCancelled:  // not by us: the stream was reset
      return true;
    case absl::StatusCode::kUnknown:
      return IsOfTheConnection(status);
    case absl::StatusCode::kInternal:
      // gRPC's word for a reset of most kinds. Its other INTERNALs repeat.
      return IsOfTheConnection(status) &&
             absl::StrContains(status.message(), "RST_STREAM");
    case absl::StatusCode::kResourceExhausted:
      // With nothing beside it is our own gRPC: a message over its limit.
      return resumes || end.pushback.has_value() ||
             DetailOf<google::rpc::RetryInfo>(status).has_value();
    case absl::StatusCode::kAborted:
      // The rows moved too fast, or the token is too old: that one has no
      // ResumeInfo.
      return resumes;
    case absl::StatusCode::kDeadlineExceeded:
      return resumes && left > kDeadlineIsNear;
    default:
      return false;
  }
}

std::optional<absl::Time> ResumePolicy::NextTry(const Break& end,
                                                absl::Time now, double random) {
  if (!MayTryAgain(end, limits_.deadline - now)) return std::nullopt;
  const absl::Duration wait = ToldWait(end) + LongestWait(tries_) * random;
  const absl::Duration patience =
      begun_ ? limits_.patience : limits_.start_patience;
  if (waited_ + wait > patience || now + wait >= limits_.deadline) {
    return std::nullopt;
  }
  ++tries_;
  waited_ += wait;
  return now + wait;
}

void ResumePolicy::TaskCame() {
  tries_ = 0;
  waited_ = absl::ZeroDuration();
}

}  // namespace hssgw
