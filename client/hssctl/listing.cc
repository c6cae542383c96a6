// SPDX-License-Identifier: Apache-2.0
#include "client/hssctl/listing.h"

#include <grpcpp/security/credentials.h>

#include <cstdio>

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

void PrintHint(const TaskRange& range, int32_t max_tasks) {
  if (range.resume_token().empty()) return;
  const std::string rest =
      max_tasks == 0
          ? "--all"
          : absl::StrFormat("--max-tasks %d", max_tasks - range.task_count() +
                                                  range.tasks_since_token());
  absl::FPrintF(stderr,
                "hssctl: go on behind the %d tasks that came with: %s "
                "--resume-token %s\n",
                range.task_count() - range.tasks_since_token(), rest,
                range.resume_token());
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
    PrintHint(range, request.max_tasks());
    outcome.exit_code = interrupt.came() ? kExitInterrupted : kExitCallFailed;
  }
  outcome.summary = range.summary();
  outcome.plan = range.plan();
  outcome.task_count = range.task_count();
  outcome.duration = absl::Now() - start;
  return outcome;
}

}  // namespace hssgw
