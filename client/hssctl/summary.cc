// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "client/hssctl/listing.h"
#include "client/hssctl/task_tally.h"
#include "client/hssctl/verbs.h"

namespace hssgw {

int RunSummary(const ListingFlags& flags) {
  hss::antivirus::v1::ListTasksRequest request;
  request.set_project_id(flags.call.project_id);
  *request.mutable_filter() = flags.filter.ToFilter();
  // Servers are counted by upstream's own numbers.
  request.set_view(hss::antivirus::v1::TASK_VIEW_BASIC);
  request.set_allow_incomplete(flags.allow_incomplete);
  TaskTally tally;
  const ListingOutcome outcome =
      RunListing(flags, request, [&](const hss::antivirus::v1::Task& task) {
        tally.Add(task);
        return std::string();
      });
  if (outcome.exit_code != 0) return outcome.exit_code;
  std::fputs(tally.ToText().c_str(), stdout);
  if (outcome.summary.has_value() && !flags.quiet) {
    std::fputs(ToText(*outcome.summary).c_str(), stdout);
  }
  return 0;
}

}  // namespace hssgw
