// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/hssctl/listing.h"
#include "client/hssctl/text.h"
#include "client/hssctl/verbs.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListPlan;
using ::hss::antivirus::v1::ListSummary;
using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::Task;

ListTasksRequest MakeRequest(const ListFlags& flags) {
  ListTasksRequest request;
  request.set_project_id(flags.listing.call.project_id);
  *request.mutable_filter() = flags.listing.filter.ToFilter();
  if (!flags.all) request.set_max_tasks(flags.max_tasks);
  request.set_allow_incomplete(flags.listing.allow_incomplete);
  request.set_resume_token(flags.resume_token);
  request.set_plan_only(flags.plan);
  return request;
}

// How many pages came from the cache or another caller's request, and how old
// the oldest is; empty for none.
std::string SharedText(const ListSummary& summary) {
  if (summary.pages_shared() == 0) return "";
  const auto& asked = summary.oldest_fetch_time();
  // Rounded up, so that the youngest has an age; clocks may differ.
  const absl::Duration age =
      std::max(absl::Nanoseconds(1),
               absl::Now() - absl::FromUnixSeconds(asked.seconds()) -
                   absl::Nanoseconds(asked.nanos()));
  return absl::StrFormat(
      "; %d pages shared, the oldest %s old%s", summary.pages_shared(),
      absl::FormatDuration(absl::Ceil(age, absl::Milliseconds(100))),
      summary.stale() ? "; STALE: upstream could not answer" : "");
}

// The closing line: what it cost, and whether that is all.
void PrintEnd(const ListingOutcome& outcome) {
  absl::FPrintF(stderr, "%d tasks in %.2f s", outcome.task_count,
                absl::ToDoubleSeconds(outcome.duration));
  if (outcome.summary.has_value()) {
    absl::FPrintF(stderr, ", %d upstream calls%s",
                  outcome.summary->upstream_calls(),
                  SharedText(*outcome.summary));
    if (!outcome.summary->complete()) {
      absl::FPrintF(stderr, "; INCOMPLETE: %s",
                    WhyIncomplete(*outcome.summary));
    }
  }
  absl::FPrintF(stderr, "\n");
}

}  // namespace

int RunList(const ListFlags& flags) {
  const Format format = flags.ToFormat();
  const ListingOutcome outcome =
      RunListing(flags.listing, MakeRequest(flags), [format](const Task& task) {
        return format == Format::kJson ? ToJson(task) : ToRow(task);
      });
  if (!outcome.flags_to_go_on.empty()) {
    absl::FPrintF(stderr, "hssctl: go on behind what came with: %s\n",
                  outcome.flags_to_go_on);
  }
  if (outcome.exit_code != 0) return outcome.exit_code;
  if (flags.plan) {
    const ListPlan plan = outcome.plan.value_or(ListPlan());
    const std::string text =
        format == Format::kJson ? ToJson(plan) : ToText(plan);
    std::fputs(text.c_str(), stdout);
  } else if (!flags.listing.quiet) {
    PrintEnd(outcome);
  }
  return 0;
}

}  // namespace hssgw
