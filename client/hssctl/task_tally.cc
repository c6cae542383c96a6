// SPDX-License-Identifier: Apache-2.0
#include "client/hssctl/task_tally.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/hssctl/text.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListSummary;
using ::hss::antivirus::v1::Task;

std::string Line(const std::string& name, const std::string& value) {
  return absl::StrFormat("%-16s  %s\n", name, value);
}

std::string Line(const std::string& name, int64_t count) {
  return absl::StrFormat("%-16s  %8d\n", name, count);
}

}  // namespace

void TaskTally::Add(const Task& task) {
  ++tasks_;
  if (task.whether_paid_task()) ++paid_;
  ++states_[ToWord(task.task_status())];
  hosts_ += task.host_num();
  succeeded_ += task.success_host_num();
  failed_ += task.fail_host_num();
  cancelled_ += task.cancel_host_num();
  if (!task.has_start_time()) return;
  oldest_ = std::min(oldest_, ToTime(task.start_time()));
  newest_ = std::max(newest_, ToTime(task.start_time()));
}

std::string TaskTally::ToText() const {
  std::string text = Line("tasks", tasks_);
  if (oldest_ <= newest_) {
    text += Line("began", absl::StrCat(hssgw::ToText(oldest_), " to ",
                                       hssgw::ToText(newest_)));
  }
  text += Line("  free", tasks_ - paid_) + Line("  paid", paid_);
  for (const auto& [state, count] : states_) {
    text += Line("  " + state, count);
  }
  return text + Line("servers", hosts_) + Line("  success", succeeded_) +
         Line("  fail", failed_) + Line("  cancel", cancelled_);
}

std::string ToText(const ListSummary& summary) {
  std::string text =
      Line("complete", summary.complete()
                           ? "yes"
                           : absl::StrCat("NO: ", WhyIncomplete(summary)));
  if (summary.has_oldest_fetch_time() && summary.has_newest_fetch_time()) {
    text +=
        Line("read from HSS",
             absl::StrCat(ToText(ToTime(summary.oldest_fetch_time())), " to ",
                          ToText(ToTime(summary.newest_fetch_time())),
                          summary.stale() ? ", STALE" : ""));
  }
  return text + Line("upstream calls", summary.upstream_calls()) +
         Line("pages shared", summary.pages_shared()) +
         Line("repairs", summary.repairs());
}

}  // namespace hssgw
