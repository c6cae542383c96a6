// SPDX-License-Identifier: Apache-2.0
#include "client/hssctl/flags.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::HostTaskStatus_Parse;
using ::hss::antivirus::v1::TaskFilter;
using ::hss::antivirus::v1::TaskStatus_Parse;

std::string CheckTime(const std::string& text) {
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) return "";
  return "want a time like 2026-01-31T08:00:00Z";
}

std::string CheckDuration(const std::string& text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration > absl::ZeroDuration()) {
    return "";
  }
  return "want a duration like 90s or 20m";
}

// The flag was checked.
absl::Time ToTime(const std::string& text) {
  absl::Time time;
  absl::ParseTime(absl::RFC3339_full, text, &time, nullptr);
  return time;
}

void SetTime(const std::string& text, google::protobuf::Timestamp* field) {
  const absl::Time time = ToTime(text);
  const int64_t seconds = absl::ToUnixSeconds(time);
  field->set_seconds(seconds);
  field->set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

// "finish" -> TASK_STATUS_FINISH; the flag was checked against the words.
template <typename Enum>
Enum FromWord(const std::string& prefix, const std::string& word,
              bool (*parse)(google::protobuf::ConstStringParam, Enum*)) {
  Enum value{};
  parse(absl::StrCat(prefix, absl::AsciiStrToUpper(word)), &value);
  return value;
}

}  // namespace

absl::Time CallFlags::DeadlineFrom(absl::Time start) const {
  if (!deadline.empty()) return ToTime(deadline);
  absl::Duration duration;
  if (absl::ParseDuration(timeout, &duration)) return start + duration;
  return absl::InfiniteFuture();
}

TaskFilter FilterFlags::ToFilter() const {
  TaskFilter filter;
  filter.set_enterprise_project_id(enterprise_project_id);
  filter.set_task_name(task_name);
  if (!task_status.empty()) {
    filter.set_task_status(
        FromWord("TASK_STATUS_", task_status, &TaskStatus_Parse));
  }
  filter.set_host_name(host_name);
  filter.set_private_ip(private_ip);
  filter.set_public_ip(public_ip);
  for (const std::string& word : host_task_status) {
    filter.add_host_task_status(
        FromWord("HOST_TASK_STATUS_", word, &HostTaskStatus_Parse));
  }
  if (last_days) filter.set_last_days(*last_days);
  if (!begin_time.empty()) SetTime(begin_time, filter.mutable_begin_time());
  if (!end_time.empty()) SetTime(end_time, filter.mutable_end_time());
  if (!paid.empty()) filter.set_whether_paid_task(paid == "true");
  return filter;
}

Format ListFlags::ToFormat() const {
  return format == "json" ? Format::kJson : Format::kTable;
}

void AddServerFlags(CLI::App& app, CallFlags& flags) {
  app.add_option("--address", flags.address,
                 "The gateway: host:port or unix:/path")
      ->capture_default_str();
  app.add_option("--project-id", flags.project_id,
                 "Upstream project; the gateway's default if not given");
}

void AddTimeFlags(CLI::App& verb, CallFlags& flags) {
  CLI::Option* const timeout =
      verb.add_option("--timeout", flags.timeout, "Give up after, e.g. 10m")
          ->check(CheckDuration);
  verb.add_option("--deadline", flags.deadline,
                  "Give up at, e.g. 2026-01-31T08:00:00Z")
      ->check(CheckTime)
      ->excludes(timeout);
}

void AddFilterFlags(CLI::App& verb, FilterFlags& flags) {
  verb.add_option("--enterprise-project-id", flags.enterprise_project_id,
                  "\"all_granted_eps\" for all");
  verb.add_option("--task-name", flags.task_name, "Part of a task's name");
  verb.add_option("--task-status", flags.task_status, "State of the task")
      ->check(CLI::IsMember({"scanning", "cancel", "fail", "finish"}));
  verb.add_option("--host-name", flags.host_name, "Server name");
  verb.add_option("--private-ip", flags.private_ip, "Private address");
  verb.add_option("--public-ip", flags.public_ip, "Elastic IP address");
  verb.add_option("--host-task-status", flags.host_task_status,
                  "States of a scan on a server; any of them")
      ->check(CLI::IsMember({"scanning", "success", "fail", "cancel"}));
  verb.add_option("--last-days", flags.last_days, "Days back from now, 1-90");
  verb.add_option("--begin-time", flags.begin_time, "Began at or after")
      ->check(CheckTime);
  verb.add_option("--end-time", flags.end_time, "Began at or before")
      ->check(CheckTime);
  verb.add_option("--paid", flags.paid,
                  "Only paid (true) or free (false) tasks")
      ->check(CLI::IsMember({"true", "false"}));
}

void AddListingFlags(CLI::App& verb, ListingFlags& flags) {
  AddTimeFlags(verb, flags.call);
  verb.add_flag("--allow-incomplete", flags.allow_incomplete,
                "Take what can be had of a list that moves too fast");
  verb.add_flag("--quiet", flags.quiet,
                "No progress on the terminal, no closing line");
  AddFilterFlags(verb, flags.filter);
}

void AddListFlags(CLI::App& verb, ListFlags& flags) {
  verb.add_flag("--all", flags.all, "Every task, not only the newest");
  verb.add_option("--max-tasks", flags.max_tasks, "The newest so many")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb.add_option("--format", flags.format, "How a task is printed")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  verb.add_option("--resume-token", flags.resume_token,
                  "Go on behind an earlier listing of the same tasks");
  verb.add_flag("--plan", flags.plan,
                "Only tell what would be asked, at no upstream call");
  AddListingFlags(verb, flags.listing);
}

}  // namespace hssgw
