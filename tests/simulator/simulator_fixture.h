// SPDX-License-Identifier: Apache-2.0
// A started simulator in a test's own process, and a client that it admits.
#ifndef HSSGW_TESTS_SIMULATOR_SIMULATOR_FIXTURE_H_
#define HSSGW_TESTS_SIMULATOR_SIMULATOR_FIXTURE_H_

#include <gtest/gtest.h>
#include <httplib.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "tests/simulator/simulator.h"

namespace hssgw::simulator {

inline constexpr char kToken[] = "test-token";
inline const std::string kPath =
    std::string("/v5/") + kDefaultProjectId + "/antivirus/task";
inline const std::string kPage =
    kPath + "?limit=200&offset=0&whether_paid_task=false";

// A started simulator and a client that uses the fixed token.
class SimulatorFixture : public testing::Test {
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
  httplib::Result Post(const std::string& target, const nlohmann::json& body) {
    return client_->Post(target, body.dump(), "application/json");
  }
  nlohmann::json GetJson(const std::string& target) {
    const auto answer = Get(target);
    return answer ? nlohmann::json::parse(answer->body, nullptr, false)
                  : nlohmann::json();
  }

  std::optional<Simulator> simulator_;
  std::optional<httplib::Client> client_;
  int port_ = 0;
};

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_SIMULATOR_FIXTURE_H_
