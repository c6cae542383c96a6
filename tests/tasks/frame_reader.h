// SPDX-License-Identifier: Apache-2.0
// Pulls frames from a lister as a stream does, and remembers what came.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/strip.h"
#include "hss/antivirus/v1/task_service.pb.h"
#include "service/tasks/task_lister.h"

namespace hssgw {

inline hss::antivirus::v1::ListTasksResponse ParseFrame(const Frame& frame) {
  std::string bytes;
  for (const Slice& slice : frame.slices) {
    bytes.append(*slice.owner, slice.begin, slice.size());
  }
  EXPECT_EQ(bytes.size(), frame.size);
  hss::antivirus::v1::ListTasksResponse response;
  EXPECT_TRUE(response.ParseFromString(bytes));
  return response;
}

// Pulls like a stream does, and remembers what came.
struct FrameReader {
  explicit FrameReader(std::shared_ptr<TaskLister> its_lister)
      : lister(std::move(its_lister)) {}
  // A Next that still waits is answered while there is someone to take it.
  ~FrameReader() { lister->Cancel(); }
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  // Asks for the next frame; true if it came at once.
  bool Pull() {
    waiting = true;
    lister->Next([this](absl::StatusOr<std::optional<Frame>> frame) {
      waiting = false;
      Take(std::move(frame));
    });
    return !waiting;
  }

  void PullAll() {
    while (!ended && Pull()) {
    }
  }

  void Take(absl::StatusOr<std::optional<Frame>> frame) {
    ended = !frame.ok() || !frame->has_value();
    status = frame.status();
    if (ended) return;
    const hss::antivirus::v1::ListTasksResponse response = ParseFrame(**frame);
    frames.push_back(response);
    frame_sizes.push_back((*frame)->size);
    for (const auto& task : response.tasks()) {
      ids.push_back(std::string(absl::StripPrefix(task.task_id(), "task-")));
    }
  }

  const hss::antivirus::v1::ListSummary& summary() const {
    return frames.back().summary();
  }

  std::shared_ptr<TaskLister> lister;
  bool waiting = false;
  bool ended = false;
  absl::Status status;
  std::vector<hss::antivirus::v1::ListTasksResponse> frames;
  std::vector<size_t> frame_sizes;
  std::vector<std::string> ids;
};

}  // namespace hssgw
