// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>
#include <future>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulator/raw_client.h"

namespace hssgw::simulator {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr char kToken[] = "test-token";
const std::string kPath =
    std::string("/v5/") + kDefaultProjectId + "/antivirus/task";
const std::string kPage = kPath + "?limit=200&offset=0&whether_paid_task=false";

// A started simulator and a client that uses the fixed token.
class SimulatorTest : public testing::Test {
 protected:
  void Start(SimulatorOptions options = {}) {
    options.iam.fixed_token = kToken;
    if (options.tasks.count == 5000) options.tasks.count = 450;
    simulator_.emplace(std::move(options));
    const absl::StatusOr<int> port = simulator_->Start();
    ASSERT_TRUE(port.ok()) << port.status();
    port_ = *port;
    client_.emplace("127.0.0.1", port_);
    client_->set_keep_alive(true);
    client_->set_read_timeout(10);
  }

  httplib::Result Get(const std::string& target) {
    return client_->Get(target, {{"X-Auth-Token", kToken}});
  }
  httplib::Result Post(const std::string& target, const json& body) {
    return client_->Post(target, body.dump(), "application/json");
  }
  json GetJson(const std::string& target) {
    const auto answer = Get(target);
    return answer ? json::parse(answer->body, nullptr, false) : json();
  }

  // Each transport goes by its own connection.
  RawClient::Received GetRaw() {
    RawClient client(port_);
    client.Send("GET " + kPage + " HTTP/1.1\r\nHost: h\r\nX-Auth-Token: " +
                kToken + "\r\nConnection: close\r\n\r\n");
    return client.ReadToEnd();
  }
  void SetTransport(Transport transport) {
    FaultRule rule{.count = 1};
    rule.action.delivery = Delivery{.transport = transport,
                                    .hold = absl::Milliseconds(30),
                                    .bytes_per_second = 10'000'000};
    simulator_->AddFault(rule);
  }

  // What a client sees must be counted a moment later at most.
  void AwaitDisconnects(int64_t count) {
    std::promise<void> never;
    auto future = never.get_future();
    for (int i = 0; i < 500; ++i) {
      if (simulator_->counters().disconnects_seen >= count) return;
      future.wait_for(std::chrono::milliseconds(10));
    }
  }

