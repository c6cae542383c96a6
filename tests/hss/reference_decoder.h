// SPDX-License-Identifier: Apache-2.0
// The reading rules once more, the slow and obvious way: nlohmann's DOM into
// messages by reflection. Shares nothing with the decoder but the proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hss/antivirus/v1/task_service.pb.h"

namespace hssgw {

struct ReferencePage {
  hss::antivirus::v1::ListTasksResponse response;
  std::optional<int64_t> total_num;
};

// nullopt: not JSON, or no page. Knows no bounds and mends nothing.
std::optional<ReferencePage> ReferenceDecode(const std::string& body);

// JSON texts in `unrecognized` the way nlohmann writes them, so that two
// spellings of one value are equal.
void NormalizeUnrecognized(hss::antivirus::v1::ListTasksResponse& response);

}  // namespace hssgw
