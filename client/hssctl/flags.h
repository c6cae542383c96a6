// SPDX-License-Identifier: Apache-2.0
// What people say to hssctl, and the requests that it becomes.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "hss/antivirus/v1/task_service.pb.h"

namespace hssgw {

// Which gateway, and how long to wait for it.
struct CallFlags {
  std::string address = "127.0.0.1:50051";
  std::string project_id;
  std::string timeout;
  std::string deadline;

  // `start` is when the command began. Without a flag: never.
  absl::Time DeadlineFrom(absl::Time start) const;
};

// Which tasks.
struct FilterFlags {
  std::string enterprise_project_id;
  std::string task_name;
  std::string task_status;
  std::string host_name;
  std::string private_ip;
  std::string public_ip;
  std::vector<std::string> host_task_status;
  std::optional<int32_t> last_days;
  std::string begin_time;
  std::string end_time;
  std::string paid;

  hss::antivirus::v1::TaskFilter ToFilter() const;
};

// What `list` and `summary` have in common.
struct ListingFlags {
  CallFlags call;
  FilterFlags filter;
  bool allow_incomplete = false;
  bool quiet = false;
};

enum class Format { kTable, kJson };

struct ListFlags {
  ListingFlags listing;
  bool all = false;
  int32_t max_tasks = 50;
  std::string resume_token;
  bool plan = false;
  std::string format = "table";

  Format ToFormat() const;
};

void AddServerFlags(CLI::App& app, CallFlags& flags);
void AddTimeFlags(CLI::App& verb, CallFlags& flags);
void AddFilterFlags(CLI::App& verb, FilterFlags& flags);
void AddListingFlags(CLI::App& verb, ListingFlags& flags);
void AddListFlags(CLI::App& verb, ListFlags& flags);

}  // namespace hssgw
