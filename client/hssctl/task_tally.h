// SPDX-License-Identifier: Apache-2.0
// Counts over the tasks of a listing: `hssctl summary`.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "hss/antivirus/v1/task_service.pb.h"

namespace hssgw {

class TaskTally {
 public:
  void Add(const hss::antivirus::v1::Task& task);

  // A line a count.
  std::string ToText() const;

 private:
  int64_t tasks_ = 0;
  int64_t paid_ = 0;
  std::map<std::string, int64_t> states_;
  // Servers as upstream counts them; a task without a number adds nothing.
  int64_t hosts_ = 0;
  int64_t succeeded_ = 0;
  int64_t failed_ = 0;
  int64_t cancelled_ = 0;
  absl::Time oldest_ = absl::InfiniteFuture();
  absl::Time newest_ = absl::InfinitePast();
};

// How the listing itself went.
std::string ToText(const hss::antivirus::v1::ListSummary& summary);

}  // namespace hssgw
