// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/frame_builder.h"

#include <array>
#include <utility>

#include "google/protobuf/io/coded_stream.h"

namespace hssgw {
namespace {

// Field `tasks` of ListTasksResponse: number 1, length-delimited.
constexpr uint8_t kTasksTag = 0x0A;

std::shared_ptr<const std::string> WireOf(const PageRef& page) {
  return {page, &page->wire};
}

}  // namespace

void FrameBuilder::AddTask(const PageRef& page, uint32_t index) {
  const TaskSpan& task = page->tasks[index];
  if (!with_hosts_) return AddTaskWithoutHosts(page, task);
  AddSlice(WireOf(page), task.begin, task.end);
}

void FrameBuilder::AddTaskWithoutHosts(const PageRef& page,
                                       const TaskSpan& task) {
  const uint32_t size = task.hosts - task.scalars;
  std::array<uint8_t, 6> head = {kTasksTag};
  const uint8_t* end =
      google::protobuf::io::CodedOutputStream::WriteVarint32ToArray(
          size, head.data() + 1);
  AddOwn(reinterpret_cast<const char*>(head.data()),
         static_cast<size_t>(end - head.data()));
  AddSlice(WireOf(page), task.scalars, task.hosts);
}

void FrameBuilder::AddFields(const google::protobuf::MessageLite& response) {
  const std::string bytes = response.SerializeAsString();
  AddOwn(bytes.data(), bytes.size());
}

void FrameBuilder::AddSlice(std::shared_ptr<const std::string> owner,
                            size_t begin, size_t end) {
  size_ += end - begin;
  if (!slices_.empty() && slices_.back().owner == owner &&
      slices_.back().end == begin) {
    slices_.back().end = end;
    return;
  }
  slices_.push_back({std::move(owner), begin, end});
}

void FrameBuilder::AddOwn(const char* bytes, size_t size) {
  const size_t begin = own_->size();
  own_->append(bytes, size);
  AddSlice(own_, begin, own_->size());
}

Frame FrameBuilder::Take() {
  // Runs are known only now, so short ones are copied only now.
  auto own = std::make_shared<std::string>();
  Frame frame;
  frame.size = std::exchange(size_, 0);
  for (Slice& slice : slices_) {
    if (slice.size() >= kMinSliceBytes && slice.owner != own_) {
      frame.slices.push_back(std::move(slice));
      continue;
    }
    const size_t begin = own->size();
    own->append(*slice.owner, slice.begin, slice.size());
    if (!frame.slices.empty() && frame.slices.back().owner == own) {
      frame.slices.back().end = own->size();
    } else {
      frame.slices.push_back({own, begin, own->size()});
    }
  }
  slices_.clear();
  own_ = std::make_shared<std::string>();
  return frame;
}

}  // namespace hssgw
