// SPDX-License-Identifier: Apache-2.0
// The real programs on 127.0.0.1: a simulator of upstream and a gateway before
// it, each in a process of its own, ended with the test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hss/antivirus/v1/task_service.grpc.pb.h"
#include "tests/e2e/child.h"

namespace hssgw {

// Flags beyond those that make the two find each other.
struct StackOptions {
  std::vector<std::string> simulator_flags;
  std::vector<std::string> gateway_flags;
  std::string secret_key = "simulator-secret-key-for-tests-only-0001";
};

class Stack {
 public:
  explicit Stack(const StackOptions& options = {});

  // Both listen.
  bool up() const { return simulator_port_ > 0 && gateway_port_ > 0; }

  // "127.0.0.1:port" of the gateway.
  std::string address() const;
  std::string simulator_url() const;
  std::string unix_target() const;

  Child& gateway() { return *gateway_; }
  Child& simulator() { return *simulator_; }

  std::unique_ptr<hss::antivirus::v1::AntivirusTaskService::Stub> NewStub()
      const;

  // A number of GET /simulator/counters; -1: there is none of that name.
  int64_t Counter(const std::string& name) const;
  // POSTs JSON to a path of the simulator; the HTTP status.
  int Control(const std::string& path, const std::string& json) const;

  const TempFolder& folder() const { return folder_; }

 private:
  TempFolder folder_;
  std::unique_ptr<Child> simulator_;
  std::unique_ptr<Child> gateway_;
  int simulator_port_ = 0;
  int gateway_port_ = 0;
};

// Where the programs are, from the build.
std::string GatewayProgram();
std::string SimulatorProgram();
std::string HssctlProgram();

}  // namespace hssgw
