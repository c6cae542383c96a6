// SPDX-License-Identifier: Apache-2.0
// hssctl: the command line for people. `hssctl list --help` tells the rest.
#include <google/protobuf/util/json_util.h>
#include <grpcpp/security/credentials.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/gateway_channel.h"
#include "client/task_range.h"
#include "hss/antivirus/v1/task_service.grpc.pb.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::AntivirusTaskService;
using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::Task;

constexpr int kExitCallFailed = 1;
constexpr int kNewest = 50;

struct ListFlags {
  std::string address = "127.0.0.1:50051";
  std::string project_id;
  bool all = false;
  int32_t max_tasks = kNewest;
  std::string format = "table";
  std::string timeout;
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
};

std::string Checked(const std::string& text, absl::Time* time) {
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, time, &error)) return "";
  return "want a time like 2026-01-31T08:00:00Z";
}

std::string CheckTime(const std::string& text) {
  absl::Time time;
  return Checked(text, &time);
}

std::string CheckDuration(const std::string& text) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration) && duration > absl::ZeroDuration()) {
    return "";
  }
  return "want a duration like 90s or 20m";
}

void SetTime(const std::string& text, google::protobuf::Timestamp* field) {
  absl::Time time;
  Checked(text, &time);
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

void AddListFlags(CLI::App& list, ListFlags& flags) {
  list.add_flag("--all", flags.all, "Every task, not only the newest");
  list.add_option("--max-tasks", flags.max_tasks, "The newest so many")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  list.add_option("--format", flags.format, "How a task is printed")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  list.add_option("--timeout", flags.timeout, "Give up after, e.g. 10m")
      ->check(CheckDuration);
  list.add_option("--enterprise-project-id", flags.enterprise_project_id,
                  "\"all_granted_eps\" for all");
  list.add_option("--task-name", flags.task_name, "Part of a task's name");
  list.add_option("--task-status", flags.task_status, "State of the task")
      ->check(CLI::IsMember({"scanning", "cancel", "fail", "finish"}));
  list.add_option("--host-name", flags.host_name, "Server name");
  list.add_option("--private-ip", flags.private_ip, "Private address");
  list.add_option("--public-ip", flags.public_ip, "Elastic IP address");
  list.add_option("--host-task-status", flags.host_task_status,
                  "States of a scan on a server; any of them")
      ->check(CLI::IsMember({"scanning", "success", "fail", "cancel"}));
  list.add_option("--last-days", flags.last_days, "Days back from now, 1-90");
  list.add_option("--begin-time", flags.begin_time, "Began at or after")
      ->check(CheckTime);
  list.add_option("--end-time", flags.end_time, "Began at or before")
      ->check(CheckTime);
  list.add_option("--paid", flags.paid,
                  "Only paid (true) or free (false) tasks")
      ->check(CLI::IsMember({"true", "false"}));
}

ListTasksRequest MakeRequest(const ListFlags& flags) {
  ListTasksRequest request;
  request.set_project_id(flags.project_id);
  if (!flags.all) request.set_max_tasks(flags.max_tasks);
  auto& filter = *request.mutable_filter();
  filter.set_enterprise_project_id(flags.enterprise_project_id);
  filter.set_task_name(flags.task_name);
  if (!flags.task_status.empty()) {
    filter.set_task_status(FromWord("TASK_STATUS_", flags.task_status,
                                    &hss::antivirus::v1::TaskStatus_Parse));
  }
  filter.set_host_name(flags.host_name);
  filter.set_private_ip(flags.private_ip);
  filter.set_public_ip(flags.public_ip);
  for (const std::string& word : flags.host_task_status) {
    filter.add_host_task_status(FromWord(
        "HOST_TASK_STATUS_", word, &hss::antivirus::v1::HostTaskStatus_Parse));
  }
  if (flags.last_days) filter.set_last_days(*flags.last_days);
  if (!flags.begin_time.empty()) {
    SetTime(flags.begin_time, filter.mutable_begin_time());
  }
  if (!flags.end_time.empty()) {
    SetTime(flags.end_time, filter.mutable_end_time());
  }
  if (!flags.paid.empty()) filter.set_whether_paid_task(flags.paid == "true");
  return request;
}

std::string Word(const std::string& name, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
}

void PrintRow(const Task& task) {
  const absl::Time start = absl::FromUnixSeconds(task.start_time().seconds());
  absl::PrintF(
      "%-20s  %-9s  %5d hosts  %-36s  %s\n",
      task.has_start_time()
          ? absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", start, absl::UTCTimeZone())
          : "-",
      Word(hss::antivirus::v1::TaskStatus_Name(task.task_status()),
           "TASK_STATUS_"),
      task.host_info_list_size(), task.task_id(), task.task_name());
}

void PrintJson(const Task& task) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  // A parsed message always prints.
  static_cast<void>(
      google::protobuf::util::MessageToJsonString(task, &json, options));
  absl::PrintF("%s\n", json);
}

int List(const ListFlags& flags) {
  const absl::Time start = absl::Now();
  const auto stub = AntivirusTaskService::NewStub(
      MakeGatewayChannel(flags.address, grpc::InsecureChannelCredentials()));
  TaskRangeOptions options;
  absl::Duration timeout;
  if (absl::ParseDuration(flags.timeout, &timeout)) {
    options.deadline = start + timeout;
  }
  TaskRange range(*stub, MakeRequest(flags), options);
  for (const absl::StatusOr<Task>& task : range) {
    if (!task.ok()) {
      std::fflush(stdout);
      absl::FPrintF(stderr, "hssctl: %s: %s\n", flags.address,
                    task.status().message());
      return kExitCallFailed;
    }
    flags.format == "json" ? PrintJson(*task) : PrintRow(*task);
  }
  std::fflush(stdout);
  const auto summary =
      range.summary().value_or(hss::antivirus::v1::ListSummary());
  absl::FPrintF(
      stderr, "%d tasks in %.2f s, %d upstream calls%s\n", summary.task_count(),
      absl::ToDoubleSeconds(absl::Now() - start), summary.upstream_calls(),
      summary.complete() ? "" : "; INCOMPLETE: rows moved too fast");
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app("Reads virus-scan tasks from an hss-gateway.", "hssctl");
  ListFlags flags;
  app.add_option("--address", flags.address,
                 "The gateway: host:port or unix:/path")
      ->capture_default_str();
  app.add_option("--project-id", flags.project_id,
                 "Upstream project; the gateway's default if not given");
  app.require_subcommand(1);
  CLI::App* list =
      app.add_subcommand("list", "Prints tasks, newest first, one a line");
  AddListFlags(*list, flags);
  CLI11_PARSE(app, argc, argv);
  return List(flags);
}

}  // namespace
}  // namespace hssgw

int main(int argc, char** argv) { return hssgw::Main(argc, argv); }
