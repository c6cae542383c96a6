// SPDX-License-Identifier: Apache-2.0
// Puts tasks and the message around them together into one frame: a list of
// slices of pages, decoded long ago, and of a few bytes of its own.
// Concatenated protobuf fields merge, so a frame is complete wherever it is cut
// between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/message_lite.h"
#include "service/tasks/page.h"

namespace hssgw {

// A frame leaves when it holds so much.
inline constexpr size_t kFrameBytes = 64 << 10;
// No frame is larger, so that no client needs to raise gRPC's 4 MiB.
inline constexpr size_t kMaxFrameBytes = 1 << 20;
// What the tasks of a frame leave for its other fields.
inline constexpr size_t kFieldBytes = 16 << 10;
inline constexpr size_t kMaxTaskBytes = kMaxFrameBytes - kFieldBytes;
// A shorter run of bytes is copied: a slice costs more than that memcpy.
inline constexpr size_t kMinSliceBytes = 2 << 10;

class FrameBuilder {
 public:
  // `with_hosts`: false leaves host_info_list out (TASK_VIEW_BASIC).
  explicit FrameBuilder(bool with_hosts) : with_hosts_(with_hosts) {}

  // True if a frame, empty or this one, has room for the whole task.
  bool FitsAlone(const Page& page, uint32_t index) const;
  bool Fits(const Page& page, uint32_t index) const;

  void AddTask(const PageRef& page, uint32_t index);

  // Adds a task with the hosts after its first `hosts_sent`, as many as fit
  // into a frame: its scalars, a run of its hosts, and whether more follow.
  // REQUIRES: empty().
  struct Part {
    int32_t hosts = 0;
    bool last = false;
  };
  Part AddTaskPart(const PageRef& page, uint32_t index, int32_t hosts_sent);

  // Fields of ListTasksResponse other than tasks.
  void AddFields(const google::protobuf::MessageLite& response);

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // The frame so far; the builder is empty after that.
  Frame Take();

 private:
  size_t TaskBytes(const Page& page, uint32_t index) const;
  // The tag and length of a task of `size` bytes.
  void AddTaskHead(size_t size);
  void AddSlice(std::shared_ptr<const std::string> owner, size_t begin,
                size_t end);
  void AddOwn(const char* bytes, size_t size);

  const bool with_hosts_;
  std::vector<Slice> slices_;
  // Grows while the frame is built: slices of it know offsets, not addresses.
  std::shared_ptr<std::string> own_ = std::make_shared<std::string>();
  size_t size_ = 0;
};

}  // namespace hssgw
