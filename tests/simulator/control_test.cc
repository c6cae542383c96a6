// SPDX-License-Identifier: Apache-2.0
// The control API, and what it shows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/simulator/simulator_fixture.h"

namespace hssgw::simulator {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using ControlTest = SimulatorFixture;

TEST_F(ControlTest, LogCutsSecrets) {
  Start();
  Get(kPage + "&task_name=x");

  const std::string log = Get("/simulator/requests")->body;

  EXPECT_THAT(log, AllOf(HasSubstr("task_name=x"), HasSubstr("(cut"),
                         Not(HasSubstr(kToken))));
}

TEST_F(ControlTest, CountsWhatItSees) {
  Start();
  Get(kPage);
  Get(kPath);
  Get(kPage + "&surprise=1");

  const json counters = GetJson("/simulator/counters");

  EXPECT_EQ(counters.at("requests"), 3);
  EXPECT_EQ(counters.at("list_requests"), 3);
  EXPECT_EQ(counters.at("statuses"), json({{"200", 2}, {"400", 1}}));
  EXPECT_EQ(counters.at("rows_sent"), 400);
  EXPECT_EQ(counters.at("connections"), 1);
  EXPECT_EQ(counters.at("unknown_parameters"), json({{"surprise", 1}}));
}

TEST_F(ControlTest, FaultsAreSetAndClearedByTheControlApi) {
  Start();

  EXPECT_EQ(Post("/simulator/faults", {{"status", 503}, {"path", "/antivirus"}})
                ->status,
            200);
  EXPECT_EQ(Get(kPage)->status, 503);
  EXPECT_EQ(client_->Delete("/simulator/faults")->status, 200);
  EXPECT_EQ(Get(kPage)->status, 200);
}

TEST_F(ControlTest, TasksAreSetByTheControlApi) {
  Start();

  Post("/simulator/tasks", {{"seed", 9}, {"count", 20}, {"paid_share", 0.0}});
  EXPECT_EQ(GetJson(kPage).at("total_num"), 20);

  Post("/simulator/tasks",
       {{"append", {{{"task_id", "mine"}, {"start_time", 4000000000000}}}}});
  EXPECT_EQ(GetJson("/simulator/tasks").at("total_num"), 21);

  Post("/simulator/tasks", {{"remove", {"mine"}}});
  EXPECT_EQ(GetJson("/simulator/tasks").at("total_num"), 20);

  Post("/simulator/tasks", {{"replace", json::array()}});
  EXPECT_EQ(GetJson(kPage).at("data_list"), json::array());

  Post("/simulator/tasks",
       {{"append_raw", {R"({"task_id":"r","task_id":0})"}}});
  EXPECT_THAT(Get(kPage)->body, HasSubstr(R"({"task_id":"r","task_id":0})"));
}

TEST_F(ControlTest, SettingsAndCredentialsChangeWhileItRuns) {
  Start();
  Post("/simulator/settings", {{"calls_per_minute", 1}, {"latency", "1ms"}});
  EXPECT_EQ(Get(kPage)->status, 200);
  EXPECT_EQ(Get(kPage)->status, 429);

  Post("/simulator/credentials",
       {{"access_key", "NEW"}, {"secret_key", "s"}, {"remove", "OLD"}});
  Post("/simulator/script", {{"arrivals", 1}});
  Post("/simulator/reset", json::object());

  EXPECT_EQ(Get(kPage)->status, 200);
  EXPECT_EQ(Get(kPage)->status, 200);
  EXPECT_EQ(simulator_->list().size(), 450);
}

TEST_F(ControlTest, ControlApiSaysWhatIsWrong) {
  Start();
  for (const char* const name :
       {"faults", "tasks", "script", "settings", "credentials", "reset"}) {
    SCOPED_TRACE(name);
    const auto answer =
        Post(std::string("/simulator/") + name, {{"surprise", 1}});
    EXPECT_EQ(answer->status, 400);
    EXPECT_THAT(answer->body, HasSubstr("surprise is not known"));
  }
  EXPECT_EQ(client_->Post("/simulator/faults", "{", "application/json")->status,
            400);
  EXPECT_EQ(Get("/simulator/nothing")->status, 404);
}

}  // namespace
}  // namespace hssgw::simulator
