// SPDX-License-Identifier: Apache-2.0
// What a call leaves behind in the metrics.
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "hss/antivirus/v1/task_service.grpc.pb.h"
#include "service/base/metrics.h"
#include "service/rpc/server.h"
#include "service/rpc/task_service.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_forecast.h"
#include "tests/testing/fake_page_source.h"
#include "tests/testing/moving_list.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::AntivirusTaskService;
using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::ListTasksResponse;
using ::testing::HasSubstr;
using ::testing::Not;

class TaskMetricsTest : public ::testing::Test {
 protected:
  TaskMetricsTest() {
    EXPECT_TRUE(server_.Start({.addresses = {"127.0.0.1:0"}}, tasks_).ok());
  }

  grpc::Status List(const ListTasksRequest& request) {
    const auto stub = AntivirusTaskService::NewStub(grpc::CreateChannel(
        server_.listeners().Bound().at(0), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    const auto reader = stub->ListTasks(&context, request);
    ListTasksResponse frame;
    while (reader->Read(&frame)) {
    }
    return reader->Finish();
  }
  // After it no call is under way.
  std::string TextAtTheEnd() {
    server_.Drain(absl::Seconds(20));
    return metrics_.Text();
  }

  // The second page has its first two rows, which the first page has too, in
  // the other order.
  Page SecondPageInAnotherOrder(const PageQuestion& question) const {
    std::vector<MovingList::Row> rows(list_.rows().begin() + question.offset,
                                      list_.rows().end());
    std::swap(rows.at(0), rows.at(1));
    return MakePage(rows, question.offset, question.limit, list_.rows().size(),
                    clock_.Now());
  }

  Metrics metrics_;
  FakeClock clock_;
  bool order_is_unstable_ = false;
  MovingList list_{/*rows=*/250, /*seed=*/1};
  FakePageSource pages_{[this](const PageQuestion& question) {
    if (order_is_unstable_ && question.offset > 0) {
      return SecondPageInAnotherOrder(question);
    }
    return question.leg.whether_paid_task
               ? MakePage({}, question.offset, question.limit, 0, clock_.Now(),
                          true)
               : list_.Read(question.offset, question.limit, clock_.Now());
  }};
  UpstreamHabits habits_{TimeFormat::kEpochMillis};
  FakeForecast forecast_;
  std::shared_ptr<ResumeKeys> keys_ = *ResumeKeys::Open({}, clock_);
  ResumeTokens tokens_{*keys_, absl::Hours(24)};
  TaskService tasks_{{.scope = {.projects = {"p"}}},
                     {.pages = pages_,
                      .habits = habits_,
                      .forecast = forecast_,
                      .tokens = tokens_,
                      .clock = clock_},
                     metrics_};
  HealthService health_;
  Server server_{health_};
};

TEST_F(TaskMetricsTest, ListingIsCounted) {
  ASSERT_TRUE(List({}).ok());

  const std::string text = TextAtTheEnd();
  EXPECT_THAT(text, HasSubstr("hss_gateway_calls_total{code=\"OK\",method="
                              "\"ListTasks\",reason=\"\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("hss_gateway_call_duration_seconds_count{method="
                              "\"ListTasks\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nhss_gateway_first_frame_seconds_count 1\n"));
  EXPECT_THAT(text, HasSubstr("\nhss_gateway_tasks_sent_total 250\n"));
  EXPECT_THAT(text, HasSubstr("\nhss_gateway_streams 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("\nhss_gateway_sent_bytes_total 0\n")));
}

TEST_F(TaskMetricsTest, RefusedCallIsCountedWithItsReason) {
  ListTasksRequest request;
  request.set_project_id("not-ours");
  ASSERT_FALSE(List(request).ok());

  const std::string text = TextAtTheEnd();
  EXPECT_THAT(
      text,
      HasSubstr("hss_gateway_calls_total{code=\"PERMISSION_DENIED"
                "\",method=\"ListTasks\",reason=\"CALLER_NOT_ALLOWED\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nhss_gateway_first_frame_seconds_count 0\n"));
  EXPECT_THAT(text, HasSubstr("\nhss_gateway_streams 0\n"));
}

TEST_F(TaskMetricsTest, AnotherOrderIsCountedWhetherOrNotTheCallerTakesIt) {
  order_is_unstable_ = true;
  ListTasksRequest request;
  request.mutable_filter()->set_whether_paid_task(false);
  EXPECT_EQ(List(request).error_code(), grpc::StatusCode::ABORTED);
  request.set_allow_incomplete(true);
  EXPECT_TRUE(List(request).ok());

  EXPECT_THAT(TextAtTheEnd(),
              HasSubstr("\nhss_gateway_order_violations_total 2\n"));
}

}  // namespace
}  // namespace hssgw
