// SPDX-License-Identifier: Apache-2.0
// What a listing gives: rows into frames, frames to whoever waits.
#include <utility>

#include "service/tasks/list_report.h"
#include "service/tasks/task_lister.h"

namespace hssgw {

using ::hss::antivirus::v1::ListTasksPageResponse;
using ::hss::antivirus::v1::ListTasksResponse;

void TaskLister::FillFrame() {
  const size_t enough = options_.one_page ? kMaxTaskBytes : kFrameBytes;
  while (state_ == State::kReading && ending_.ok() && !frame_closed_ &&
         builder_.size() < enough && !EnoughSent()) {
    LegReader* reader =
        cut_reader_ != nullptr ? cut_reader_ : merge_.NextReader();
    if (reader == nullptr) return;
    AddRow(*reader);
  }
}

void TaskLister::AddRow(LegReader& reader) {
  const ReadyRow& row = *reader.Peek();
  if (cut_task_.has_value() &&
      *cut_task_ != RowMark(row.page->tasks[row.index])) {
    hosts_sent_ = 0;  // Another task stands there now: all of it is sent.
  }
  cut_task_.reset();
  if (hosts_sent_ > 0 || !builder_.FitsAlone(*row.page, row.index)) {
    return AddPart(reader);
  }
  if (!builder_.Fits(*row.page, row.index)) {
    frame_closed_ = true;
    return;
  }
  const ReadyRow taken = reader.Pop();
  builder_.AddTask(taken.page, taken.index);
  ++tasks_taken_;
}

// A task that no frame can hold goes in parts, each alone in its frame.
void TaskLister::AddPart(LegReader& reader) {
  frame_closed_ = true;
  if (!builder_.empty()) return;
  const ReadyRow& row = *reader.Peek();
  const FrameBuilder::Part part =
      builder_.AddTaskPart(row.page, row.index, hosts_sent_);
  if (!part.last) {
    cut_reader_ = &reader;
    hosts_sent_ += part.hosts;
    return;
  }
  cut_reader_ = nullptr;
  hosts_sent_ = 0;
  reader.Pop();
  ++tasks_taken_;
}

std::optional<TaskLister::Delivery> TaskLister::TakeDelivery() {
  if (!waiting_) return std::nullopt;
  absl::StatusOr<std::optional<Frame>> result = std::nullopt;
  const bool ended =
      EnoughSent() || (merge_.AllRead() && merge_.FirstError().ok());
  if (state_ == State::kSummarySent) {
    // The last frame was given.
  } else if (state_ == State::kFailed) {
    result = error_;
  } else if (query_.plan_only()) {
    state_ = State::kSummarySent;
    result = TakePlanFrame();
  } else if (options_.one_page && (ended || PageIsReady())) {
    state_ = State::kSummarySent;
    result = TakePage();
  } else if (ended) {
    state_ = State::kSummarySent;
    result = TakeFrame(/*last=*/true);
  } else if (!builder_.empty() && !options_.one_page) {
    quiet_frames_ = 0;
    result = TakeFrame(/*last=*/false);
  } else if (const absl::Status why = WhyEnded(); !why.ok()) {
    state_ = State::kFailed;
    error_ = why;
    StopReaders();
    result = error_;
  } else if (std::exchange(progress_due_, false)) {
    ++quiet_frames_;
    result = TakeFrame(/*last=*/false);
  } else {
    return std::nullopt;
  }
  progress_due_ = false;
  return Delivery{std::exchange(waiting_, nullptr), std::move(result)};
}

absl::Status TaskLister::WhyEnded() const {
  return ending_.ok() ? merge_.FirstError() : ending_;
}

// A page is full, or what it lacks would keep its caller waiting.
bool TaskLister::PageIsReady() const {
  if (is_count_ && std::all_of(merge_.readers().begin(), merge_.readers().end(),
                               [](const auto& reader) {
                                 return reader->retired() ||
                                        reader->any_page_read();
                               })) {
    return true;
  }
  if (builder_.empty()) return false;
  return frame_closed_ || builder_.size() >= kMaxTaskBytes ||
         !WhyEnded().ok() || WaitsForBudget(merge_, parts_.clock.Now());
}

std::string TaskLister::SealPosition() const {
  ListPosition position = merge_.Position();
  if (options_.one_page && cut_reader_ != nullptr) {
    const ReadyRow& row = *cut_reader_->Peek();
    position.hosts_sent = hosts_sent_;
    position.cut_task = RowMark(row.page->tasks[row.index]);
  }
  return parts_.tokens.Seal(position, PurposeOf(options_), binding_,
                            parts_.clock.Now());
}

hss::antivirus::v1::ListPlan TaskLister::TellPlan() {
  auto plan = MakePlan(merge_, parts_.forecast, parts_.clock.Now());
  freshness_.Tell(merge_.windows(), plan);
  return plan;
}

Frame TaskLister::TakeFrame(bool last) {
  ListTasksResponse fields;
  if (!std::exchange(plan_sent_, true)) {
    *fields.mutable_plan() = TellPlan();
  }
  *fields.mutable_progress() =
      MakeProgress(merge_, tasks_taken_, parts_.forecast, parts_.clock.Now());
  token_ = SealPosition();
  if (last) {
    *fields.mutable_summary() =
        MakeSummary(merge_, tasks_taken_, EnoughSent() && !merge_.AllRead());
    freshness_.Tell(*fields.mutable_summary());
    StopReaders();
  } else {
    fields.set_resume_token(token_);
  }
  builder_.AddFields(fields);
  frame_closed_ = false;
  return builder_.Take();
}

Frame TaskLister::TakePlanFrame() {
  ListTasksResponse fields;
  *fields.mutable_plan() = TellPlan();
  *fields.mutable_summary() = MakePlanOnlySummary();
  builder_.AddFields(fields);
  return builder_.Take();
}

Frame TaskLister::TakePage() {
  ListTasksPageResponse fields = MakePageFields(merge_);
  if (!merge_.AllRead()) fields.set_next_page_token(SealPosition());
  StopReaders();
  builder_.AddFields(fields);
  return builder_.Take();
}

}  // namespace hssgw
