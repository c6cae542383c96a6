// SPDX-License-Identifier: Apache-2.0
#include "client/gateway_channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

namespace hssgw {
namespace {

// The gateway takes pings from every 10 s on.
constexpr int kPingAfterMillis = 20000;
constexpr int kPingAnswerMillis = 10000;
// gRPC's own is two minutes: a gateway that restarted would be waited for that
// long.
constexpr int kMaxReconnectMillis = 10000;

}  // namespace

std::shared_ptr<grpc::Channel> MakeGatewayChannel(
    const std::string& target,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingAfterMillis);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingAnswerMillis);
  // A listing sends nothing after its request: without this the third ping
  // would be the last.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMillis);
  return grpc::CreateCustomChannel(target, credentials, arguments);
}

}  // namespace hssgw
