// SPDX-License-Identifier: Apache-2.0
#include "client/hssctl/listing.h"

#include <grpcpp/security/credentials.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "client/gateway_channel.h"
#include "client/hssctl/interrupt.h"
#include "client/hssctl/progress_bar.h"
#include "client/hssctl/text.h"
#include "client/hssctl/verbs.h"
#include "client/task_range.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::AntivirusTaskService;
using ::hss::antivirus::v1::ListProgress;
using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::Task;

// The options of a range that shows on `bar` what it does.
TaskRangeOptions ShownOn(ProgressBar& bar, int32_t max_tasks) {
  const auto view = std::make_shared<ListingView>();
  TaskRangeOptions options;
  options.on_progress = [&bar, view, max_tasks](const ListProgress& progress) {
    *view = ViewOf(progress, max_tasks);
    bar.Show(*view);
  };
  options.on_break = [&bar, view](const absl::Status& /*status*/,
                                  absl::Time retry) {
    view->broken = true;
    view->next = retry;
    view->completion.reset();
    bar.Show(*view);
  };
  return options;
}

std::string FlagsToGoOn(const TaskRange& range, int32_t max_tasks) {
  const int32_t behind = range.task_count() - range.tasks_since_token();
  if (range.resume_token().empty()) return "";
  return absl::StrCat(max_tasks == 0
                          ? "--all"
                          : absl::StrCat("--max-tasks ", max_tasks - behind),
                      " --resume-token ", range.resume_token());
}

}  // namespace

ListingOutcome RunListing(const ListingFlags& flags,
                          const ListTasksRequest& request,
                          const TaskText& text) {
  const absl::Time start = absl::Now();
  const auto stub = AntivirusTaskService::NewStub(MakeGatewayChannel(
      flags.call.address, grpc::InsecureChannelCredentials()));
  absl::Status error;
  ListingOutcome outcome;
  std::optional<ProgressBar> bar(std::in_place, flags.quiet
                                                    ? ProgressBar::Mode::kNever
                                                    : ProgressBar::Mode::kAuto);
  TaskRangeOptions options = ShownOn(*bar, request.max_tasks());
  options.deadline = flags.call.DeadlineFrom(start);
  TaskRange range(*stub, request, options);
  const Interrupt interrupt([&range] { range.Cancel(); });
  for (const absl::StatusOr<Task>& task : range) {
    if (!task.ok()) {
      error = task.status();
    } else if (std::string row = text(*task); !row.empty()) {
      bar->Print(row);
    }
  }
  bar.reset();
  std::fflush(stdout);
  if (!error.ok()) {
    if (interrupt.came()) {
      absl::FPrintF(stderr, "hssctl: stopped\n");
    } else {
      absl::FPrintF(stderr, "hssctl: %s: %s\n", flags.call.address,
                    Printable(error.message()));
    }
    outcome.flags_to_go_on = FlagsToGoOn(range, request.max_tasks());
    outcome.exit_code = interrupt.came() ? kExitInterrupted : kExitCallFailed;
  }
  outcome.summary = range.summary();
  outcome.plan = range.plan();
  outcome.task_count = range.task_count();
  outcome.duration = absl::Now() - start;
  return outcome;
}

}  // namespace hssgw
