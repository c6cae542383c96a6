// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/reflection_v1.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <set>

namespace hssgw {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::DescriptorPool;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::FileDescriptor;
using ::grpc::reflection::v1::ServerReflectionRequest;
using ::grpc::reflection::v1::ServerReflectionResponse;

void AnswerNotFound(ServerReflectionResponse& response) {
  response.mutable_error_response()->set_error_code(
      grpc::StatusCode::NOT_FOUND);
  response.mutable_error_response()->set_error_message("not declared here");
}

// The file and everything that it imports, each once: clients need not ask
// again.
void AnswerFile(const FileDescriptor* file,
                ServerReflectionResponse& response) {
  if (file == nullptr) return AnswerNotFound(response);
  std::vector<const FileDescriptor*> files = {file};
  std::set<const FileDescriptor*> seen = {file};
  for (size_t i = 0; i < files.size(); ++i) {
    google::protobuf::FileDescriptorProto proto;
    files[i]->CopyTo(&proto);
    response.mutable_file_descriptor_response()->add_file_descriptor_proto(
        proto.SerializeAsString());
    for (int n = 0; n < files[i]->dependency_count(); ++n) {
      const FileDescriptor* import = files[i]->dependency(n);
      if (seen.insert(import).second) files.push_back(import);
    }
  }
}

void AnswerExtensionNumbers(const DescriptorPool& pool, const std::string& name,
                            ServerReflectionResponse& response) {
  const Descriptor* type = pool.FindMessageTypeByName(name);
  if (type == nullptr) return AnswerNotFound(response);
  std::vector<const FieldDescriptor*> extensions;
  pool.FindAllExtensions(type, &extensions);
  auto& answer = *response.mutable_all_extension_numbers_response();
  answer.set_base_type_name(name);
  for (const FieldDescriptor* extension : extensions) {
    answer.add_extension_number(extension->number());
  }
}

const FileDescriptor* FileOfExtension(const DescriptorPool& pool,
                                      const std::string& name, int number) {
  const Descriptor* type = pool.FindMessageTypeByName(name);
  if (type == nullptr) return nullptr;
  const FieldDescriptor* field = pool.FindExtensionByNumber(type, number);
  return field == nullptr ? nullptr : field->file();
}

void Answer(const std::vector<std::string>& services,
            const ServerReflectionRequest& request,
            ServerReflectionResponse& response) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kFileByFilename:
      return AnswerFile(pool.FindFileByName(request.file_by_filename()),
                        response);
    case ServerReflectionRequest::kFileContainingSymbol:
      return AnswerFile(
          pool.FindFileContainingSymbol(request.file_containing_symbol()),
          response);
    case ServerReflectionRequest::kFileContainingExtension:
      return AnswerFile(
          FileOfExtension(
              pool, request.file_containing_extension().containing_type(),
              request.file_containing_extension().extension_number()),
          response);
    case ServerReflectionRequest::kAllExtensionNumbersOfType:
      return AnswerExtensionNumbers(
          pool, request.all_extension_numbers_of_type(), response);
    case ServerReflectionRequest::kListServices:
      for (const std::string& name : services) {
        response.mutable_list_services_response()->add_service()->set_name(
            name);
      }
      return;
    default:
      response.mutable_error_response()->set_error_code(
          grpc::StatusCode::INVALID_ARGUMENT);
      response.mutable_error_response()->set_error_message(
          "the question is empty or newer than this server");
  }
}

// One call: reads a question, writes its answer, reads the next.
class ReflectionCall
    : public grpc::ServerBidiReactor<ServerReflectionRequest,
                                     ServerReflectionResponse> {
 public:
  explicit ReflectionCall(const std::vector<std::string>& services)
      : services_(services) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    response_.Clear();
    Answer(services_, request_, response_);
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  const std::vector<std::string>& services_;
  ServerReflectionRequest request_;
  ServerReflectionResponse response_;
};

}  // namespace

grpc::ServerBidiReactor<ServerReflectionRequest, ServerReflectionResponse>*
ReflectionV1::ServerReflectionInfo(grpc::CallbackServerContext* /*context*/) {
  return new ReflectionCall(services_);
}

}  // namespace hssgw
