// SPDX-License-Identifier: Apache-2.0
// The clients that people really use, behind one face: each asks a gateway, and
// what it understood is read back from what it wrote.
//
// Threads: one. A call blocks until it has ended.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "hss/antivirus/v1/task_service.pb.h"
#include "tests/e2e/stack.h"

namespace hssgw {

struct ToolAnswer {
  // gRPC's; -1: the tool failed before it had one.
  int code = -1;
  std::vector<hss::antivirus::v1::ListTasksResponse> frames;
  // What the tool made of grpc-status-details-bin.
  google::rpc::Status details;
  // As the trailer says, if it is there and the tool shows it.
  std::optional<std::string> retry_pushback_millis;
  // All that it wrote, as a person sees it.
  std::string output;

  std::vector<hss::antivirus::v1::Task> Tasks() const;
  // Of the last frame.
  hss::antivirus::v1::ListSummary Summary() const;

  // The detail of that type; absent if there is none.
  template <typename Detail>
  std::optional<Detail> Get() const {
    Detail detail;
    for (const auto& any : details.details()) {
      if (any.UnpackTo(&detail)) return detail;
    }
    return std::nullopt;
  }
};

class GrpcTool {
 public:
  virtual ~GrpcTool() = default;

  // Why it cannot be run here; empty: it can.
  virtual std::string Missing() const = 0;

  // `request` is a ListTasksRequest in JSON.
  virtual ToolAnswer List(const GrpcTarget& target,
                          const std::string& request) = 0;
  virtual ToolAnswer CheckHealth(const GrpcTarget& target,
                                 const std::string& service) = 0;
  // "package.Service/Method" of every service, by reflection alone.
  virtual std::vector<std::string> Methods(const GrpcTarget& target) = 0;
};

// Stubs and a channel in this process.
std::unique_ptr<GrpcTool> MakeCppTool();
// HSSGW_BUF, HSSGW_GRPCURL: where they are, as ./dev test says.
std::unique_ptr<GrpcTool> MakeBufTool();
std::unique_ptr<GrpcTool> MakeGrpcurlTool();

// Node with @grpc/grpc-js from HSSGW_NODE_MODULES; grpc_js_client.js.
class GrpcJsTool : public GrpcTool {
 public:
  std::string Missing() const override;
  ToolAnswer List(const GrpcTarget& target,
                  const std::string& request) override {
    return List(target, request, absl::Minutes(1));
  }
  ToolAnswer CheckHealth(const GrpcTarget& target,
                         const std::string& service) override;
  std::vector<std::string> Methods(const GrpcTarget& target) override;

  ToolAnswer List(const GrpcTarget& target, const std::string& request,
                  absl::Duration timeout);
  // ListTasksPage to its end: a frame for each page. `request` is a
  // ListTasksPageRequest in JSON.
  ToolAnswer ListPages(const GrpcTarget& target, const std::string& request);
};

// The value of an environment variable; empty if there is none.
std::string FromEnvironment(const char* name);

// "127.0.0.1:80", or "unix:/path": as gRPC names an address.
std::string UriOf(const GrpcTarget& target);

// Where JSON objects, written one after the other, begin and end in a text.
std::vector<std::string> SplitJson(const std::string& text);

}  // namespace hssgw
