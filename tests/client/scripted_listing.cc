// SPDX-License-Identifier: Apache-2.0
#include "tests/client/scripted_listing.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::ListTasksResponse;
using ::hss::antivirus::v1::ResumeInfo;
using ::hss::antivirus::v1::Task;

constexpr int kHostsOfPart = 2;
constexpr int kTasksOfFrame = 2;
constexpr int kCallsOfStream = 3;

// Each part alone in its frame; all but the last resume before the task.
void AddParts(const Task& task, int number, ScriptedListing::Frames& frames) {
  Task fields = task;
  fields.clear_host_info_list();
  for (int i = 0; i < task.host_info_list_size(); i += kHostsOfPart) {
    const int end = std::min(i + kHostsOfPart, task.host_info_list_size());
    const bool continues = end < task.host_info_list_size();
    ListTasksResponse& frame = frames.emplace_back();
    frame.set_resume_token(TokenBehind(continues ? number : number + 1));
    Task& part = *frame.add_tasks() = fields;
    part.set_host_info_list_continues(continues);
    for (int j = i; j < end; ++j) {
      *part.add_host_info_list() = task.host_info_list(j);
    }
  }
}

// Progress on every frame, the summary on the last.
void AddReports(int total, int count, ScriptedListing::Frames& frames) {
  int32_t sent = 0;
  for (ListTasksResponse& frame : frames) {
    for (const Task& task : frame.tasks()) {
      sent += task.host_info_list_continues() ? 0 : 1;
    }
    frame.mutable_progress()->set_tasks_sent(sent);
    frame.mutable_progress()->set_total_num(total);
    frame.mutable_progress()->set_upstream_calls_made(kCallsOfStream);
  }
  auto& summary = *frames.back().mutable_summary();
  summary.set_complete(true);
  summary.set_task_count(count);
  summary.set_upstream_calls(kCallsOfStream);
}

}  // namespace

std::string TokenBehind(int count) { return absl::StrCat("behind-", count); }

grpc::Status MakeGatewayError(const ErrorParts& parts) {
  google::rpc::Status status;
  status.set_code(parts.code);
  status.set_message("what happened; what to do");
  if (!parts.reason.empty()) {
    google::rpc::ErrorInfo info;
    info.set_reason(parts.reason);
    info.set_domain("hss-gateway");
    status.add_details()->PackFrom(info);
  }
  if (parts.resume_token.has_value()) {
    ResumeInfo info;
    info.set_resume_token(*parts.resume_token);
    if (parts.tasks_sent >= 0) {
      info.mutable_progress()->set_tasks_sent(parts.tasks_sent);
    }
    status.add_details()->PackFrom(info);
  }
  if (parts.retry_seconds > 0) {
    google::rpc::RetryInfo info;
    info.mutable_retry_delay()->set_seconds(parts.retry_seconds);
    status.add_details()->PackFrom(info);
  }
  return {parts.code, status.message(), status.SerializeAsString()};
}

ScriptedListing::ScriptedListing(int tasks) {
  constexpr int kHosts[] = {0, 2, 7};
  for (int i = 0; i < tasks; ++i) {
    Task& task = tasks_.emplace_back();
    task.set_task_id(absl::StrCat("task-", i));
    task.set_task_name("weekly");
    task.set_whether_paid_task(i % 2 == 1);
    for (int j = 0; j < kHosts[i % 3]; ++j) {
      task.add_host_info_list()->set_host_id(absl::StrCat("host-", i, "-", j));
    }
  }
}

ScriptedListing::Frames ScriptedListing::Answer(
    const ListTasksRequest& request) const {
  int first = 0;
  absl::string_view token = request.resume_token();
  if (absl::ConsumePrefix(&token, "behind-")) {
    static_cast<void>(absl::SimpleAtoi(token, &first));
  }
  const int size = static_cast<int>(tasks_.size());
  const int end = request.max_tasks() == 0
                      ? size
                      : std::min(size, first + request.max_tasks());
  // A plan goes ahead alone, as while the quota is waited for.
  Frames frames(1);
  frames[0].mutable_plan();
  frames[0].set_resume_token(TokenBehind(first));
  bool has_room = false;
  for (int number = first; number < end; ++number) {
    const Task& task = tasks_[static_cast<size_t>(number)];
    if (task.host_info_list_size() > kHostsOfPart) {
      AddParts(task, number, frames);
      has_room = false;
      continue;
    }
    if (!has_room) frames.emplace_back();
    *frames.back().add_tasks() = task;
    frames.back().set_resume_token(TokenBehind(number + 1));
    has_room = frames.back().tasks_size() < kTasksOfFrame;
  }
  AddReports(size, end - first, frames);
  return frames;
}

}  // namespace hssgw
