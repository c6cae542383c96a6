// SPDX-License-Identifier: Apache-2.0
#include "client/hssctl/text.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace hssgw {

using ::hss::antivirus::v1::ListPlan;
using ::hss::antivirus::v1::ListSummary;
using ::hss::antivirus::v1::Task;
using ::hss::antivirus::v1::TaskStatus;
using ::hss::antivirus::v1::TaskStatus_Name;

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  // A parsed message always prints.
  static_cast<void>(
      google::protobuf::util::MessageToJsonString(message, &json, options));
  return json + "\n";
}

std::string Printable(absl::string_view text) {
  std::string printable;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // The second block of control characters is C2 80 to C2 9F in UTF-8.
    const bool second_block = byte == 0xc2 && i + 1 < text.size() &&
                              static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (second_block) ++i;
    const bool control = byte < 0x20 || byte == 0x7f || second_block;
    printable += control ? '?' : text[i];
  }
  return printable;
}

std::string ToRow(const Task& task) {
  return absl::StrFormat(
      "%-20s  %-9s  %5d hosts  %-36s  %s\n",
      task.has_start_time() ? ToText(ToTime(task.start_time())) : "-",
      ToWord(task.task_status()), task.host_info_list_size(),
      Printable(task.task_id()), Printable(task.task_name()));
}

std::string ToText(const ListPlan& plan) {
  std::string text;
  for (const ListPlan::Leg& leg : plan.legs()) {
    absl::StrAppend(&text, leg.whether_paid_task() ? "paid" : "free", " tasks");
    if (leg.has_last_days()) {
      absl::StrAppend(&text, " of the last ", leg.last_days(), " days");
    }
    if (leg.has_begin_time()) {
      absl::StrAppend(&text, " from ", ToText(ToTime(leg.begin_time())));
    }
    if (leg.has_end_time()) {
      absl::StrAppend(&text, " until ", ToText(ToTime(leg.end_time())));
    }
    text += '\n';
  }
  absl::StrAppend(&text, "upstream calls needed: ",
                  plan.has_upstream_calls_needed()
                      ? absl::StrCat(plan.upstream_calls_needed())
                      : "known when the first pages were read",
                  "\npages at hand: ", plan.pages_cached(), "\n");
  if (plan.has_first_frame_expected_time()) {
    absl::StrAppend(&text, "first tasks expected: ",
                    ToText(ToTime(plan.first_frame_expected_time())), "\n");
  }
  return text;
}

std::string WhyIncomplete(const ListSummary& summary) {
  return summary.end() == hss::antivirus::v1::END_REASON_ORDER_UNSTABLE
             ? "HSS changed the order of its rows"
             : "rows moved too fast";
}

std::string ToWord(TaskStatus status) {
  const std::string& name = TaskStatus_Name(status);
  return absl::AsciiStrToLower(absl::StripPrefix(name, "TASK_STATUS_"));
}

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) +
         absl::Nanoseconds(timestamp.nanos());
}

std::string ToText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace hssgw
