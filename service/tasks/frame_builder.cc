// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/frame_builder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/string_view.h"
#include "google/protobuf/io/coded_stream.h"

namespace hssgw {
namespace {

// Field `tasks` of ListTasksResponse: number 1, length-delimited.
constexpr uint8_t kTasksTag = 0x0A;

std::shared_ptr<const std::string> WireOf(const PageRef& page) {
  return {page, &page->wire};
}

// A task's tag and length.
constexpr size_t kMaxHeadBytes = 6;
// Field `host_info_list_continues` (16, a varint) set to true.
constexpr absl::string_view kContinues("\x80\x01\x01", 3);

// The end of the record (tag, length, bytes) that begins at `begin`. Decode
// wrote it, so it is whole; one byte is the tag.
size_t EndOfRecord(const std::string& wire, size_t begin) {
  const auto* at = reinterpret_cast<const uint8_t*>(wire.data()) + begin + 1;
  google::protobuf::io::CodedInputStream in(
      at, static_cast<int>(std::min<size_t>(wire.size() - begin - 1, 10)));
  uint32_t size = 0;
  in.ReadVarint32(&size);
  return begin + 1 + static_cast<size_t>(in.CurrentPosition()) + size;
}

}  // namespace

size_t FrameBuilder::TaskBytes(const Page& page, uint32_t index) const {
  const TaskSpan& task = page.tasks[index];
  return with_hosts_ ? task.end - task.begin
                     : kMaxHeadBytes + task.hosts - task.scalars;
}

bool FrameBuilder::FitsAlone(const Page& page, uint32_t index) const {
  return TaskBytes(page, index) <= kMaxTaskBytes;
}

bool FrameBuilder::Fits(const Page& page, uint32_t index) const {
  return size_ + TaskBytes(page, index) <= kMaxTaskBytes;
}

void FrameBuilder::AddTask(const PageRef& page, uint32_t index) {
  const TaskSpan& task = page->tasks[index];
  if (with_hosts_) return AddSlice(WireOf(page), task.begin, task.end);
  AddTaskHead(task.hosts - task.scalars);
  AddSlice(WireOf(page), task.scalars, task.hosts);
}

FrameBuilder::Part FrameBuilder::AddTaskPart(const PageRef& page,
                                             uint32_t index,
                                             int32_t hosts_sent) {
  const TaskSpan& task = page->tasks[index];
  const size_t scalars = task.hosts - task.scalars;
  const size_t room =
      kMaxTaskBytes - kMaxHeadBytes - scalars - kContinues.size();
  size_t begin = with_hosts_ ? task.hosts : task.end;
  for (int32_t i = 0; i < hosts_sent && begin < task.end; ++i) {
    begin = EndOfRecord(page->wire, begin);
  }
  Part part;
  size_t end = begin;
  while (end < task.end) {
    const size_t next = EndOfRecord(page->wire, end);
    // (Decode bounds a record far below a frame, so one always fits.)
    if (next - begin > room && end > begin) break;
    end = next;
    ++part.hosts;
  }
  part.last = end >= task.end;
  AddTaskHead(scalars + (end - begin) + (part.last ? 0 : kContinues.size()));
  AddSlice(WireOf(page), task.scalars, task.hosts);
  if (end > begin) AddSlice(WireOf(page), begin, end);
  if (!part.last) AddOwn(kContinues.data(), kContinues.size());
  return part;
}

void FrameBuilder::AddTaskHead(size_t size) {
  std::array<uint8_t, kMaxHeadBytes> head = {kTasksTag};
  const uint8_t* end =
      google::protobuf::io::CodedOutputStream::WriteVarint32ToArray(
          static_cast<uint32_t>(size), head.data() + 1);
  AddOwn(reinterpret_cast<const char*>(head.data()),
         static_cast<size_t>(end - head.data()));
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
