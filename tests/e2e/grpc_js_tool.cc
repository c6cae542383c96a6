// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "tests/e2e/child.h"
#include "tests/e2e/grpc_tool.h"

namespace hssgw {
namespace {

using ::nlohmann::json;

// The line of a call; a discarded value if the script did not write one.
json LineOf(const Outcome& outcome) {
  return json::parse(outcome.output, nullptr, /*allow_exceptions=*/false);
}

std::string Bytes(const json& base64) {
  std::string bytes;
  absl::Base64Unescape(base64.get_ref<const std::string&>(), &bytes);
  return bytes;
}

ToolAnswer AnswerOf(const Outcome& outcome) {
  ToolAnswer answer{.output = outcome.output};
  const json line = LineOf(outcome);
  if (outcome.exit_code != 0 || !line.is_object()) return answer;
  answer.code = line.at("code");
  for (const json& frame : line.value("frames", json::array())) {
    answer.frames.emplace_back().ParseFromString(Bytes(frame));
  }
  answer.details.set_code(answer.code);
  answer.details.set_message(line.at("message"));
  for (const json& detail : line.at("details")) {
    auto* const any = answer.details.add_details();
    any->set_type_url("type.googleapis.com/" +
                      detail.at("type").get<std::string>());
    any->set_value(Bytes(detail.at("value")));
  }
  const json& metadata = line.at("metadata");
  if (metadata.contains("grpc-retry-pushback-ms")) {
    answer.retry_pushback_millis = metadata.at("grpc-retry-pushback-ms");
  }
  return answer;
}

// What the script writes for one call.
Outcome Run(const GrpcTarget& target, const std::string& call) {
  return RunToEnd(
      {.program = "node",
       // It warns of every address that is no name.
       .arguments = {"--no-deprecation", HSSGW_GRPC_JS_CLIENT, HSSGW_PROTO_DIR,
                     UriOf(target), target.ca_file, call},
       .environment = {"NODE_PATH=" + FromEnvironment("HSSGW_NODE_MODULES")}});
}

}  // namespace

std::string GrpcJsTool::Missing() const {
  return FromEnvironment("HSSGW_NODE_MODULES").empty()
             ? "HSSGW_NODE_MODULES names no @grpc/grpc-js; see ./dev test"
             : "";
}

ToolAnswer GrpcJsTool::List(const GrpcTarget& target,
                            const std::string& request,
                            absl::Duration timeout) {
  const json call = {{"list", json::parse(request)},
                     {"timeout_ms", absl::ToInt64Milliseconds(timeout)}};
  return AnswerOf(Run(target, call.dump()));
}

ToolAnswer GrpcJsTool::ListPages(const GrpcTarget& target,
                                 const std::string& request) {
  return AnswerOf(Run(target, json({{"pages", json::parse(request)}}).dump()));
}

ToolAnswer GrpcJsTool::CheckHealth(const GrpcTarget& target,
                                   const std::string& service) {
  return AnswerOf(Run(target, json({{"health", service}}).dump()));
}

std::vector<std::string> GrpcJsTool::Methods(const GrpcTarget& target) {
  const json line = LineOf(Run(target, R"({"describe": "*"})"));
  if (!line.is_object()) return {};
  return line.value("methods", std::vector<std::string>());
}

}  // namespace hssgw
