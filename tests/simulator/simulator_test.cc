// SPDX-License-Identifier: Apache-2.0
// The simulator as a client sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/time/time.h"
#include "tests/simulator/simulator_fixture.h"

namespace hssgw::simulator {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

using SimulatorTest = SimulatorFixture;

TEST_F(SimulatorTest, ListsEveryTaskPageByPage) {
  Start({.tasks = {.seed = 7, .count = 450, .paid_share = 0}});
  json rows = json::array();
  for (const int offset : {0, 200, 400}) {
    const json page =
        GetJson(kPath + "?limit=200&offset=" + std::to_string(offset) +
                "&whether_paid_task=false");
    EXPECT_EQ(page.at("total_num"), 450);
    for (const json& row : page.at("data_list")) rows.push_back(row);
  }

  const auto tasks = GenerateTasks({.seed = 7, .count = 450, .paid_share = 0});
  ASSERT_THAT(rows, SizeIs(tasks.size()));
  for (size_t i = 0; i < tasks.size(); ++i) {
    EXPECT_EQ(rows[i].at("task_id"), tasks[i].task_id);
  }
}

TEST_F(SimulatorTest, PaidAndFreeTasksAreTwoLists) {
  Start({.tasks = {.count = 100, .paid_share = 0.5}});

  const json paid =
      GetJson(kPath + "?limit=10&offset=0&whether_paid_task=true");
  const json free =
      GetJson(kPath + "?limit=10&offset=0&whether_paid_task=false");

  EXPECT_EQ(paid.at("total_num").get<int>() + free.at("total_num").get<int>(),
            100);
  EXPECT_EQ(paid.at("data_list")[0].at("whether_paid_task"), true);
}

TEST_F(SimulatorTest, AcceptsASignatureAndRefusesAForgedOne) {
  Start();
  SignedRequest request{"GET", kPage, {}, ""};
  request.headers = {
      {"Host", "127.0.0.1:" + std::to_string(port_)},
      {"X-Sdk-Date",
       absl::FormatTime("%Y%m%dT%H%M%SZ", absl::Now(), absl::UTCTimeZone())}};
  const auto ask = [&](const std::string& secret) {
    httplib::Headers headers = {
        {"X-Sdk-Date", request.headers[1].second},
        {"Authorization",
         MakeAuthorization(request, {kDefaultAccessKey, secret})}};
    return client_->Get(kPage, headers);
  };

  EXPECT_EQ(ask(kDefaultSecretKey)->status, 200);
  const auto refused = ask("wrong");
  EXPECT_EQ(refused->status, 401);
  EXPECT_THAT(refused->body, AllOf(HasSubstr("verify aksk signature fail"),
                                   HasSubstr("APIGW.0301")));
  EXPECT_EQ(simulator_->counters().refusals["mismatch"], 1);
}

TEST_F(SimulatorTest, EveryAnswerHasARequestIdAndADate) {
  Start();
  for (const std::string& target : {kPage, kPath, std::string("/nothing")}) {
    const auto answer = Get(target);
    EXPECT_THAT(answer->get_header_value("X-Request-Id"), SizeIs(32));
    EXPECT_THAT(answer->get_header_value("Date"), HasSubstr("GMT"));
  }
}

TEST_F(SimulatorTest, AnswersErrorsAsUpstreamWordsThem) {
  Start();

  const auto no_query = Get(kPath);
  EXPECT_EQ(no_query->status, 400);
  EXPECT_EQ(json::parse(no_query->body).at("error_code"), "HSS.0001");

  const auto limit_zero =
      Get(kPath + "?limit=0&offset=0&whether_paid_task=false");
  EXPECT_EQ(limit_zero->status, 400);
  EXPECT_EQ(json::parse(limit_zero->body).at("error_code"), "HSS.0001");

  const auto no_api = Get("/v5/p/other");
  EXPECT_EQ(no_api->status, 404);
  EXPECT_EQ(json::parse(no_api->body).at("error_code"), "APIGW.0101");

  const auto other_project =
      Get("/v5/other/antivirus/task?limit=10&offset=0&whether_paid_task=true");
  EXPECT_EQ(other_project->status, 403);

  EXPECT_EQ(client_->Get(kPage)->status, 401);

  const auto too_long = Get(kPage + "&task_name=" + std::string(9000, 'x'));
  EXPECT_EQ(too_long->status, 414);
  EXPECT_EQ(json::parse(too_long->body).at("error_code"), "APIGW.0201");
}

TEST_F(SimulatorTest, QuotaAnswers429WithItsRule) {
  Start({.quota = {.calls = 2}});
  EXPECT_EQ(Get(kPage)->status, 200);
  EXPECT_EQ(Get(kPage)->status, 200);

  const auto third = Get(kPage);

  EXPECT_EQ(third->status, 429);
  EXPECT_THAT(third->body, HasSubstr("ratelimit,limit:2,time:1 minute"));
  EXPECT_EQ(simulator_->counters().throttled, 1);
}

TEST_F(SimulatorTest, TokenFromIamOpensTheList) {
  Start();
  const json body = {{"auth",
                      {{"identity",
                        {{"methods", {"password"}},
                         {"password",
                          {{"user",
                            {{"name", "simulator"},
                             {"password", "simulator-password-for-tests-only"},
                             {"domain", {{"name", "simulator-domain"}}}}}}}}},
                       {"scope", {{"project", {{"name", kDefaultRegion}}}}}}}};

  const auto created = Post("/v3/auth/tokens?nocatalog=true", body);

  ASSERT_EQ(created->status, 201);
  EXPECT_EQ(client_
                ->Get(kPage, {{"X-Auth-Token",
                               created->get_header_value("X-Subject-Token")}})
                ->status,
            200);
  EXPECT_EQ(GetJson("/v3/projects?name=cn-north-4").at("projects")[0].at("id"),
            kDefaultProjectId);
}

TEST_F(SimulatorTest, FaultReplacesTheNthAnswer) {
  Start();
  FaultRule rule{.name = "second", .nth = 2};
  rule.action.shape = "html";
  rule.action.headers = {{"Retry-After", "3"}};
  simulator_->AddFault(rule);

  EXPECT_EQ(Get(kPage)->status, 200);
  const auto second = Get(kPage);
  EXPECT_EQ(second->status, 502);
  EXPECT_THAT(second->body, StartsWith("<html>"));
  EXPECT_EQ(second->get_header_value("Retry-After"), "3");
  EXPECT_EQ(Get(kPage)->status, 200);
  EXPECT_EQ(simulator_->requests()[1].fault, "second");
}

TEST_F(SimulatorTest, RowsChangeBetweenPages) {
  Start({.churn = ChurnScript{.arrivals = 1}});
  const json before = GetJson(kPage);
  const json after =
      GetJson(kPath + "?limit=200&offset=0&whether_paid_task=false");
  GetJson(kPage);

  EXPECT_EQ(simulator_->list().size(), 453);
  EXPECT_EQ(simulator_->churn().counts().acts, 3);
  EXPECT_LE(before.at("total_num").get<int>(),
            after.at("total_num").get<int>());
}

struct TotalCase {
  const char* mode;
  json want;  // Discarded: no such field.
};

TEST_F(SimulatorTest, TotalNumCanBeWrongOrMissing) {
  const json absent(json::value_t::discarded);
  for (const auto& [mode, want] :
       {TotalCase{"exact", 20}, TotalCase{"-7", 13}, TotalCase{"text", "20"},
        TotalCase{"null", nullptr}, TotalCase{"missing", absent}}) {
    SCOPED_TRACE(mode);
    Start({.tasks = {.count = 20, .paid_share = 0}, .total_num = mode});
    const json page = GetJson(kPage);
    EXPECT_EQ(page.contains("total_num"), !want.is_discarded());
    if (!want.is_discarded()) {
      EXPECT_EQ(page.at("total_num"), want);
    }
  }
}

TEST_F(SimulatorTest, PortInUseIsAnError) {
  Start();
  Simulator second({.http = {.port = port_}, .tasks = {.count = 0}});

  const absl::StatusOr<int> port = second.Start();

  ASSERT_FALSE(port.ok());
  EXPECT_THAT(std::string(port.status().message()), HasSubstr("--port"));
}

}  // namespace
}  // namespace hssgw::simulator
