// SPDX-License-Identifier: Apache-2.0
// What both methods do with a request before their ways part.
#pragma once

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "service/base/error.h"
#include "service/base/metrics.h"
#include "service/rpc/call_record.h"
#include "service/tasks/task_lister.h"
#include "service/tasks/task_query.h"

namespace hssgw {

// What every call works with; outlives the calls.
struct TaskCallParts {
  ListerParts lister;
  const QueryScope& scope;
  // Upstream calls cost nothing, so more may be under way.
  bool calls_are_free;
  Metrics& metrics;
};

// A listing of what `bytes`, a Request, asks for. Fails as TaskQuery and
// TaskLister::Create do.
template <typename Request>
absl::StatusOr<std::shared_ptr<TaskLister>> OpenListing(
    const TaskCallParts& parts, const grpc::ByteBuffer& bytes,
    const std::string& peer, bool one_page, CallRecord& record) {
  grpc::ByteBuffer copy = bytes;  // Parsing empties it.
  Request request;
  if (!grpc::SerializationTraits<Request>::Deserialize(&copy, &request).ok()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "the request is not of the method's type; build it from "
                     "the published proto",
                     {.reason = Reason::kRequestInvalid});
  }
  const absl::StatusOr<TaskQuery> query =
      TaskQuery::FromProto(request, parts.scope);
  if (!query.ok()) return query.status();
  record.set_project_id(query->project_id());
  ListerOptions options{.deadline = record.deadline(),
                        .caller = peer,
                        .identity = "",
                        .one_page = one_page};
  if (parts.calls_are_free) options.CallsAreFree();
  return TaskLister::Create(*query, parts.lister, options);
}

// Ends `lister` with our own status shortly before the caller's deadline: a
// client drops one that comes later.
Timer EndBeforeDeadline(const std::shared_ptr<TaskLister>& lister,
                        const CallRecord& record, Clock& clock);

}  // namespace hssgw
