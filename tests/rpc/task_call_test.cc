// SPDX-License-Identifier: Apache-2.0
// How calls end that cannot finish, seen by a client; in simulated time.
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "hss/antivirus/v1/task_service.grpc.pb.h"
#include "service/base/metrics.h"
#include "service/hss/call_budget.h"
#include "service/rpc/server.h"
#include "service/rpc/task_service.h"
#include "tests/testing/budgeted_pages.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/moving_list.h"
#include "tests/testing/task_page.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::AntivirusTaskService;
using ::hss::antivirus::v1::ListTasksPageRequest;
using ::hss::antivirus::v1::ListTasksPageResponse;
using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::ListTasksResponse;
using ::hss::antivirus::v1::ResumeInfo;
using ::testing::HasSubstr;

template <typename Detail>
std::optional<Detail> DetailIn(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  Detail detail;
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

class TaskCallTest : public ::testing::Test {
 protected:
  void Start(int32_t calls) {
    budget_.emplace(CallBudgetOptions{.calls = calls}, clock_);
    pages_.emplace(*budget_, answer_);
    tasks_.emplace(TaskServiceOptions{.scope = {.projects = {"p"}},
                                      .calls_are_free = calls == 0},
                   ListerParts{.pages = *pages_,
                               .habits = habits_,
                               .forecast = *budget_,
                               .tokens = tokens_,
                               .clock = clock_},
                   metrics_);
    ASSERT_TRUE(server_.Start({.addresses = {"127.0.0.1:0"}}, *tasks_).ok());
    stub_ = NewStub();
  }
  std::unique_ptr<AntivirusTaskService::Stub> NewStub() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return AntivirusTaskService::NewStub(grpc::CreateCustomChannel(
        server_.listeners().Bound().at(0), grpc::InsecureChannelCredentials(),
        arguments));
  }
  static ListTasksRequest FreeTasks() {
    ListTasksRequest request;
    request.mutable_filter()->set_whether_paid_task(false);
    return request;
  }

  Metrics metrics_;
  FakeClock clock_;
  MovingList list_{20000, /*seed=*/1};
  FakePageSource::Answer answer_ =
      [this](const PageQuestion& question) -> absl::StatusOr<Page> {
    return list_.Read(question.offset, question.limit, clock_.Now(),
                      question.leg.whether_paid_task);
  };
  std::optional<CallBudget> budget_;
  std::optional<BudgetedPages> pages_;
  UpstreamHabits habits_;
  std::shared_ptr<ResumeKeys> keys_ = *ResumeKeys::Open({}, clock_);
  ResumeTokens tokens_{*keys_, absl::Hours(24)};
  std::optional<TaskService> tasks_;
  HealthService health_;
  Server server_{health_};
  std::unique_ptr<AntivirusTaskService::Stub> stub_;
};

// A deadline in the middle of a wait for the quota: the client would drop a
// status that comes after it.
TEST_F(TaskCallTest, OurStatusComesBeforeTheDeadlineWithWhatToDo) {
  Start(/*calls=*/1);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(50));
  const auto reader = stub_->ListTasks(&context, FreeTasks());
  ListTasksResponse frame;
  ASSERT_TRUE(reader->Read(&frame));
  EXPECT_EQ(frame.tasks_size(), 200);
  const std::string token = frame.resume_token();

  clock_.Advance(absl::Seconds(49));

  while (reader->Read(&frame)) {
    EXPECT_EQ(frame.tasks_size(), 0);  // Progress.
  }
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(DetailIn<google::rpc::ErrorInfo>(status)->reason(),
            "DEADLINE_NEAR");
  EXPECT_EQ(DetailIn<ResumeInfo>(status)->resume_token().empty(), false);
  EXPECT_EQ(DetailIn<ResumeInfo>(status)->progress().tasks_sent(), 200);
  // 60.25 s from the first call, of which 48 went by.
  EXPECT_EQ(DetailIn<google::rpc::RetryInfo>(status)->retry_delay().seconds(),
            12);
  EXPECT_THAT(status.error_message(), HasSubstr("the upstream quota"));

  // And the token goes on.
  ListTasksRequest request = FreeTasks();
  request.set_resume_token(DetailIn<ResumeInfo>(status)->resume_token());
  request.set_max_tasks(1);
  grpc::ClientContext again;
  const auto resumed = stub_->ListTasks(&again, request);
  clock_.Advance(absl::Minutes(2));
  while (resumed->Read(&frame) && frame.tasks_size() == 0) {
    clock_.Advance(absl::Minutes(1));
  }
  ASSERT_EQ(frame.tasks_size(), 1);
  EXPECT_EQ(frame.tasks(0).task_id(), TaskIdText(20000 - 200));
}

TEST_F(TaskCallTest, StuckReaderIsResetAtTheStallLimitAndOthersAreUnharmed) {
  // 54 MB: more than any window.
  std::vector<hss::antivirus::v1::Task> tasks(60, MakeGiant("", 900, 1000));
  answer_ = [&](const PageQuestion&) -> absl::StatusOr<Page> {
    return MakeTaskPage(tasks);
  };
  Start(/*calls=*/0);
  grpc::ClientContext stuck_context;
  const auto stuck = stub_->ListTasks(&stuck_context, FreeTasks());
  stuck->WaitForInitialMetadata();

  const auto other_stub = NewStub();
  grpc::ClientContext context;
  const auto reader = other_stub->ListTasks(&context, FreeTasks());
  ListTasksResponse frame;
  int received = 0;
  while (reader->Read(&frame)) received += frame.tasks_size();
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(received, 60);

  // The stuck one's frames fill its window sooner or later; then time goes by.
  while (metrics_.Text().find("hss_gateway_streams 0") == std::string::npos) {
    clock_.Advance(absl::Minutes(5));
    std::this_thread::yield();
  }
  received = 0;
  while (stuck->Read(&frame)) received += frame.tasks_size();
  EXPECT_EQ(stuck->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_LT(received, 60);
}

TEST_F(TaskCallTest, PagesGoOverTheWire) {
  Start(/*calls=*/0);
  ListTasksPageRequest request;
  request.mutable_filter()->set_whether_paid_task(false);
  request.set_page_size(1000);
  int tasks = 0;
  do {
    grpc::ClientContext context;
    ListTasksPageResponse page;
    const grpc::Status status = stub_->ListTasksPage(&context, request, &page);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_TRUE(
        context.GetServerInitialMetadata().contains("hss-gateway-call-id"));
    EXPECT_EQ(page.total_size(), 20000);
    tasks += page.tasks_size();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(tasks, 20000);
}

TEST_F(TaskCallTest, BadTokensAreToldWithTheirReason) {
  Start(/*calls=*/0);
  ListTasksPageRequest request;
  request.set_page_token("nonsense");
  grpc::ClientContext context;
  ListTasksPageResponse page;
  const grpc::Status status = stub_->ListTasksPage(&context, request, &page);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailIn<google::rpc::ErrorInfo>(status)->reason(),
            "TOKEN_INVALID");

  ListTasksRequest stream_request;
  stream_request.set_resume_token("nonsense");
  grpc::ClientContext stream_context;
  const auto reader = stub_->ListTasks(&stream_context, stream_request);
  ListTasksResponse frame;
  EXPECT_FALSE(reader->Read(&frame));
  EXPECT_EQ(DetailIn<google::rpc::ErrorInfo>(reader->Finish())->reason(),
            "TOKEN_INVALID");
}

}  // namespace
}  // namespace hssgw
