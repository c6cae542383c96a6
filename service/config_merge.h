// SPDX-License-Identifier: Apache-2.0
// Which of several settings holds: flag before file before default.
#pragma once

#include "google/protobuf/message.h"
#include "hss/gateway/config/v1/config.pb.h"

namespace hssgw {

using ::hss::gateway::config::v1::GatewayConfig;

// Gives `target` every field that it lacks and `source` has. A list is one
// value; but of profiles and budgets each element is filled from the first.
void FillFrom(const google::protobuf::Message& source,
              google::protobuf::Message& target);

// What the file says and no flag speaks for. Flags that choose between
// alternatives, such as region and endpoint, speak for all of them.
GatewayConfig WithoutOverruled(GatewayConfig file, const GatewayConfig& flags);

bool HasTlsAddress(const hss::gateway::config::v1::Listen& listen);

}  // namespace hssgw
