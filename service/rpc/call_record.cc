// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/call_record.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/error.h"
#include "service/base/log.h"
#include "service/rpc/grpc_status.h"

namespace hssgw {
namespace {

// gRPC's deadline is a time of the machine's clock; what is left of it counts.
absl::Time OnClock(const Clock& clock,
                   std::chrono::system_clock::time_point deadline) {
  if (deadline == std::chrono::system_clock::time_point::max()) {
    return absl::InfiniteFuture();
  }
  return clock.Now() + (absl::FromChrono(deadline) - absl::Now());
}

}  // namespace

CallRecord::CallRecord(absl::string_view method, std::string call_id,
                       grpc::CallbackServerContext& context, const Clock& clock,
                       Metrics& metrics)
    : method_(method),
      call_id_(std::move(call_id)),
      context_(context),
      clock_(clock),
      metrics_(metrics),
      start_(clock.Now()),
      deadline_(OnClock(clock, context.deadline())) {
  context_.AddInitialMetadata("hss-gateway-call-id", call_id_);
}

void CallRecord::FrameSent(size_t bytes) {
  if (!std::exchange(frame_sent_, true)) {
    metrics_.FirstFrame(clock_.Now() - start_);
  }
  metrics_.BytesSent(static_cast<int64_t>(bytes));
}

void CallRecord::AddPushback(const absl::Status& status) {
  if (const auto wait = RetryPushback(status); wait.has_value()) {
    context_.AddTrailingMetadata(
        "grpc-retry-pushback-ms",
        absl::StrCat(absl::ToInt64Milliseconds(*wait)));
  }
}

void CallRecord::Ended(const absl::Status& status,
                       const TaskLister::Account& account) {
  metrics_.CallEnded(method_, status, clock_.Now() - start_);
  metrics_.TasksSent(account.tasks_sent);
  if (account.order_unstable ||
      FactsOf(status).reason == Reason::kOrderUnstable) {
    metrics_.OrderViolation();
  }
  LogInfo("call", {{"method", method_},
                   {"call_id", call_id_},
                   {"peer", context_.peer()},
                   {"project_id", project_id_},
                   {"code", absl::StatusCodeToString(status.code())},
                   {"error", status.message()},
                   {"tasks", account.tasks_sent},
                   {"upstream_calls", account.upstream_calls},
                   {"pages_shared", account.pages_shared},
                   {"duration", absl::FormatDuration(clock_.Now() - start_)}});
}

}  // namespace hssgw
