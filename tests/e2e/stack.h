// SPDX-License-Identifier: Apache-2.0
// The real programs on 127.0.0.1: a simulator of upstream and a gateway before
// it, each in a process of its own, ended with the test.
#pragma once

#include <grpcpp/channel.h>

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hss/antivirus/v1/task_service.grpc.pb.h"
#include "tests/e2e/child.h"
#include "tests/testing/test_certificates.h"

namespace hssgw {

// Where a gateway listens, and how one speaks to it.
enum class Door { kTcp, kTls, kUnix };
// "Tcp", …
const char* NameOf(Door door);
void PrintTo(Door door, std::ostream* out);

struct GrpcTarget {
  Door door = Door::kTcp;
  // "127.0.0.1:port", or the absolute path of a socket.
  std::string address;
  // PEM of the authority that signed the gateway's certificate; TLS alone.
  std::string ca_file;
};

std::shared_ptr<grpc::Channel> OpenChannel(const GrpcTarget& target);

// Flags beyond those that make the two find each other.
struct StackOptions {
  // Where the gateway listens; beside a unix socket also on a TCP port.
  Door door = Door::kTcp;
  std::vector<std::string> simulator_flags;
  std::vector<std::string> gateway_flags;
  // NAME=value, beside those of the credential.
  std::vector<std::string> gateway_environment;
  // Asked in the place of a simulator, which is then not started.
  std::string endpoint;
  std::string secret_key = "simulator-secret-key-for-tests-only-0001";
};

class Stack {
 public:
  explicit Stack(const StackOptions& options = {});

  // Whatever was started listens.
  bool up() const {
    return (simulator_ == nullptr || simulator_port_ > 0) && gateway_port_ > 0;
  }

  // "127.0.0.1:port" of the gateway's TCP port.
  std::string address() const;
  std::string simulator_url() const;
  // By the door of the options.
  GrpcTarget target() const;

  // Kills the gateway as a machine that loses power would, and starts another
  // on the same port. TCP alone.
  void KillAndStartGateway();

  Child& gateway() { return *gateway_; }
  Child& simulator() { return *simulator_; }

  std::unique_ptr<hss::antivirus::v1::AntivirusTaskService::Stub> NewStub()
      const;

  // A number of GET /simulator/counters; -1: there is none of that name.
  int64_t Counter(const std::string& name) const;
  // POSTs JSON to a path of the simulator; the HTTP status.
  int Control(const std::string& path, const std::string& json) const;
  // From now on upstream answers as it should.
  int ClearFaults() const;

  const TempFolder& folder() const { return folder_; }

 private:
  void StartSimulator();
  std::vector<std::string> ListenFlags();
  void StartGateway(const std::vector<std::string>& listen_flags);

  const Door door_;
  const StackOptions options_;
  TempFolder folder_;
  std::optional<TestCertificates> certificates_;  // TLS alone.
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
