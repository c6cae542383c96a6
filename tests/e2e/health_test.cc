// SPDX-License-Identifier: Apache-2.0
// What the names of the health service say while upstream comes and goes.
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/e2e/stack.h"

namespace hssgw {
namespace {

using ::grpc::health::v1::Health;
using ::grpc::health::v1::HealthCheckResponse;

HealthCheckResponse::ServingStatus HealthOf(const Stack& stack,
                                            const std::string& name) {
  const auto stub = Health::NewStub(
      grpc::CreateChannel(stack.address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(name);
  HealthCheckResponse response;
  const grpc::Status status = stub->Check(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.status();
}

grpc::Status ListOne(const Stack& stack) {
  const auto stub = stack.NewStub();
  hss::antivirus::v1::ListTasksRequest request;
  request.set_max_tasks(1);
  request.mutable_freshness()->mutable_max_staleness();  // Zero: an exchange.
  grpc::ClientContext context;
  const auto reader = stub->ListTasks(&context, request);
  hss::antivirus::v1::ListTasksResponse frame;
  while (reader->Read(&frame)) {
  }
  return reader->Finish();
}

TEST(HealthTest, UpstreamIsUnknownBeforeTheFirstExchange) {
  const Stack stack;
  ASSERT_TRUE(stack.up());

  EXPECT_EQ(HealthOf(stack, "upstream"), HealthCheckResponse::UNKNOWN);
}

TEST(HealthTest, UpstreamFollowsTheLastExchange) {
  const Stack stack;
  ASSERT_TRUE(stack.up());

  ASSERT_TRUE(ListOne(stack).ok());
  EXPECT_EQ(HealthOf(stack, "upstream"), HealthCheckResponse::SERVING);

  ASSERT_EQ(stack.Control("/simulator/faults", R"({"status": 403})"), 200);
  ASSERT_FALSE(ListOne(stack).ok());
  EXPECT_EQ(HealthOf(stack, "upstream"), HealthCheckResponse::NOT_SERVING);

  ASSERT_EQ(stack.Control("/simulator/reset", "{}"), 200);
  ASSERT_TRUE(ListOne(stack).ok());
  EXPECT_EQ(HealthOf(stack, "upstream"), HealthCheckResponse::SERVING);
}

TEST(HealthTest, RefusedFilterSaysNothingOfUpstream) {
  const Stack stack;
  ASSERT_TRUE(stack.up());
  ASSERT_EQ(
      stack.Control("/simulator/faults",
                    R"({"shape": "hss", "status": 400, "code": "HSS.0001"})"),
      200);

  ASSERT_FALSE(ListOne(stack).ok());

  EXPECT_EQ(HealthOf(stack, "upstream"), HealthCheckResponse::UNKNOWN);
}

TEST(HealthTest, OutageLeavesTheOtherNamesServing) {
  const Stack stack({.secret_key = "a-wrong-secret-key-of-forty-characters-1"});
  ASSERT_TRUE(stack.up());

  ASSERT_FALSE(ListOne(stack).ok());

  EXPECT_EQ(HealthOf(stack, "upstream"), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(HealthOf(stack, ""), HealthCheckResponse::SERVING);
  EXPECT_EQ(HealthOf(stack, "hss.antivirus.v1.AntivirusTaskService"),
            HealthCheckResponse::SERVING);
}

}  // namespace
}  // namespace hssgw
