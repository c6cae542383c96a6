// SPDX-License-Identifier: Apache-2.0
// One answer of upstream, decoded once and kept as protobuf wire bytes, and the
// index that lets rows, views and parts be cut out of it without decoding
// again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace hssgw {

// start_millis of a task without a start time.
inline constexpr int64_t kNoTime = std::numeric_limits<int64_t>::min();

// Where one task lies in Page::wire. [begin, end) is a whole `tasks` field of
// ListTasksResponse: tag, length, the scalar fields, then the hosts, which are
// the last field written, so that [scalars, hosts) is the task without hosts.
struct TaskSpan {
  uint32_t begin;    // the tag byte
  uint32_t scalars;  // after tag and length
  uint32_t hosts;    // the first host record
  uint32_t end;      // one past the task
  int64_t start_millis = kNoTime;
  // A fixed hash of (paid flag, task_id), the same on every replica. 0: no id;
  // such a row is never an anchor nor a duplicate.
  uint64_t id_hash = 0;
};

// Immutable once published; independent of view and caller.
struct Page {
  std::string wire;
  std::vector<TaskSpan> tasks;
  int32_t offset = 0;
  int32_t limit = 0;
  // Absent when upstream did not say.
  std::optional<int64_t> total_num;
  // When the successful request was sent, not answered.
  absl::Time sent_at;
};

// Shared: a page outlives the cache while gRPC holds slices of it.
using PageRef = std::shared_ptr<const Page>;

// Bytes of a page, or of a frame's own.
struct Slice {
  std::shared_ptr<const std::string> owner;
  size_t begin = 0;
  size_t end = 0;

  size_t size() const { return end - begin; }
};

// One message on the wire: its slices, one after the other.
struct Frame {
  std::vector<Slice> slices;
  size_t size = 0;
};

}  // namespace hssgw
