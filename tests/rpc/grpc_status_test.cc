// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/grpc_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "hss/antivirus/v1/error_reason.pb.h"
#include "service/base/error.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

template <typename Detail>
Detail FindDetail(const grpc::Status& status) {
  Detail found;
  const google::rpc::Status details = DetailsOf(status);
  for (const auto& any : details.details()) {
    if (any.Is<Detail>()) any.UnpackTo(&found);
  }
  return found;
}

TEST(ToGrpcStatusTest, OkIsOk) { EXPECT_TRUE(ToGrpcStatus({}).ok()); }

TEST(ToGrpcStatusTest, KeepsCodeAndMessage) {
  const grpc::Status status =
      ToGrpcStatus(MakeError(absl::StatusCode::kAborted, "moved",
                             {.reason = Reason::kListChangedTooFast}));

  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(status.error_message(), "moved");
  EXPECT_EQ(DetailsOf(status).code(), 10);
}

TEST(ToGrpcStatusTest, FactsBecomeErrorInfo) {
  const auto info = FindDetail<google::rpc::ErrorInfo>(
      ToGrpcStatus(MakeError(absl::StatusCode::kResourceExhausted, "throttled",
                             {.reason = Reason::kUpstreamThrottled,
                              .upstream_code = "APIGW.0308",
                              .upstream_request_id = "r-1",
                              .http_status = 429})));

  EXPECT_EQ(info.domain(), "hss-gateway");
  EXPECT_EQ(info.reason(), "UPSTREAM_THROTTLED");
  EXPECT_THAT(info.metadata(),
              UnorderedElementsAre(Pair("upstream_code", "APIGW.0308"),
                                   Pair("upstream_request_id", "r-1"),
                                   Pair("http_status", "429")));
}

TEST(ToGrpcStatusTest, WaitBecomesRetryInfoAndPushback) {
  const absl::Status error =
      MakeError(absl::StatusCode::kResourceExhausted, "throttled",
                {.reason = Reason::kUpstreamThrottled,
                 .retry_after = absl::Milliseconds(1500)});

  const auto info = FindDetail<google::rpc::RetryInfo>(ToGrpcStatus(error));

  EXPECT_EQ(info.retry_delay().seconds(), 1);
  EXPECT_EQ(info.retry_delay().nanos(), 500000000);
  EXPECT_EQ(RetryPushback(error), absl::Milliseconds(1500));
}

TEST(ToGrpcStatusTest, ViolationsBecomeBadRequest) {
  const auto bad = FindDetail<google::rpc::BadRequest>(
      ToGrpcStatus(MakeError(absl::StatusCode::kInvalidArgument, "mend",
                             {.reason = Reason::kRequestInvalid,
                              .violations = {{"view", "a value"}}})));

  ASSERT_THAT(bad.field_violations(), SizeIs(1));
  EXPECT_EQ(bad.field_violations(0).field(), "view");
}

TEST(ToGrpcStatusTest, TrailersStayUnderFourKibibytes) {
  ErrorFacts facts{.reason = Reason::kRequestInvalid};
  for (int i = 0; i < 1000; ++i)
    facts.violations.push_back({"field", "too long"});

  const grpc::Status status = ToGrpcStatus(MakeError(
      absl::StatusCode::kInvalidArgument, std::string(100000, 'x'), facts));

  EXPECT_LE(status.error_message().size() + status.error_details().size(),
            4096U);
}

TEST(ToGrpcStatusTest, FaultWithoutReasonIsOurs) {
  const auto info = FindDetail<google::rpc::ErrorInfo>(
      ToGrpcStatus(absl::InternalError("oops")));

  EXPECT_EQ(info.reason(), "GATEWAY_FAULT");
}

// Reason stands twice, here as a C++ enum: number for number the proto's.
TEST(ReasonTest, IsTheProtosErrorReason) {
  const auto* descriptor = hss::antivirus::v1::ErrorReason_descriptor();

  EXPECT_EQ(descriptor->value_count(),
            static_cast<int>(Reason::kHubUnavailable) + 1);
  EXPECT_EQ(descriptor->FindValueByName("ERROR_REASON_DEADLINE_NEAR")->number(),
            static_cast<int>(Reason::kDeadlineNear));
  EXPECT_EQ(
      descriptor->FindValueByName("ERROR_REASON_UPSTREAM_PERMISSION")->number(),
      static_cast<int>(Reason::kUpstreamPermission));
  EXPECT_EQ(
      descriptor->FindValueByName("ERROR_REASON_HUB_UNAVAILABLE")->number(),
      static_cast<int>(Reason::kHubUnavailable));
}

}  // namespace
}  // namespace hssgw