  std::optional<Simulator> simulator_;
  std::optional<httplib::Client> client_;
  int port_ = 0;
};

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

TEST_F(SimulatorTest, LatencySeesAClientLeave) {
  Start({.latency = absl::Seconds(30)});
  {
    RawClient client(port_);
    client.Send("GET " + kPage + " HTTP/1.1\r\nX-Auth-Token: " + kToken +
                "\r\n\r\n");
    EXPECT_THAT(client.ReadSome(), StartsWith("HTTP/1.1 200"));
    EXPECT_EQ(simulator_->counters().lists_in_flight, 1);
  }
  AwaitDisconnects(1);

  EXPECT_EQ(simulator_->counters().disconnects_seen, 1);
  EXPECT_EQ(simulator_->counters().lists_in_flight, 0);
}

TEST_F(SimulatorTest, StopInterruptsWhatWaits) {
  Start({.latency = absl::Minutes(5)});
  RawClient client(port_);
  client.Send("GET " + kPage + " HTTP/1.1\r\nX-Auth-Token: " + kToken +
              "\r\n\r\n");
  client.ReadSome();

  simulator_->Stop();

  EXPECT_EQ(simulator_->counters().disconnects_seen, 0);
}

TEST_F(SimulatorTest, ManyConnectionsAreServedAtOnce) {
  Start({.latency = absl::Milliseconds(50)});
  std::vector<std::future<RawClient::Received>> answers;
  for (int i = 0; i < 64; ++i) {
    answers.push_back(
        std::async(std::launch::async, [this] { return GetRaw(); }));
  }
  for (auto& answer : answers) {
    EXPECT_THAT(answer.get().bytes, StartsWith("HTTP/1.1 200"));
  }
  EXPECT_GT(simulator_->counters().max_lists_in_flight, 16);
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

struct TransportCase {
  Transport transport;
  RawClient::End end;
  const char* begins;  // What the client gets to see.
};

class TransportTest : public SimulatorTest,
                      public testing::WithParamInterface<TransportCase> {};

TEST_P(TransportTest, EndsAsItShould) {
  Start();
  SetTransport(GetParam().transport);

  const RawClient::Received received = GetRaw();

  EXPECT_EQ(received.end, GetParam().end);
  EXPECT_THAT(received.bytes, StartsWith(GetParam().begins));
  EXPECT_THAT(GetRaw().bytes, StartsWith("HTTP/1.1 200"));
}

constexpr char kStatusLine[] = "HTTP/1.1 200 OK\r\n";
INSTANTIATE_TEST_SUITE_P(
    All, TransportTest,
    testing::Values(
        TransportCase{Transport::kPlain, RawClient::End::kClosed, kStatusLine},
        TransportCase{Transport::kChunked, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kGzip, RawClient::End::kClosed, kStatusLine},
        TransportCase{Transport::kGzipCut, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kTruncated, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kLengthTooLong, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kLengthTooShort, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kChunkedCut, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kSlowBody, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kStallBody, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kSlowHeaders, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kStallHeaders, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kNoAnswer, RawClient::End::kClosed, ""},
        TransportCase{Transport::kOddHeaders, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kNoise, RawClient::End::kClosed, "\x16\x03"},
        TransportCase{Transport::kCloseBeforeHeaders, RawClient::End::kClosed,
                      ""},
        TransportCase{Transport::kResetBeforeHeaders, RawClient::End::kReset,
                      ""},
        TransportCase{Transport::kResetInHeaders, RawClient::End::kReset,
                      kStatusLine},
        TransportCase{Transport::kResetAfterHeaders, RawClient::End::kReset,
                      kStatusLine},
        TransportCase{Transport::kResetInBody, RawClient::End::kReset,
                      kStatusLine}),
    [](const auto& param) {
      return std::string(ToWord(param.param.transport));
    });

TEST_F(SimulatorTest, TruncatedBodyKeepsItsAnnouncedLength) {
  Start();
  const std::string whole = Get(kPage)->body;
  SetTransport(Transport::kTruncated);

  const std::string bytes = GetRaw().bytes;

  EXPECT_THAT(
      bytes,
      HasSubstr("Content-Length: " + std::to_string(whole.size()) + "\r\n"));
  EXPECT_EQ(bytes.substr(bytes.find("\r\n\r\n") + 4),
            whole.substr(0, whole.size() / 2));
}

TEST_F(SimulatorTest, GzipBodyIsTheSameInflated) {
  Start();
  const std::string whole = Get(kPage)->body;
  SetTransport(Transport::kGzip);

  const auto answer = Get(kPage);

  EXPECT_EQ(answer->get_header_value("Content-Encoding"), "gzip");
  EXPECT_EQ(answer->body, whole);  // httplib inflates.
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

TEST_F(SimulatorTest, LogCutsSecrets) {
  Start();
  Get(kPage + "&task_name=x");

  const std::string log = Get("/simulator/requests")->body;

  EXPECT_THAT(log, AllOf(HasSubstr("task_name=x"), HasSubstr("(cut"),
                         Not(HasSubstr(kToken))));
}

TEST_F(SimulatorTest, CountsWhatItSees) {
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

TEST_F(SimulatorTest, FaultsAreSetAndClearedByTheControlApi) {
  Start();

  EXPECT_EQ(Post("/simulator/faults", {{"status", 503}, {"path", "/antivirus"}})
                ->status,
            200);
  EXPECT_EQ(Get(kPage)->status, 503);
  EXPECT_EQ(client_->Delete("/simulator/faults")->status, 200);
  EXPECT_EQ(Get(kPage)->status, 200);
}

TEST_F(SimulatorTest, TasksAreSetByTheControlApi) {
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

TEST_F(SimulatorTest, SettingsAndCredentialsChangeWhileItRuns) {
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

TEST_F(SimulatorTest, ControlApiSaysWhatIsWrong) {
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

TEST_F(SimulatorTest, PortInUseIsAnError) {
  Start();
  Simulator second({.http = {.port = port_}, .tasks = {.count = 0}});

  const absl::StatusOr<int> port = second.Start();

  ASSERT_FALSE(port.ok());
  EXPECT_THAT(std::string(port.status().message()), HasSubstr("--port"));
}

}  // namespace
}  // namespace hssgw::simulator
