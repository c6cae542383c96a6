// SPDX-License-Identifier: Apache-2.0
// A channel to a gateway that notices by itself when the other side is gone.
// A listing may be silent for ten seconds at a time and take minutes in all, so
// a connection that a firewall forgot would otherwise look like a long wait.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>

namespace hssgw {

// `target` is host:port, unix:/path or any other name that gRPC resolves.
// Pings after 20 s of silence and takes the connection for broken 10 s later;
// connects again within 10 s. Leaves gRPC's limit of 4 MiB a message as it is:
// the gateway never needs more.
std::shared_ptr<grpc::Channel> MakeGatewayChannel(
    const std::string& target,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials);

}  // namespace hssgw
