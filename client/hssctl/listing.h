// SPDX-License-Identifier: Apache-2.0
// A listing as a person starts it: with progress on the terminal, and with
// Ctrl-C that ends it in order.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "client/hssctl/flags.h"
#include "hss/antivirus/v1/task_service.pb.h"

namespace hssgw {

struct ListingOutcome {
  int exit_code = 0;
  // Of a listing that came to its end and was told of it.
  std::optional<hss::antivirus::v1::ListSummary> summary;
  std::optional<hss::antivirus::v1::ListPlan> plan;
  int32_t task_count = 0;
  absl::Duration duration;
  // After an error: what `list` needs to go on behind what came. Empty: from
  // the start.
  std::string flags_to_go_on;
};

// What is written of a task; it goes to standard output.
using TaskText = std::function<std::string(const hss::antivirus::v1::Task&)>;

// Runs to the end. An error is written to standard error.
ListingOutcome RunListing(const ListingFlags& flags,
                          const hss::antivirus::v1::ListTasksRequest& request,
                          const TaskText& text);

}  // namespace hssgw
