// SPDX-License-Identifier: Apache-2.0
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/util/json_util.h>

#include <chrono>
#include <set>

#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "tests/e2e/grpc_tool.h"

namespace hssgw {
namespace {

using ::google::protobuf::DescriptorPool;
using ::google::protobuf::ServiceDescriptor;
using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;
using ::grpc::reflection::v1::ServerReflection;
using ::grpc::reflection::v1::ServerReflectionRequest;
using ::grpc::reflection::v1::ServerReflectionResponse;
using ::hss::antivirus::v1::AntivirusTaskService;
using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::ListTasksResponse;

void SetTimeout(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::minutes(1));
}

void SetStatus(const grpc::Status& status, ToolAnswer& answer) {
  answer.code = status.error_code();
  answer.details.ParseFromString(status.error_details());
  answer.output += status.error_message() + answer.details.DebugString();
}

// What a server tells of itself, file by file, in a pool that knows nothing
// else.
class Reflected {
 public:
  explicit Reflected(const GrpcTarget& target)
      : stub_(ServerReflection::NewStub(OpenChannel(target))) {
    SetTimeout(context_);
    stream_ = stub_->ServerReflectionInfo(&context_);
  }
  ~Reflected() {
    stream_->WritesDone();
    stream_->Finish();
  }

  std::vector<std::string> Services() {
    ServerReflectionRequest request;
    request.set_list_services("*");
    std::vector<std::string> names;
    const ServerReflectionResponse response = Ask(request);
    for (const auto& service : response.list_services_response().service()) {
      names.push_back(service.name());
    }
    return names;
  }

  // Null: what was told is not whole.
  const ServiceDescriptor* Find(const std::string& service) {
    ServerReflectionRequest request;
    request.set_file_containing_symbol(service);
    const ServerReflectionResponse response = Ask(request);
    for (const std::string& bytes :
         response.file_descriptor_response().file_descriptor_proto()) {
      google::protobuf::FileDescriptorProto file;
      file.ParseFromString(bytes);
      if (names_.insert(file.name()).second) files_.Add(file);
    }
    return pool_.FindServiceByName(service);
  }

 private:
  ServerReflectionResponse Ask(const ServerReflectionRequest& request) {
    ServerReflectionResponse response;
    if (stream_->Write(request)) stream_->Read(&response);
    return response;
  }

  const std::unique_ptr<ServerReflection::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<ServerReflectionRequest,
                                           ServerReflectionResponse>>
      stream_;
  std::set<std::string> names_;
  google::protobuf::SimpleDescriptorDatabase files_;
  DescriptorPool pool_{&files_};
};

class CppTool : public GrpcTool {
 public:
  std::string Missing() const override { return ""; }

  ToolAnswer List(const GrpcTarget& target,
                  const std::string& request_json) override {
    ListTasksRequest request;
    if (!google::protobuf::util::JsonStringToMessage(request_json, &request)
             .ok()) {
      return {.output = "no ListTasksRequest: " + request_json};
    }
    const auto stub = AntivirusTaskService::NewStub(OpenChannel(target));
    grpc::ClientContext context;
    SetTimeout(context);
    ToolAnswer answer;
    const auto stream = stub->ListTasks(&context, request);
    ListTasksResponse frame;
    while (stream->Read(&frame)) answer.frames.push_back(frame);
    SetStatus(stream->Finish(), answer);
    return answer;
  }

  ToolAnswer CheckHealth(const GrpcTarget& target,
                         const std::string& service) override {
    const auto stub = grpc::health::v1::Health::NewStub(OpenChannel(target));
    grpc::ClientContext context;
    SetTimeout(context);
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    ToolAnswer answer;
    SetStatus(stub->Check(&context, request, &response), answer);
    answer.output += response.DebugString();
    return answer;
  }

  std::vector<std::string> Methods(const GrpcTarget& target) override {
    Reflected reflected(target);
    std::vector<std::string> methods;
    for (const std::string& name : reflected.Services()) {
      const ServiceDescriptor* const service = reflected.Find(name);
      if (service == nullptr) continue;
      for (int i = 0; i < service->method_count(); ++i) {
        methods.push_back(name + "/" + service->method(i)->name());
      }
    }
    return methods;
  }
};

}  // namespace

std::unique_ptr<GrpcTool> MakeCppTool() { return std::make_unique<CppTool>(); }

}  // namespace hssgw
