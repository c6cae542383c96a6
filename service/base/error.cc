// SPDX-License-Identifier: Apache-2.0
#include "service/base/error.h"

#include <nlohmann/json.hpp>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace hssgw {
namespace {

constexpr absl::string_view kPayloadUrl = "hss-gateway/error-facts";

std::string Encode(const ErrorFacts& facts) {
  nlohmann::json json = {
      {"reason", static_cast<int>(facts.reason)},
      {"upstream_code", facts.upstream_code},
      {"upstream_request_id", facts.upstream_request_id},
      {"http_status", facts.http_status},
      {"cause", facts.cause},
  };
  if (facts.retry_after.has_value()) {
    json["retry_after"] = absl::ToInt64Nanoseconds(*facts.retry_after);
  }
  for (const FieldViolation& violation : facts.violations) {
    json["violations"].push_back({violation.field, violation.description});
  }
  // Upstream's text may hold any bytes; they must not turn an error into a
  // throw.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

ErrorFacts Decode(const std::string& payload) {
  const auto json = nlohmann::json::parse(payload, nullptr, false);
  if (!json.is_object()) return {};
  ErrorFacts facts;
  facts.reason = static_cast<Reason>(json.value("reason", 0));
  facts.upstream_code = json.value("upstream_code", "");
  facts.upstream_request_id = json.value("upstream_request_id", "");
  facts.http_status = json.value("http_status", 0);
  facts.cause = json.value("cause", "");
  if (json.contains("retry_after")) {
    facts.retry_after = absl::Nanoseconds(json["retry_after"].get<int64_t>());
  }
  if (json.contains("violations")) {
    for (const auto& violation : json["violations"]) {
      facts.violations.push_back({violation.at(0), violation.at(1)});
    }
  }
  return facts;
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, absl::string_view message,
                       const ErrorFacts& facts) {
  absl::Status status(code, message);
  status.SetPayload(kPayloadUrl, absl::Cord(Encode(facts)));
  return status;
}

absl::Status CallCancelled() {
  return absl::CancelledError("the call was cancelled");
}

ErrorFacts FactsOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return {};
  return Decode(std::string(*payload));
}

absl::Status Annotate(const absl::Status& status, absl::string_view context) {
  if (status.ok()) return status;
  absl::Status annotated(status.code(),
                         absl::StrCat(context, ": ", status.message()));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    annotated.SetPayload(url, payload);
  });
  return annotated;
}

}  // namespace hssgw
