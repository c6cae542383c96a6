// SPDX-License-Identifier: Apache-2.0
#include "service/base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "hss/antivirus/v1/error_reason.pb.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ErrorReason_descriptor;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricsTest, CountsCallsByMethodCodeAndReason) {
  Metrics metrics;

  metrics.CallEnded("ListTasks", absl::OkStatus(), absl::Milliseconds(20));
  metrics.CallEnded("ListTasks",
                    MakeError(absl::StatusCode::kInvalidArgument, "x",
                              {.reason = Reason::kRequestInvalid}),
                    absl::Seconds(2));

  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("hss_gateway_calls_total{code=\"OK\",method="
                              "\"ListTasks\",reason=\"\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("{code=\"INVALID_ARGUMENT\",method="
                              "\"ListTasks\",reason=\"REQUEST_INVALID\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("hss_gateway_call_duration_seconds_count{method="
                              "\"ListTasks\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("hss_gateway_call_duration_seconds_bucket{"
                              "method=\"ListTasks\",le=\"0.025\"} 1\n"));
}

TEST(MetricsTest, ThereFromTheStart) {
  const std::string text = Metrics().Text();

  for (const char* name :
       {"first_frame_seconds_count", "streams", "tasks_sent_total",
        "sent_bytes_total", "upstream_request_duration_seconds_count",
        "replaced_utf8_total", "order_violations_total"}) {
    EXPECT_THAT(text, HasSubstr(absl::StrCat("\nhss_gateway_", name, " 0\n")));
  }
}

TEST(MetricsTest, StreamsGoUpAndDown) {
  Metrics metrics;

  metrics.StreamBegan();
  metrics.StreamBegan();
  metrics.StreamEnded();

  EXPECT_THAT(metrics.Text(), HasSubstr("\nhss_gateway_streams 1\n"));
}

TEST(MetricsTest, SetsWhatTheGatewayIs) {
  Metrics metrics;

  metrics.SetBuildInfo("1.2.3");
  metrics.SetBudgetLimit("default", 5);

  EXPECT_THAT(metrics.Text(),
              HasSubstr("hss_gateway_build_info{version=\"1.2.3\"} 1\n"));
  EXPECT_THAT(
      metrics.Text(),
      HasSubstr("hss_gateway_budget_limit{budget_group=\"default\"} 5\n"));
}

TEST(MetricsTest, UnrecognizedNamesAreBounded) {
  Metrics metrics;

  for (size_t i = 0; i < Metrics::kMaxUnrecognized + 7; ++i) {
    metrics.Unrecognized("field", absl::StrCat("name", i), 1);
  }
  metrics.Unrecognized("field", "name0", 4);

  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("{kind=\"field\",name=\"name0\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("{kind=\"field\",name=\"name99\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("name100")));
  EXPECT_THAT(text, HasSubstr("{kind=\"field\",name=\"other\"} 7\n"));
}

TEST(ReasonNameTest, IsThatOfTheProto) {
  const auto& type = *ErrorReason_descriptor();
  for (int i = 1; i < type.value_count(); ++i) {
    EXPECT_EQ(
        absl::StrCat("ERROR_REASON_",
                     ReasonName(static_cast<Reason>(type.value(i)->number()))),
        type.value(i)->name());
  }
  EXPECT_EQ(ReasonName(Reason::kUnspecified), "");
}

}  // namespace
}  // namespace hssgw
