// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/task_stream.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "hss/antivirus/v1/task_service.pb.h"
#include "service/base/error.h"
#include "service/base/log.h"
#include "service/rpc/byte_buffer.h"
#include "service/rpc/grpc_status.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;

absl::StatusOr<ListTasksRequest> Parse(const grpc::ByteBuffer& bytes) {
  grpc::ByteBuffer copy = bytes;  // Parsing empties it.
  ListTasksRequest request;
  if (grpc::SerializationTraits<ListTasksRequest>::Deserialize(&copy, &request)
          .ok()) {
    return request;
  }
  return MakeError(absl::StatusCode::kInvalidArgument,
                   "the request is not a ListTasksRequest; build it from the "
                   "published proto",
                   {.reason = Reason::kRequestInvalid});
}

absl::StatusOr<TaskQuery> ParseQuery(const grpc::ByteBuffer& bytes,
                                     const QueryScope& scope) {
  const absl::StatusOr<ListTasksRequest> request = Parse(bytes);
  if (!request.ok()) return request.status();
  return TaskQuery::FromProto(*request, scope);
}

}  // namespace

TaskStream::TaskStream(const TaskStreamParts& parts,
                       grpc::CallbackServerContext& context,
                       const grpc::ByteBuffer& request, std::string call_id)
    : context_(context),
      clock_(parts.lister.clock),
      metrics_(parts.metrics),
      call_id_(std::move(call_id)),
      start_(parts.lister.clock.Now()) {
  metrics_.StreamBegan();
  if (const auto query = ParseQuery(request, parts.scope); query.ok()) {
    project_id_ = query->project_id();
    ListerOptions options{.deadline = absl::FromChrono(context.deadline()),
                          .caller = context.peer()};
    if (parts.calls_are_free) options.CallsAreFree();
    lister_ = TaskLister::Create(*query, parts.lister, options);
  } else {
    refusal_ = query.status();
  }
  context.AddInitialMetadata("hss-gateway-call-id", call_id_);
  StartSendInitialMetadata();
}

void TaskStream::OnSendInitialMetadataDone(bool ok) {
  if (!ok) return End(absl::CancelledError("the caller is gone"));
  if (lister_ == nullptr) return End(refusal_);
  Advance();
}

void TaskStream::Advance() {
  lister_->Next([this](absl::StatusOr<std::optional<Frame>> frame) {
    Send(std::move(frame));
  });
}

void TaskStream::Send(absl::StatusOr<std::optional<Frame>> frame) {
  if (!frame.ok()) return End(frame.status());
  if (!frame->has_value()) return End(absl::OkStatus());
  buffer_ = ToByteBuffer(**frame);
  if (!frame_sent_) metrics_.FirstFrame(clock_.Now() - start_);
  frame_sent_ = true;
  metrics_.BytesSent(static_cast<int64_t>(buffer_.Length()));
  StartWrite(&buffer_);
}

void TaskStream::OnWriteDone(bool ok) {
  if (!ok) return End(absl::CancelledError("the caller is gone"));
  buffer_.Clear();
  Advance();
}

void TaskStream::OnCancel() {
  // A Next that waits answers CANCELLED; a write under way fails by itself.
  if (lister_ != nullptr) lister_->Cancel();
}

void TaskStream::End(const absl::Status& status) {
  end_ = status;
  if (lister_ != nullptr) lister_->Cancel();
  if (const auto wait = RetryPushback(status); wait.has_value()) {
    context_.AddTrailingMetadata(
        "grpc-retry-pushback-ms",
        absl::StrCat(absl::ToInt64Milliseconds(*wait)));
  }
  Finish(ToGrpcStatus(status));
}

void TaskStream::OnDone() {
  const TaskLister::Account account =
      lister_ == nullptr ? TaskLister::Account() : lister_->account();
  metrics_.CallEnded("ListTasks", end_, clock_.Now() - start_);
  metrics_.TasksSent(account.tasks_sent);
  if (FactsOf(end_).reason == Reason::kOrderUnstable) metrics_.OrderViolation();
  metrics_.StreamEnded();
  LogInfo("call", {{"method", "ListTasks"},
                   {"call_id", call_id_},
                   {"peer", context_.peer()},
                   {"project_id", project_id_},
                   {"code", absl::StatusCodeToString(end_.code())},
                   {"error", end_.message()},
                   {"tasks", account.tasks_sent},
                   {"upstream_calls", account.upstream_calls},
                   {"pages_shared", account.pages_shared},
                   {"duration", absl::FormatDuration(clock_.Now() - start_)}});
  delete this;
}

}  // namespace hssgw
