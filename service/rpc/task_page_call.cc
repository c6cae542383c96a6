// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/task_page_call.h"

#include <optional>
#include <utility>

#include "hss/antivirus/v1/task_service.pb.h"
#include "service/rpc/byte_buffer.h"
#include "service/rpc/grpc_status.h"

namespace hssgw {

TaskPageCall::TaskPageCall(const TaskCallParts& parts,
                           grpc::CallbackServerContext& context,
                           const grpc::ByteBuffer& request,
                           grpc::ByteBuffer& response, std::string call_id)
    : record_("ListTasksPage", std::move(call_id), context, parts.lister.clock,
              parts.metrics),
      response_(response) {
  auto lister = OpenListing<hss::antivirus::v1::ListTasksPageRequest>(
      parts, request, context.peer(), /*one_page=*/true, record_);
  if (!lister.ok()) {
    End(lister.status());
    return;
  }
  lister_ = *std::move(lister);
  before_deadline_ = EndBeforeDeadline(lister_, record_, parts.lister.clock);
  lister_->Next([this](absl::StatusOr<std::optional<Frame>> page) {
    if (!page.ok()) return End(page.status());
    response_ = ToByteBuffer(**page);
    End(absl::OkStatus());
  });
}

void TaskPageCall::OnCancel() {
  if (lister_ != nullptr) lister_->Cancel();
}

void TaskPageCall::End(const absl::Status& status) {
  end_ = status;
  record_.AddPushback(status);
  Finish(ToGrpcStatus(status));
}

void TaskPageCall::OnDone() {
  record_.Ended(
      end_, lister_ == nullptr ? TaskLister::Account() : lister_->account());
  delete this;
}

}  // namespace hssgw
