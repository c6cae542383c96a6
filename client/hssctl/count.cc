// SPDX-License-Identifier: Apache-2.0
#include <grpcpp/client_context.h>
#include <grpcpp/security/credentials.h>

#include <cstdio>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "client/gateway_channel.h"
#include "client/hssctl/text.h"
#include "client/hssctl/verbs.h"
#include "hss/antivirus/v1/task_service.grpc.pb.h"

namespace hssgw {

using ::hss::antivirus::v1::AntivirusTaskService;
using ::hss::antivirus::v1::ListTasksPageRequest;
using ::hss::antivirus::v1::ListTasksPageResponse;

int RunCount(const CallFlags& call, const FilterFlags& filter) {
  ListTasksPageRequest request;
  request.set_project_id(call.project_id);
  *request.mutable_filter() = filter.ToFilter();
  request.set_view(hss::antivirus::v1::TASK_VIEW_BASIC);
  // The smallest page: what is wanted is the number that comes with it.
  request.set_page_size(1);
  grpc::ClientContext context;
  const absl::Time deadline = call.DeadlineFrom(absl::Now());
  if (deadline != absl::InfiniteFuture()) {
    context.set_deadline(absl::ToChronoTime(deadline));
  }
  ListTasksPageResponse response;
  const grpc::Status status =
      AntivirusTaskService::NewStub(
          MakeGatewayChannel(call.address, grpc::InsecureChannelCredentials()))
          ->ListTasksPage(&context, request, &response);
  if (!status.ok()) {
    absl::FPrintF(stderr, "hssctl: %s: %s\n", call.address,
                  Printable(status.error_message()));
    return kExitCallFailed;
  }
  if (!response.has_total_size()) {
    absl::FPrintF(stderr,
                  "hssctl: HSS does not say how many; count them with "
                  "hssctl summary\n");
    return kExitCallFailed;
  }
  // Upstream's number, and an estimate while the list moves.
  absl::PrintF("about %d tasks%s\n", response.total_size(),
               response.stale() ? " (from stale data)" : "");
  return 0;
}

}  // namespace hssgw
