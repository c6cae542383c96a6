// SPDX-License-Identifier: Apache-2.0
// The tasks of one listing, one after the other, as a C++ program wants them. A
// task that came in parts is whole; a stream that breaks is resumed, without a
// task twice and without one left out; an end is only what the gateway called
// the end.
//
//   TaskRange tasks(*stub, request, {.deadline = absl::Now() +
//   absl::Hours(1)}); for (absl::StatusOr<Task>& task : tasks) {
//     if (!task.ok()) return task.status();  // the last element, if any
//     Use(*std::move(task));
//   }
//   if (!tasks.summary()->complete()) ...    // only with allow_incomplete
//
// Threads: one; Cancel() may come from any other. The calling thread waits.
// Lifetime: `stub` and what the options refer to must outlive it. Dropping it
// before the end cancels the call, which frees what it holds of the gateway's
// quota.
// Memory: one frame (at most 1 MiB) and one task.
// Fails: with what ended the last stream. DetailOf (call_status.h) reads the
// reason; resume_token() is where another TaskRange goes on.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "client/client_clock.h"
#include "client/resume_policy.h"
#include "client/task_joiner.h"
#include "hss/antivirus/v1/task_service.grpc.pb.h"

namespace hssgw {

struct TaskRangeOptions {
  // Of the whole listing, all resumes included. At the documented quota 20,000
  // tasks take 21 minutes.
  absl::Time deadline = absl::InfiniteFuture();

  // How long it waits in all, between one task and the next, for a gateway that
  // does not answer or that ends its streams. Time in which a stream lives does
  // not count.
  absl::Duration patience = absl::Minutes(5);

  // The same before a first frame came: then nothing is lost by giving up.
  absl::Duration start_patience = absl::Seconds(5);

  // How far the listing is, over all its streams. Called between tasks, on the
  // thread that asks for them.
  std::function<void(const hss::antivirus::v1::ListProgress&)> on_progress;

  // A stream broke with this status (OK: it ended too early), the next one is
  // asked for at `retry`. On the same thread.
  std::function<void(const absl::Status&, absl::Time retry)> on_break;

  ClientClock& clock = ClientClock::Real();
};

class TaskRange {
 public:
  using Stub = hss::antivirus::v1::AntivirusTaskService::StubInterface;
  using Task = hss::antivirus::v1::Task;

  // Asks nothing yet. A request with a resume_token goes on from there; its
  // max_tasks counts from there, too.
  TaskRange(Stub& stub, hss::antivirus::v1::ListTasksRequest request,
            TaskRangeOptions options = {});
  ~TaskRange();
  TaskRange(const TaskRange&) = delete;
  TaskRange& operator=(const TaskRange&) = delete;

  class Iterator;

  // Waits for the first task, or the end. Again: the element it stands at.
  Iterator begin();
  static std::default_sentinel_t end() { return {}; }

  // Ends the listing with CANCELLED; tasks that are here already still come.
  // Threads: any.
  void Cancel();

  // What the listing was; absent before its end and after an error. Tasks and
  // upstream calls are those of all streams, the rest is the last one's. Also
  // absent if the stream broke between the last of max_tasks and its summary:
  // the tasks are all there, but nobody said more of them.
  const std::optional<hss::antivirus::v1::ListSummary>& summary() const {
    return summary_;
  }
  // What the gateway planned to ask, with the first frame.
  const std::optional<hss::antivirus::v1::ListPlan>& plan() const {
    return plan_;
  }

  // Where another listing goes on: behind the last frame that was taken whole.
  // Empty: at the start.
  const std::string& resume_token() const { return request_.resume_token(); }
  // Tasks that came behind it, and would come again. None after an error, if
  // the gateway sends tokens.
  int32_t tasks_since_token() const { return tasks_since_token_; }

  // Tasks that came.
  int32_t task_count() const { return task_count_; }

 private:
  void Advance();
  std::optional<absl::StatusOr<Task>> Next();
  std::optional<Task> NextOfFrame();
  void FinishFrame();
  void ReadFrame();
  void Report(hss::antivirus::v1::ListProgress progress);
  void EndWithSummary(hss::antivirus::v1::ListSummary summary);
  void EndWith(const absl::Status& status);

  void Open();
  Break Close();
  void Resume(const Break& end);
  bool MovePosition(const absl::Status& end);

  // Constant after construction.
  Stub& stub_;
  const TaskRangeOptions options_;
  const int32_t max_tasks_;  // 0: all

  // What the next stream is asked; its resume_token is the position.
  hss::antivirus::v1::ListTasksRequest request_;
  int32_t task_count_ = 0;
  int32_t tasks_since_token_ = 0;

  // The stream under way.
  std::unique_ptr<
      grpc::ClientReaderInterface<hss::antivirus::v1::ListTasksResponse>>
      stream_;
  hss::antivirus::v1::ListTasksResponse frame_;
  int next_in_frame_ = 0;
  bool has_frame_ = false;
  TaskJoiner joiner_;
  int32_t tasks_before_stream_ = 0;
  int32_t calls_before_stream_ = 0;
  int32_t calls_of_stream_ = 0;

  // The end.
  bool ended_ = false;
  absl::Status error_;  // not OK: still to be given out
  std::optional<hss::antivirus::v1::ListSummary> summary_;
  std::optional<hss::antivirus::v1::ListPlan> plan_;

  ResumePolicy policy_;
  absl::BitGen random_;
  bool begun_ = false;
  std::optional<absl::StatusOr<Task>> current_;  // absent: the end

  // Own synchronization.
  absl::Notification cancelled_;

  absl::Mutex mu_;
  std::unique_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mu_);
};

// Moves its range: there is one pass.
class TaskRange::Iterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using value_type = absl::StatusOr<Task>;
  using difference_type = std::ptrdiff_t;

  explicit Iterator(TaskRange& range) : range_(&range) {}

  value_type& operator*() const { return *range_->current_; }
  value_type* operator->() const { return &*range_->current_; }
  Iterator& operator++() {
    range_->Advance();
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const Iterator& it, std::default_sentinel_t /*end*/) {
    return it.AtEnd();
  }

 private:
  bool AtEnd() const { return !range_->current_.has_value(); }

  TaskRange* range_;
};

}  // namespace hssgw
