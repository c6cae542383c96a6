// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/reflection_v1.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "hss/antivirus/v1/task_service.pb.h"

namespace hssgw {
namespace {

using ::grpc::reflection::v1::ServerReflection;
using ::grpc::reflection::v1::ServerReflectionRequest;
using ::grpc::reflection::v1::ServerReflectionResponse;
using ::testing::Contains;
using ::testing::ElementsAre;

class ReflectionV1Test : public ::testing::Test {
 protected:
  ReflectionV1Test() : reflection_({"a.Service", "b.Service"}) {
    grpc::ServerBuilder builder;
    builder.RegisterService(&reflection_);
    server_ = builder.BuildAndStart();
    stub_ = ServerReflection::NewStub(server_->InProcessChannel({}));
    context_.set_deadline(std::chrono::system_clock::now() +
                          std::chrono::seconds(20));
    stream_ = stub_->ServerReflectionInfo(&context_);
    // A descriptor that nobody refers to might not be linked.
    hss::antivirus::v1::ListTasksRequest().GetDescriptor();
  }

  ServerReflectionResponse Ask(const ServerReflectionRequest& request) {
    ServerReflectionResponse response;
    EXPECT_TRUE(stream_->Write(request));
    EXPECT_TRUE(stream_->Read(&response));
    return response;
  }

  ServerReflectionResponse AskForSymbol(const std::string& name) {
    ServerReflectionRequest request;
    request.set_file_containing_symbol(name);
    return Ask(request);
  }

  ReflectionV1 reflection_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<ServerReflection::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<ServerReflectionRequest,
                                           ServerReflectionResponse>>
      stream_;
};

std::vector<std::string> FileNames(const ServerReflectionResponse& response) {
  std::vector<std::string> names;
  for (const std::string& bytes :
       response.file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(file.ParseFromString(bytes));
    names.push_back(file.name());
  }
  return names;
}

TEST_F(ReflectionV1Test, ListsTheServices) {
  ServerReflectionRequest request;
  request.set_host("h");
  request.set_list_services("*");

  const ServerReflectionResponse response = Ask(request);

  ASSERT_EQ(response.list_services_response().service_size(), 2);
  EXPECT_EQ(response.list_services_response().service(0).name(), "a.Service");
  EXPECT_EQ(response.valid_host(), "h");
  EXPECT_TRUE(response.original_request().has_list_services());
}

TEST_F(ReflectionV1Test, FileOfASymbolComesWithItsImports) {
  const auto names =
      FileNames(AskForSymbol("hss.antivirus.v1.ListTasksRequest"));

  EXPECT_THAT(names, Contains("hss/antivirus/v1/task_service.proto"));
  EXPECT_THAT(names, Contains("hss/antivirus/v1/task.proto").Times(1));
  EXPECT_THAT(names, Contains("google/protobuf/timestamp.proto").Times(1));
}

TEST_F(ReflectionV1Test, FileIsFoundByName) {
  ServerReflectionRequest request;
  request.set_file_by_filename("google/protobuf/descriptor.proto");

  EXPECT_THAT(FileNames(Ask(request)),
              ElementsAre("google/protobuf/descriptor.proto"));
}

TEST_F(ReflectionV1Test, UnknownNamesAreNotFoundAndTheStreamGoesOn) {
  ServerReflectionRequest extension;
  extension.mutable_file_containing_extension()->set_containing_type("no.One");
  ServerReflectionRequest numbers;
  numbers.set_all_extension_numbers_of_type("no.One");

  for (const auto& response :
       {AskForSymbol("no.One"), Ask(extension), Ask(numbers)}) {
    EXPECT_EQ(response.error_response().error_code(),
              grpc::StatusCode::NOT_FOUND);
  }
}

TEST_F(ReflectionV1Test, MessageWithoutExtensionsHasNoNumbers) {
  ServerReflectionRequest request;
  request.set_all_extension_numbers_of_type("google.protobuf.FieldOptions");

  const ServerReflectionResponse response = Ask(request);

  EXPECT_EQ(response.all_extension_numbers_response().base_type_name(),
            "google.protobuf.FieldOptions");
}

TEST_F(ReflectionV1Test, EmptyQuestionIsInvalid) {
  EXPECT_EQ(Ask(ServerReflectionRequest()).error_response().error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ReflectionV1Test, CallEndsWhenTheClientHasAskedAll) {
  stream_->WritesDone();

  EXPECT_TRUE(stream_->Finish().ok());
}

}  // namespace
}  // namespace hssgw
