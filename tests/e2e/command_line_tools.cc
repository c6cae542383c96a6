// SPDX-License-Identifier: Apache-2.0
// buf curl and grpcurl: neither has stubs, both ask reflection.
#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tests/e2e/child.h"
#include "tests/e2e/grpc_tool.h"

namespace hssgw {
namespace {

using ::google::protobuf::util::JsonStringToMessage;
using ::nlohmann::json;

constexpr char kListMethod[] =
    "hss.antivirus.v1.AntivirusTaskService/ListTasks";
constexpr char kHealthMethod[] = "grpc.health.v1.Health/Check";

std::string HealthRequest(const std::string& service) {
  return json({{"service", service}}).dump();
}

// The messages that were printed before the call ended.
void ReadFrames(ToolAnswer& answer) {
  for (const std::string& text : SplitJson(answer.output)) {
    hss::antivirus::v1::ListTasksResponse frame;
    if (JsonStringToMessage(text, &frame).ok()) answer.frames.push_back(frame);
  }
}

// Asks every method alike, JSON in and JSON out.
class CommandLineTool : public GrpcTool {
 public:
  ToolAnswer List(const GrpcTarget& target,
                  const std::string& request) override {
    ToolAnswer answer = Call(target, kListMethod, request);
    if (answer.code == 0) ReadFrames(answer);
    return answer;
  }

  ToolAnswer CheckHealth(const GrpcTarget& target,
                         const std::string& service) override {
    return Call(target, kHealthMethod, HealthRequest(service));
  }

 private:
  virtual ToolAnswer Call(const GrpcTarget& target, const std::string& method,
                          const std::string& request) const = 0;
};

class BufTool : public CommandLineTool {
 public:
  std::string Missing() const override {
    return program_.empty() ? "HSSGW_BUF names no buf; see ./dev test" : "";
  }

  std::vector<std::string> Methods(const GrpcTarget& target) override {
    const std::string output =
        Run(target, "", {"--list-methods", "--http2-prior-knowledge"}).output;
    return absl::StrSplit(output, '\n', absl::SkipEmpty());
  }

 private:
  Outcome Run(const GrpcTarget& target, const std::string& path,
              const std::vector<std::string>& flags) const {
    std::vector<std::string> arguments = {"curl", "--protocol", "grpc"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    std::string origin = "http://" + target.address;
    if (target.door == Door::kTls) {
      arguments.insert(arguments.end(), {"--cacert", target.ca_file});
      origin = "https://" + target.address;
    } else if (target.door == Door::kUnix) {
      arguments.insert(arguments.end(), {"--unix-socket", target.address});
      origin = "http://localhost";
    }
    arguments.push_back(origin + "/" + path);
    return RunToEnd({.program = program_,
                     .arguments = std::move(arguments),
                     .environment = {"HOME=" + home_.Path("")}});
  }

  ToolAnswer Call(const GrpcTarget& target, const std::string& method,
                  const std::string& request) const override {
    const Outcome outcome =
        Run(target, method, {"--http2-prior-knowledge", "-d", request});
    // The code, three bits up; what is below is buf's own.
    ToolAnswer answer{.output = outcome.output};
    if (outcome.exit_code % 8 == 0) answer.code = outcome.exit_code / 8;
    if (answer.code > 0) ReadError(answer);
    return answer;
  }

  // It does not ask reflection for the types of details and shows their bytes.
  static void ReadError(ToolAnswer& answer) {
    const json error = json::parse(answer.output, nullptr, false);
    if (!error.is_object()) return;
    for (const json& detail : error.value("details", json::array())) {
      auto* const any = answer.details.add_details();
      any->set_type_url("type.googleapis.com/" +
                        detail.at("type").get<std::string>());
      absl::Base64Unescape(detail.at("value").get_ref<const std::string&>(),
                           any->mutable_value());
    }
  }

  const std::string program_ = FromEnvironment("HSSGW_BUF");
  TempFolder home_;
};

class GrpcurlTool : public CommandLineTool {
 public:
  std::string Missing() const override {
    return program_.empty() ? "HSSGW_GRPCURL names no grpcurl, which needs Go; "
                              "see ./dev test"
                            : "";
  }

  // Reads "S is a service:" and "  rpc M ( …" of what describe prints.
  std::vector<std::string> Methods(const GrpcTarget& target) override {
    const Outcome outcome = Run(target, {}, {"describe"});
    std::vector<std::string> methods;
    std::string service;
    for (absl::string_view line : absl::StrSplit(outcome.output, '\n')) {
      if (absl::ConsumeSuffix(&line, " is a service:")) {
        service = std::string(line);
      } else if (absl::ConsumePrefix(&line, "  rpc ")) {
        methods.push_back(service + "/" +
                          std::string(line.substr(0, line.find(' '))));
      }
    }
    return methods;
  }

 private:
  Outcome Run(const GrpcTarget& target, std::vector<std::string> flags,
              const std::vector<std::string>& what) const {
    if (target.door == Door::kTls) {
      flags.insert(flags.end(), {"-cacert", target.ca_file});
    } else {
      flags.emplace_back("-plaintext");
    }
    flags.push_back(UriOf(target));
    flags.insert(flags.end(), what.begin(), what.end());
    return RunToEnd({.program = program_, .arguments = std::move(flags)});
  }

  ToolAnswer Call(const GrpcTarget& target, const std::string& method,
                  const std::string& request) const override {
    constexpr int kErrorOffset = 64;
    const Outcome outcome = Run(target, {"-d", request}, {method});
    ToolAnswer answer{.output = outcome.output};
    if (outcome.exit_code == 0) answer.code = 0;
    if (outcome.exit_code <= kErrorOffset) return answer;
    answer.code = outcome.exit_code - kErrorOffset;
    ReadError(answer);
    return answer;
  }

  static void ReadError(ToolAnswer& answer) {
    const size_t begin = answer.output.find("\n  Details:");
    if (begin == std::string::npos) return;
    for (const std::string& text : SplitJson(answer.output.substr(begin))) {
      google::protobuf::Any any;
      if (JsonStringToMessage(text, &any).ok()) {
        *answer.details.add_details() = any;
      }
    }
  }

  const std::string program_ = FromEnvironment("HSSGW_GRPCURL");
};

}  // namespace

std::unique_ptr<GrpcTool> MakeBufTool() { return std::make_unique<BufTool>(); }
std::unique_ptr<GrpcTool> MakeGrpcurlTool() {
  return std::make_unique<GrpcurlTool>();
}

}  // namespace hssgw
