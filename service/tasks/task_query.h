// SPDX-License-Identifier: Apache-2.0
// A checked request. The factory is the only way to make one, so code that
// holds a TaskQuery never checks it again.
//
// Fails: INVALID_ARGUMENT, REQUEST_INVALID with a violation for every field
// that is wrong, all at once; PERMISSION_DENIED, CALLER_NOT_ALLOWED.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hss/antivirus/v1/task_service.pb.h"
#include "service/tasks/leg.h"

namespace hssgw {

// What the gateway serves, from its configuration.
struct QueryScope {
  std::string profile = "default";
  std::string endpoint;  // "https://host[:port]"
  // The first is the default. Others are refused.
  std::vector<std::string> projects;
};

class QueryChecker;

class TaskQuery {
 public:
  static absl::StatusOr<TaskQuery> FromProto(
      const hss::antivirus::v1::ListTasksRequest& request,
      const QueryScope& scope);
  // A page is a listing of at most page_size tasks.
  static absl::StatusOr<TaskQuery> FromProto(
      const hss::antivirus::v1::ListTasksPageRequest& request,
      const QueryScope& scope);

  const std::string& profile() const { return profile_; }
  const std::string& endpoint() const { return endpoint_; }
  const std::string& project_id() const { return project_id_; }
  const LegFilter& filter() const { return filter_; }

  // At most one of last_days and the two bounds; a bound may stand alone.
  std::optional<int32_t> last_days() const { return last_days_; }
  std::optional<absl::Time> begin_time() const { return begin_time_; }
  std::optional<absl::Time> end_time() const { return end_time_; }

  // Absent: paid and free tasks.
  std::optional<bool> whether_paid_task() const { return whether_paid_task_; }

  // True for TASK_VIEW_FULL.
  bool with_hosts() const { return with_hosts_; }

  // 0: all.
  int32_t max_tasks() const { return max_tasks_; }

  // Absent: the gateway chooses.
  std::optional<absl::Duration> max_staleness() const { return max_staleness_; }
  std::optional<absl::Duration> max_staleness_on_error() const {
    return max_staleness_on_error_;
  }

  bool allow_incomplete() const { return allow_incomplete_; }
  bool plan_only() const { return plan_only_; }

  // The caller's resume_token or page_token, not opened yet; empty: none.
  const std::string& token() const { return token_; }

 private:
  TaskQuery() = default;

  // What both requests have.
  template <typename Request>
  void Take(const Request& request, const QueryScope& scope,
            QueryChecker& checker);
  // The form first, then what is served: that is told only to whom may know.
  static absl::StatusOr<TaskQuery> Finish(TaskQuery query,
                                          const QueryScope& scope,
                                          const QueryChecker& checker);

  std::string profile_;
  std::string endpoint_;
  std::string project_id_;
  LegFilter filter_;
  std::optional<int32_t> last_days_;
  std::optional<absl::Time> begin_time_;
  std::optional<absl::Time> end_time_;
  std::optional<bool> whether_paid_task_;
  bool with_hosts_ = true;
  int32_t max_tasks_ = 0;
  std::optional<absl::Duration> max_staleness_;
  std::optional<absl::Duration> max_staleness_on_error_;
  bool allow_incomplete_ = false;
  bool plan_only_ = false;
  std::string token_;
};

}  // namespace hssgw
