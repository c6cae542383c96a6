// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/server.h"

#include <grpcpp/ext/channelz_service_plugin.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>

#include "absl/time/clock.h"

namespace hssgw {
namespace {

// A client may ping a silent stream every ten seconds; the default of five
// minutes would break it.
constexpr int kMinPingIntervalMillis = 10000;
constexpr int kPingStrikes = 2;
// A request is a filter: anything larger is a mistake.
constexpr int kMaxRequestBytes = 1 << 20;

}  // namespace

Server::Server(HealthService& health)
    : health_(health),
      reflection_({kTaskServiceName, "grpc.channelz.v1.Channelz",
                   "grpc.health.v1.Health",
                   "grpc.reflection.v1.ServerReflection",
                   "grpc.reflection.v1alpha.ServerReflection"}) {}

Server::~Server() { Drain(absl::ZeroDuration()); }

absl::Status Server::Start(const ListenOptions& options, TaskService& tasks) {
  grpc::EnableDefaultHealthCheckService(false);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::channelz::experimental::InitChannelzService();
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
      kMinPingIntervalMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, kPingStrikes);
  // Two gateways on one port would each serve half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.RegisterService(&tasks);
  builder.RegisterService(&health_);
  builder.RegisterService(&reflection_);
  if (absl::Status s = listeners_.AddTo(builder, options); !s.ok()) return s;
  server_ = builder.BuildAndStart();
  if (absl::Status s = listeners_.AfterStart(server_ != nullptr); !s.ok()) {
    return s;
  }
  health_.Set(kUpstreamHealthName, HealthService::State::kUnknown);
  health_.Set("", HealthService::State::kServing);
  health_.Set(kTaskServiceName, HealthService::State::kServing);
  return absl::OkStatus();
}

void Server::Drain(absl::Duration grace) {
  health_.Shutdown();
  if (server_ == nullptr) return;
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  server_.reset();
}

}  // namespace hssgw
