// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/health_service.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace hssgw {
namespace {

using ::grpc::health::v1::Health;
using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;

class HealthServiceTest : public ::testing::Test {
 protected:
  HealthServiceTest() {
    grpc::EnableDefaultHealthCheckService(false);
    grpc::ServerBuilder builder;
    builder.RegisterService(&health_);
    server_ = builder.BuildAndStart();
    stub_ = Health::NewStub(server_->InProcessChannel({}));
  }

  grpc::Status Check(const std::string& name, HealthCheckResponse* response) {
    grpc::ClientContext context;
    HealthCheckRequest request;
    request.set_service(name);
    return stub_->Check(&context, request, response);
  }

  HealthService health_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Health::Stub> stub_;
};

// A Watch with a deadline, so that a state that never comes fails the test.
struct Watch {
  Watch(Health::Stub& stub, const std::string& name) {
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(20));
    HealthCheckRequest request;
    request.set_service(name);
    reader = stub.Watch(&context, request);
  }
  HealthCheckResponse::ServingStatus Next() {
    HealthCheckResponse response;
    EXPECT_TRUE(reader->Read(&response));
    return response.status();
  }

  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> reader;
};

TEST_F(HealthServiceTest, ServesTheStateThatWasSet) {
  health_.Set("a", HealthService::State::kServing);
  health_.Set("b", HealthService::State::kNotServing);
  HealthCheckResponse a;
  HealthCheckResponse b;

  EXPECT_TRUE(Check("a", &a).ok());
  EXPECT_TRUE(Check("b", &b).ok());

  EXPECT_EQ(a.status(), HealthCheckResponse::SERVING);
  EXPECT_EQ(b.status(), HealthCheckResponse::NOT_SERVING);
}

TEST_F(HealthServiceTest, UnknownNameIsNotFound) {
  HealthCheckResponse response;

  EXPECT_EQ(Check("nobody", &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(HealthServiceTest, WatchOfAnUnknownNameSaysSoAndGoesOn) {
  Watch watch(*stub_, "late");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVICE_UNKNOWN);

  health_.Set("late", HealthService::State::kServing);

  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);
  watch.context.TryCancel();
}

TEST_F(HealthServiceTest, WatchTellsAStateThatIsNotKnownYet) {
  health_.Set("a", HealthService::State::kUnknown);
  Watch watch(*stub_, "a");

  EXPECT_EQ(watch.Next(), HealthCheckResponse::UNKNOWN);
  watch.context.TryCancel();
}

TEST_F(HealthServiceTest, WatchTellsEveryChange) {
  health_.Set("a", HealthService::State::kServing);
  Watch watch(*stub_, "a");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);

  health_.Set("a", HealthService::State::kNotServing);

  EXPECT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
  watch.context.TryCancel();
}

TEST_F(HealthServiceTest, ShutdownTellsNotServingAndEndsWatches) {
  health_.Set("a", HealthService::State::kServing);
  Watch watch(*stub_, "a");
  EXPECT_EQ(watch.Next(), HealthCheckResponse::SERVING);

  health_.Shutdown();

  EXPECT_EQ(watch.Next(), HealthCheckResponse::NOT_SERVING);
  HealthCheckResponse more;
  EXPECT_FALSE(watch.reader->Read(&more));
}

TEST_F(HealthServiceTest, NothingServesAfterShutdown) {
  health_.Set("a", HealthService::State::kServing);
  health_.Shutdown();
  health_.Set("a", HealthService::State::kServing);
  HealthCheckResponse response;

  EXPECT_TRUE(Check("a", &response).ok());

  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
}

}  // namespace
}  // namespace hssgw
