// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/task_query.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "service/base/error.h"
#include "service/tasks/proto_time.h"

namespace hssgw {

// Collects what is wrong, so that a caller mends everything at once.
class QueryChecker {
 public:
  void Refuse(absl::string_view field, absl::string_view description) {
    violations_.push_back({std::string(field), std::string(description)});
  }

  // `text` in characters (UTF-8), as the API page counts; empty is unset.
  void CheckLength(absl::string_view field, absl::string_view text,
                   size_t max_characters) {
    const auto characters =
        static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
          return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        }));
    if (characters > max_characters) {
      Refuse(field, absl::StrCat("at most ", max_characters, " characters"));
    }
  }

  absl::Status Result() const {
    if (violations_.empty()) return absl::OkStatus();
    const std::string fields = absl::StrJoin(
        violations_, "; ",
        [](std::string* out, const FieldViolation& violation) {
          absl::StrAppend(out, violation.field, ": ", violation.description);
        });
    return MakeError(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat("the request breaks the bounds of its fields; mend ",
                     fields),
        {.reason = Reason::kRequestInvalid, .violations = violations_});
  }

 private:
  std::vector<FieldViolation> violations_;
};

namespace {

using ::hss::antivirus::v1::Freshness;
using ::hss::antivirus::v1::HostTaskStatus;
using ::hss::antivirus::v1::HostTaskStatus_IsValid;
using ::hss::antivirus::v1::HostTaskStatus_Name;
using ::hss::antivirus::v1::ListTasksPageRequest;
using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::TaskFilter;
using ::hss::antivirus::v1::TaskStatus_IsValid;
using ::hss::antivirus::v1::TaskStatus_Name;
using ::hss::antivirus::v1::TaskView_IsValid;

constexpr int32_t kDefaultPageSize = 100;
constexpr int32_t kMaxPageSize = 1000;
constexpr int32_t kMaxLastDays = 90;  // API page, table 2
// Timestamps outside years 1-9999 are not valid protobuf.
constexpr int64_t kMinSeconds = -62135596800;
constexpr int64_t kMaxSeconds = 253402300799;

// "TASK_STATUS_FINISH" -> "finish": upstream's words are the names' ends.
std::string UpstreamWord(absl::string_view name, absl::string_view prefix) {
  return absl::AsciiStrToLower(name.substr(prefix.size()));
}

bool IsProjectId(absl::string_view id) {
  return !id.empty() && id.size() <= 256 &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  c == '_' || c == '-';
         });
}

std::string CheckProject(const std::string& project_id, const QueryScope& scope,
                         QueryChecker& checker) {
  if (project_id.empty()) {
    if (scope.projects.empty()) {
      checker.Refuse("project_id", "required: this gateway has no default");
      return "";
    }
    return scope.projects.front();
  }
  if (!IsProjectId(project_id)) {
    checker.Refuse("project_id", "1-256 of A-Z, a-z, 0-9, _ and -");
  }
  return project_id;
}

std::optional<absl::Time> CheckTime(absl::string_view field, bool present,
                                    const google::protobuf::Timestamp& time,
                                    QueryChecker& checker) {
  if (!present) return std::nullopt;
  if (time.seconds() < kMinSeconds || time.seconds() > kMaxSeconds ||
      time.nanos() < 0 || time.nanos() > 999999999) {
    checker.Refuse(field, "a valid timestamp, years 1-9999");
    return std::nullopt;
  }
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

std::optional<absl::Duration> CheckAge(absl::string_view field, bool present,
                                       const google::protobuf::Duration& age,
                                       QueryChecker& checker) {
  if (!present) return std::nullopt;
  if (age.seconds() < 0 || age.nanos() < 0 || age.nanos() > 999999999 ||
      age.seconds() > kMaxProtoSeconds) {
    checker.Refuse(field, "a valid duration, zero or more");
    return std::nullopt;
  }
  return absl::Seconds(age.seconds()) + absl::Nanoseconds(age.nanos());
}

LegFilter CheckFilter(const TaskFilter& filter, QueryChecker& checker) {
  checker.CheckLength("filter.enterprise_project_id",
                      filter.enterprise_project_id(), 256);
  checker.CheckLength("filter.task_name", filter.task_name(), 128);
  checker.CheckLength("filter.host_name", filter.host_name(), 256);
  checker.CheckLength("filter.private_ip", filter.private_ip(), 128);
  checker.CheckLength("filter.public_ip", filter.public_ip(), 128);
  LegFilter checked{.enterprise_project_id = filter.enterprise_project_id(),
                    .task_name = filter.task_name(),
                    .task_status = "",
                    .host_name = filter.host_name(),
                    .private_ip = filter.private_ip(),
                    .public_ip = filter.public_ip(),
                    .host_task_status = {}};
  if (!TaskStatus_IsValid(filter.task_status())) {
    checker.Refuse("filter.task_status", "a value of TaskStatus");
  } else if (filter.task_status() !=
             hss::antivirus::v1::TASK_STATUS_UNSPECIFIED) {
    checked.task_status =
        UpstreamWord(TaskStatus_Name(filter.task_status()), "TASK_STATUS_");
  }
  for (int i = 0; i < filter.host_task_status_size(); ++i) {
    const int status = filter.host_task_status(i);
    if (!HostTaskStatus_IsValid(status) ||
        status == hss::antivirus::v1::HOST_TASK_STATUS_UNSPECIFIED) {
      checker.Refuse(absl::StrCat("filter.host_task_status[", i, "]"),
                     "a value of HostTaskStatus other than UNSPECIFIED");
      continue;
    }
    checked.host_task_status.push_back(
        UpstreamWord(HostTaskStatus_Name(static_cast<HostTaskStatus>(status)),
                     "HOST_TASK_STATUS_"));
  }
  auto& words = checked.host_task_status;
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return checked;
}

}  // namespace

