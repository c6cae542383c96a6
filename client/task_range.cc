// SPDX-License-Identifier: Apache-2.0
#include "client/task_range.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/call_status.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListProgress;
using ::hss::antivirus::v1::ListSummary;
using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::ResumeInfo;
using ::hss::antivirus::v1::Task;

// What a stub that retries should wait; gRPC's own retry reads it, too.
std::optional<absl::Duration> PushbackOf(const grpc::ClientContext& context) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto it = trailers.find("grpc-retry-pushback-ms");
  if (it == trailers.end()) return std::nullopt;
  int64_t millis = 0;
  if (!absl::SimpleAtoi(absl::string_view(it->second.data(), it->second.size()),
                        &millis)) {
    millis = -1;  // what cannot be read forbids, as gRPC has it
  }
  return absl::Milliseconds(millis);
}

}  // namespace

TaskRange::TaskRange(Stub& stub, ListTasksRequest request,
                     TaskRangeOptions options)
    : stub_(stub),
      options_(std::move(options)),
      max_tasks_(request.max_tasks()),
      request_(std::move(request)),
      policy_({.deadline = options_.deadline,
               .patience = options_.patience,
               .start_patience = options_.start_patience}) {}

TaskRange::~TaskRange() {
  if (stream_ == nullptr) return;
  Cancel();
  Close();
}

TaskRange::Iterator TaskRange::begin() {
  if (!std::exchange(begun_, true)) Advance();
  return Iterator(*this);
}

void TaskRange::Cancel() {
  absl::MutexLock lock(&mu_);
  if (cancelled_.HasBeenNotified()) return;
  cancelled_.Notify();
  if (context_ != nullptr) context_->TryCancel();
}

void TaskRange::Advance() { current_ = Next(); }

std::optional<absl::StatusOr<Task>> TaskRange::Next() {
  while (true) {
    if (std::optional<Task> task = NextOfFrame()) return *std::move(task);
    if (has_frame_) FinishFrame();
    if (!ended_) {
      ReadFrame();
    } else if (error_.ok()) {
      return std::nullopt;
    } else {
      return std::exchange(error_, absl::OkStatus());
    }
  }
}

std::optional<Task> TaskRange::NextOfFrame() {
  while (next_in_frame_ < frame_.tasks_size()) {
    absl::StatusOr<std::optional<Task>> task =
        joiner_.Add(std::move(*frame_.mutable_tasks(next_in_frame_++)));
    if (!task.ok()) {
      Cancel();
      Close();
      EndWith(task.status());
    } else if (task->has_value()) {
      ++task_count_;
      ++tasks_since_token_;
      policy_.TaskCame();
      return *std::move(task);
    }
  }
  return std::nullopt;
}

// Its tasks were given out.
void TaskRange::FinishFrame() {
  has_frame_ = false;
  if (!frame_.resume_token().empty()) {
    request_.set_resume_token(frame_.resume_token());
    tasks_since_token_ = 0;
  }
  if (frame_.has_summary()) EndWithSummary(frame_.summary());
}

void TaskRange::ReadFrame() {
  if (stream_ == nullptr) Open();
  frame_.Clear();
  next_in_frame_ = 0;
  if (!stream_->Read(&frame_)) {
    frame_.Clear();
    return Resume(Close());
  }
  has_frame_ = true;
  policy_.FrameCame();
  if (frame_.has_plan()) plan_ = frame_.plan();
  if (frame_.has_progress()) Report(frame_.progress());
}

// A stream counts from its own start, we count from the listing's.
void TaskRange::Report(ListProgress progress) {
  calls_of_stream_ = progress.upstream_calls_made();
  if (!options_.on_progress) return;
  progress.set_tasks_sent(tasks_before_stream_ + progress.tasks_sent());
  progress.set_upstream_calls_made(calls_before_stream_ + calls_of_stream_);
  options_.on_progress(progress);
}

void TaskRange::EndWithSummary(ListSummary summary) {
  // The gateway said that this is the end: what happens to the connection after
  // that changes nothing.
  const bool whole = !joiner_.unfinished();
  while (stream_->Read(&frame_)) {
  }
  Close();
  if (!whole) {
    return EndWith(absl::DataLossError(
        "the stream ended inside a task: its hosts are not complete; report "
        "the call id"));
  }
  summary.set_task_count(task_count_);
  summary.set_upstream_calls(calls_before_stream_ + summary.upstream_calls());
  summary_ = std::move(summary);
  EndWith(absl::OkStatus());
}

void TaskRange::EndWith(const absl::Status& status) {
  ended_ = true;
  error_ = status;
  has_frame_ = false;
  frame_.Clear();
  next_in_frame_ = 0;
}

void TaskRange::Open() {
  tasks_before_stream_ = task_count_;
  if (max_tasks_ > 0) request_.set_max_tasks(max_tasks_ - task_count_);
  grpc::ClientContext* context = nullptr;
  {
    absl::MutexLock lock(&mu_);
    context_ = std::make_unique<grpc::ClientContext>();
    context = context_.get();
    if (options_.deadline != absl::InfiniteFuture()) {
      context->set_deadline(absl::ToChronoTime(options_.deadline));
    }
    if (cancelled_.HasBeenNotified()) context->TryCancel();
  }
  stream_ = stub_.ListTasks(context, request_);
}

Break TaskRange::Close() {
  Break end{.status = ToStatus(stream_->Finish())};
  stream_.reset();
  // What is left of a task comes again with its start.
  joiner_.Drop();
  absl::MutexLock lock(&mu_);
  end.pushback = PushbackOf(*context_);
  context_.reset();
  return end;
}

void TaskRange::Resume(const Break& end) {
  if (cancelled_.HasBeenNotified()) {
    return EndWith(absl::CancelledError("the listing was cancelled here"));
  }
  if (max_tasks_ > 0 && task_count_ >= max_tasks_) {
    return EndWith(absl::OkStatus());
  }
  const absl::Status status =
      end.status.ok()
          ? absl::DataLossError(
                "the stream ended without a summary: tasks may be missing")
          : end.status;
  const bool movable = MovePosition(end.status);
  const int tries = policy_.tries();
  const std::optional<absl::Time> retry = policy_.NextTry(
      end, options_.clock.Now(), absl::Uniform(random_, 0.0, 1.0));
  if (!retry.has_value()) {
    return EndWith(tries == 0
                       ? status
                       : WithWords(status, absl::StrCat(" (tried ", tries + 1,
                                                        " times)")));
  }
  if (!movable) {
    return EndWith(WithWords(
        status, absl::StrCat(" (it cannot go on: ", tasks_since_token_,
                             " tasks came without a resume token)")));
  }
  if (options_.on_break) options_.on_break(end.status, *retry);
  options_.clock.WaitUntil(*retry, cancelled_);
}

// To behind the last task given out. False: no token is known for that.
bool TaskRange::MovePosition(const absl::Status& end) {
  const ResumeInfo info = DetailOf<ResumeInfo>(end).value_or(ResumeInfo());
  calls_before_stream_ += std::max(std::exchange(calls_of_stream_, 0),
                                   info.progress().upstream_calls_made());
  // gRPC may drop frames that an error overtook. So the token that came with
  // the error counts only if it is not ahead of what came here.
  const int32_t came = task_count_ - tasks_before_stream_;
  const bool fits = info.has_progress() ? info.progress().tasks_sent() == came
                                        : tasks_since_token_ > 0;
  if (fits && !info.resume_token().empty()) {
    request_.set_resume_token(info.resume_token());
    tasks_since_token_ = 0;
  }
  return tasks_since_token_ == 0;
}

}  // namespace hssgw
