// SPDX-License-Identifier: Apache-2.0
// What hssctl writes of the gateway's messages, for eyes or as JSON. Every text
// ends with a newline.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "hss/antivirus/v1/task_service.pb.h"

namespace hssgw {

// One line: names as the proto has them.
std::string ToJson(const google::protobuf::Message& message);

// Without what a terminal would obey: names are upstream's text.
std::string Printable(absl::string_view text);

// One line: begin, state, servers, id, name.
std::string ToRow(const hss::antivirus::v1::Task& task);

// A line for each list that would be asked, and what that costs.
std::string ToText(const hss::antivirus::v1::ListPlan& plan);

// Why a listing is not complete, in a few words.
std::string WhyIncomplete(const hss::antivirus::v1::ListSummary& summary);

// "TASK_STATUS_FINISH" without its prefix, in lower case: as upstream has it.
std::string ToWord(hss::antivirus::v1::TaskStatus status);

absl::Time ToTime(const google::protobuf::Timestamp& timestamp);

// "2026-01-31T08:00:00Z"
std::string ToText(absl::Time time);

}  // namespace hssgw