template <typename Request>
void TaskQuery::Take(const Request& request, const QueryScope& scope,
                     QueryChecker& checker) {
  const TaskFilter& filter = request.filter();
  profile_ = scope.profile;
  endpoint_ = scope.endpoint;
  project_id_ = CheckProject(request.project_id(), scope, checker);
  filter_ = CheckFilter(filter, checker);
  begin_time_ = CheckTime("filter.begin_time", filter.has_begin_time(),
                          filter.begin_time(), checker);
  end_time_ = CheckTime("filter.end_time", filter.has_end_time(),
                        filter.end_time(), checker);
  if (begin_time_ && end_time_ && *end_time_ < *begin_time_) {
    checker.Refuse("filter.end_time", "not before begin_time");
  }
  if (filter.has_last_days()) {
    last_days_ = filter.last_days();
    if (filter.last_days() < 1 || filter.last_days() > kMaxLastDays) {
      checker.Refuse("filter.last_days",
                     absl::StrCat("from 1 to ", kMaxLastDays));
    }
    if (filter.has_begin_time() || filter.has_end_time()) {
      checker.Refuse("filter.last_days",
                     "not together with begin_time or end_time");
    }
  }
  if (filter.has_whether_paid_task()) {
    whether_paid_task_ = filter.whether_paid_task();
  }
  if (!TaskView_IsValid(request.view())) {
    checker.Refuse("view", "a value of TaskView");
  }
  with_hosts_ = request.view() != hss::antivirus::v1::TASK_VIEW_BASIC;
  const Freshness& freshness = request.freshness();
  max_staleness_ =
      CheckAge("freshness.max_staleness", freshness.has_max_staleness(),
               freshness.max_staleness(), checker);
  max_staleness_on_error_ =
      CheckAge("freshness.max_staleness_on_error",
               freshness.has_max_staleness_on_error(),
               freshness.max_staleness_on_error(), checker);
}

absl::StatusOr<TaskQuery> TaskQuery::Finish(TaskQuery query,
                                            const QueryScope& scope,
                                            const QueryChecker& checker) {
  if (absl::Status status = checker.Result(); !status.ok()) return status;
  if (std::find(scope.projects.begin(), scope.projects.end(),
                query.project_id_) == scope.projects.end() &&
      !scope.projects.empty()) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     "this gateway does not serve that project; leave "
                     "project_id empty or ask its operator to add the project",
                     {.reason = Reason::kCallerNotAllowed});
  }
  return query;
}

absl::StatusOr<TaskQuery> TaskQuery::FromProto(const ListTasksRequest& request,
                                               const QueryScope& scope) {
  QueryChecker checker;
  TaskQuery query;
  query.Take(request, scope, checker);
  if (request.max_tasks() < 0) checker.Refuse("max_tasks", "zero or more");
  query.max_tasks_ = request.max_tasks();
  query.allow_incomplete_ = request.allow_incomplete();
  query.plan_only_ = request.plan_only();
  query.token_ = request.resume_token();
  return Finish(std::move(query), scope, checker);
}

absl::StatusOr<TaskQuery> TaskQuery::FromProto(
    const ListTasksPageRequest& request, const QueryScope& scope) {
  QueryChecker checker;
  TaskQuery query;
  query.Take(request, scope, checker);
  if (request.page_size() < 0) checker.Refuse("page_size", "zero or more");
  query.max_tasks_ = request.page_size() == 0
                         ? kDefaultPageSize
                         : std::min(request.page_size(), kMaxPageSize);
  query.token_ = request.page_token();
  return Finish(std::move(query), scope, checker);
}

}  // namespace hssgw
