// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/task_stream.h"

#include <utility>

#include "hss/antivirus/v1/task_service.pb.h"
#include "service/rpc/byte_buffer.h"
#include "service/rpc/grpc_status.h"

namespace hssgw {
namespace {

// A reader that takes no frame for so long is stuck.
constexpr absl::Duration kStallLimit = absl::Minutes(5);

}  // namespace

TaskStream::TaskStream(const TaskCallParts& parts,
                       grpc::CallbackServerContext& context,
                       const grpc::ByteBuffer& request, std::string call_id)
    : clock_(parts.lister.clock),
      metrics_(parts.metrics),
      record_("ListTasks", std::move(call_id), context, clock_, metrics_),
      reach_(std::make_shared<Reach>()) {
  {
    MutexLock lock(reach_->mu);
    reach_->context = &context;
  }
  metrics_.StreamBegan();
  auto lister = OpenListing<hss::antivirus::v1::ListTasksRequest>(
      parts, request, context.peer(), /*one_page=*/false, record_);
  if (lister.ok()) {
    lister_ = *std::move(lister);
    before_deadline_ = EndBeforeDeadline(lister_, record_, clock_);
  } else {
    refusal_ = lister.status();
  }
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
  record_.FrameSent(buffer_.Length());
  stall_ = clock_.At(clock_.Now() + kStallLimit, [reach = reach_] {
    MutexLock lock(reach->mu);
    if (reach->context != nullptr) reach->context->TryCancel();
  });
  StartWrite(&buffer_);
}

void TaskStream::OnWriteDone(bool ok) {
  stall_ = Timer();
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
  record_.AddPushback(status);
  if (lister_ == nullptr || status.ok()) return Finish(ToGrpcStatus(status));
  const auto resume = lister_->resume_info();
  lister_->Cancel();
  Finish(ToGrpcStatus(status, &resume));
}

void TaskStream::OnDone() {
  {
    MutexLock lock(reach_->mu);
    reach_->context = nullptr;
  }
  record_.Ended(
      end_, lister_ == nullptr ? TaskLister::Account() : lister_->account());
  metrics_.StreamEnded();
  delete this;
}

}  // namespace hssgw
