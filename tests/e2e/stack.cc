// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/stack.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <httplib.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <ostream>

namespace hssgw {

std::string GatewayProgram() { return HSSGW_GATEWAY; }
std::string SimulatorProgram() { return HSSGW_SIMULATOR; }
std::string HssctlProgram() { return HSSGW_HSSCTL; }

const char* NameOf(Door door) {
  switch (door) {
    case Door::kTls:
      return "Tls";
    case Door::kUnix:
      return "Unix";
    case Door::kTcp:
      break;
  }
  return "Tcp";
}

void PrintTo(Door door, std::ostream* out) { *out << NameOf(door); }

std::shared_ptr<grpc::Channel> OpenChannel(const GrpcTarget& target) {
  switch (target.door) {
    case Door::kTls: {
      grpc::SslCredentialsOptions options;
      options.pem_root_certs = ReadText(target.ca_file);
      return grpc::CreateChannel(target.address, grpc::SslCredentials(options));
    }
    case Door::kUnix:
      return grpc::CreateChannel("unix:" + target.address,
                                 grpc::InsecureChannelCredentials());
    case Door::kTcp:
      break;
  }
  return grpc::CreateChannel(target.address,
                             grpc::InsecureChannelCredentials());
}

Stack::Stack(const StackOptions& options)
    : door_(options.door), options_(options) {
  if (options_.endpoint.empty()) StartSimulator();
  StartGateway(ListenFlags());
}

void Stack::StartSimulator() {
  const std::string simulator_port_file = folder_.Path("simulator.port");
  ChildOptions simulator{
      .program = SimulatorProgram(),
      // The default data of the generator, not moved to the present.
      .arguments = {"--port", "0", "--port-file", simulator_port_file,
                    "--newest", "1737532317458"}};
  simulator.arguments.insert(simulator.arguments.end(),
                             options_.simulator_flags.begin(),
                             options_.simulator_flags.end());
  simulator_ = std::make_unique<Child>(simulator);
  simulator_port_ = simulator_->WaitForPort(simulator_port_file);
}

void Stack::KillAndStartGateway() {
  gateway_->Signal(SIGKILL);
  gateway_->Wait();
  unlink(folder_.Path("gateway.port").c_str());
  StartGateway({"--listen", address()});
}

void Stack::StartGateway(const std::vector<std::string>& listen_flags) {
  const std::string gateway_port_file = folder_.Path("gateway.port");
  ChildOptions gateway{
      .program = GatewayProgram(),
      .arguments = {"--port-file", gateway_port_file, "--endpoint",
                    options_.endpoint.empty() ? simulator_url()
                                              : options_.endpoint,
                    "--allow-plaintext-upstream", "--calls-per-minute", "0"},
      .environment = {"HUAWEICLOUD_SDK_AK=SIMULATORACCESSKEY01",
                      "HUAWEICLOUD_SDK_SK=" + options_.secret_key,
                      "HUAWEICLOUD_SDK_PROJECT_ID="
                      "05c2d0c9a980f47c2f8dc00b23cbef21"}};
  gateway.environment.insert(gateway.environment.end(),
                             options_.gateway_environment.begin(),
                             options_.gateway_environment.end());
  for (const auto& flags : {listen_flags, options_.gateway_flags}) {
    gateway.arguments.insert(gateway.arguments.end(), flags.begin(),
                             flags.end());
  }
  gateway_ = std::make_unique<Child>(gateway);
  gateway_port_ = gateway_->WaitForPort(gateway_port_file);
}

std::string Stack::address() const {
  return "127.0.0.1:" + std::to_string(gateway_port_);
}

std::string Stack::simulator_url() const {
  return "http://127.0.0.1:" + std::to_string(simulator_port_);
}

std::vector<std::string> Stack::ListenFlags() {
  if (door_ == Door::kTcp) return {"--listen", "127.0.0.1:0"};
  if (door_ == Door::kUnix) {
    return {"--listen", "127.0.0.1:0", "--listen", "unix:" + target().address};
  }
  certificates_.emplace();
  const TestCertificates::Files files =
      certificates_->Issue("127.0.0.1", /*days=*/1);
  return {"--listen", "tls:127.0.0.1:0", "--tls-cert",
          files.cert, "--tls-key",       files.key};
}

GrpcTarget Stack::target() const {
  if (door_ == Door::kUnix) return {door_, folder_.Path("gateway.sock"), ""};
  return {door_, address(), certificates_ ? certificates_->ca_file() : ""};
}

std::unique_ptr<hss::antivirus::v1::AntivirusTaskService::Stub> Stack::NewStub()
    const {
  return hss::antivirus::v1::AntivirusTaskService::NewStub(
      OpenChannel(target()));
}

int64_t Stack::Counter(const std::string& name) const {
  httplib::Client client(simulator_url());
  const auto result = client.Get("/simulator/counters");
  if (!result) return -1;
  const auto json = nlohmann::json::parse(result->body, nullptr, false);
  return json.is_object() ? json.value(name, int64_t{-1}) : -1;
}

int Stack::Control(const std::string& path, const std::string& json) const {
  httplib::Client client(simulator_url());
  const auto result = client.Post(path, json, "application/json");
  return result ? result->status : 0;
}

int Stack::ClearFaults() const {
  httplib::Client client(simulator_url());
  const auto result = client.Delete("/simulator/faults");
  return result ? result->status : 0;
}

}  // namespace hssgw
