// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/grpc_status.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "hss/antivirus/v1/error_reason.pb.h"
#include "service/base/error.h"
#include "service/tasks/proto_time.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ErrorReason;
using ::hss::antivirus::v1::ErrorReason_Name;

std::string ReasonName(Reason reason) {
  const std::string name = ErrorReason_Name(static_cast<ErrorReason>(reason));
  return std::string(absl::StripPrefix(name, "ERROR_REASON_"));
}

// Who gave up needs no reason, and who asks for what is not built knows it.
bool IsPlain(absl::StatusCode code) {
  return code == absl::StatusCode::kCancelled ||
         code == absl::StatusCode::kUnimplemented ||
         code == absl::StatusCode::kDeadlineExceeded;
}

google::rpc::ErrorInfo MakeErrorInfo(const ErrorFacts& facts) {
  google::rpc::ErrorInfo info;
  info.set_reason(ReasonName(facts.reason));
  info.set_domain("hss-gateway");
  auto& metadata = *info.mutable_metadata();
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) metadata[name] = value;
  };
  add("upstream_code", facts.upstream_code);
  add("upstream_request_id", facts.upstream_request_id);
  add("cause", facts.cause);
  if (facts.http_status != 0) {
    add("http_status", absl::StrCat(facts.http_status));
  }
  return info;
}

google::rpc::BadRequest MakeBadRequest(const ErrorFacts& facts) {
  google::rpc::BadRequest bad_request;
  for (const FieldViolation& violation : facts.violations) {
    auto* added = bad_request.add_field_violations();
    added->set_field(violation.field);
    added->set_description(violation.description);
    if (bad_request.ByteSizeLong() > kMaxDetailBytes / 2) break;
  }
  return bad_request;
}

google::rpc::RetryInfo MakeRetryInfo(absl::Duration wait) {
  google::rpc::RetryInfo info;
  *info.mutable_retry_delay() = ToProto(wait);
  return info;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status,
                          const hss::antivirus::v1::ResumeInfo* resume) {
  if (status.ok()) return grpc::Status::OK;
  ErrorFacts facts = FactsOf(status);
  // The two enums share their numbers (google.rpc.Code), so this is total.
  const auto code = static_cast<grpc::StatusCode>(status.code());
  std::string message(status.message().substr(0, kMaxMessageBytes));
  if (facts.reason == Reason::kUnspecified) {
    if (IsPlain(status.code())) return {code, message};
    facts.reason = Reason::kGatewayFault;
  }
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(message);
  details.add_details()->PackFrom(MakeErrorInfo(facts));
  if (!facts.violations.empty()) {
    details.add_details()->PackFrom(MakeBadRequest(facts));
  }
  if (facts.retry_after.has_value()) {
    details.add_details()->PackFrom(MakeRetryInfo(*facts.retry_after));
  }
  if (resume != nullptr) details.add_details()->PackFrom(*resume);
  return {code, message, details.SerializeAsString()};
}

std::optional<absl::Duration> RetryPushback(const absl::Status& status) {
  return FactsOf(status).retry_after;
}

}  // namespace hssgw
