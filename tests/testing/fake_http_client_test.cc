// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/fake_http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace hssgw {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FakeHttpClientTest : public ::testing::Test {
 protected:
  HttpTicket Send(const std::string& path) {
    return client_->Send({.path = path}, absl::UnixEpoch(),
                         [this](absl::StatusOr<HttpResponse> response) {
                           answers_.push_back(std::move(response));
                         });
  }

  std::unique_ptr<FakeHttpClient> client_ = std::make_unique<FakeHttpClient>();
  std::vector<absl::StatusOr<HttpResponse>> answers_;
};

TEST_F(FakeHttpClientTest, AnswersFromTheScriptInOrder) {
  client_->AnswerWith(200, "a");
  client_->Answer(absl::UnavailableError("down"));

  const HttpTicket first = Send("/1");
  const HttpTicket second = Send("/2");

  EXPECT_THAT(answers_,
              ElementsAre(IsOkAndHolds(Field(&HttpResponse::body, "a")),
                          StatusIs(absl::StatusCode::kUnavailable, "down")));
}

TEST_F(FakeHttpClientTest, HoldsARequestUntilThereIsAnAnswer) {
  const HttpTicket ticket = Send("/");
  EXPECT_THAT(answers_, IsEmpty());
  EXPECT_EQ(client_->waiting(), 1U);

  client_->AnswerWith(204, "");

  EXPECT_THAT(answers_,
              ElementsAre(IsOkAndHolds(Field(&HttpResponse::status, 204))));
  EXPECT_EQ(client_->waiting(), 0U);
}

TEST_F(FakeHttpClientTest, RecordsWhatWasSent) {
  const HttpTicket first = Send("/1");
  const HttpTicket second = Send("/2");

  EXPECT_THAT(client_->sent(), ElementsAre(Field(&HttpRequest::path, "/1"),
                                           Field(&HttpRequest::path, "/2")));
  EXPECT_THAT(client_->deadlines(),
              ElementsAre(absl::UnixEpoch(), absl::UnixEpoch()));
}

TEST_F(FakeHttpClientTest, DroppedTicketIsCancelledOnce) {
  HttpTicket ticket = Send("/");

  ticket.Cancel();
  ticket.Cancel();

  EXPECT_THAT(answers_, ElementsAre(StatusIs(absl::StatusCode::kCancelled)));
  EXPECT_EQ(client_->cancelled(), 1);
}

TEST_F(FakeHttpClientTest, TicketDroppedAfterTheAnswerCancelsNothing) {
  client_->AnswerWith(200, "");
  { const HttpTicket ticket = Send("/"); }

  EXPECT_EQ(client_->cancelled(), 0);
  EXPECT_THAT(answers_, SizeIs(1));
}

TEST_F(FakeHttpClientTest, EndAnswersWhoWaits) {
  HttpTicket ticket = Send("/");

  client_.reset();
  ticket.Cancel();

  EXPECT_THAT(answers_, ElementsAre(StatusIs(absl::StatusCode::kCancelled)));
}

}  // namespace
}  // namespace hssgw
