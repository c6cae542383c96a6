// SPDX-License-Identifier: Apache-2.0
#include "service/hss/task_request.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/http/url.h"

namespace hssgw {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

void AddUnlessEmpty(absl::string_view name, const std::string& value,
                    Parameters& parameters) {
  if (!value.empty()) parameters.emplace_back(name, value);
}

void AddFilter(const LegFilter& filter, Parameters& parameters) {
  AddUnlessEmpty("enterprise_project_id", filter.enterprise_project_id,
                 parameters);
  AddUnlessEmpty("task_name", filter.task_name, parameters);
  AddUnlessEmpty("task_status", filter.task_status, parameters);
  AddUnlessEmpty("host_name", filter.host_name, parameters);
  AddUnlessEmpty("private_ip", filter.private_ip, parameters);
  AddUnlessEmpty("public_ip", filter.public_ip, parameters);

  // Sorted and each once: the only form that every signer agrees on.
  std::vector<std::string> statuses = filter.host_task_status;
  std::sort(statuses.begin(), statuses.end());
  statuses.erase(std::unique(statuses.begin(), statuses.end()), statuses.end());
  for (const std::string& status : statuses) {
    AddUnlessEmpty("host_task_status", status, parameters);
  }
}

void AddWindow(const LegKey& leg, Parameters& parameters) {
  const LegWindow& window = leg.window;
  if (window.last_days.has_value()) {
    // Mutually exclusive with the bounds, and upstream lets it win.
    parameters.emplace_back("last_days", absl::StrCat(*window.last_days));
    return;
  }
  if (window.begin.has_value()) {
    parameters.emplace_back(
        "begin_time",
        FormatTimeBound(*window.begin, TimeBound::kBegin, leg.time_format));
  }
  if (window.end.has_value()) {
    parameters.emplace_back(
        "end_time",
        FormatTimeBound(*window.end, TimeBound::kEnd, leg.time_format));
  }
}

absl::Time Round(absl::Time time, TimeBound bound, absl::Duration unit) {
  const absl::Duration since = time - absl::UnixEpoch();
  return absl::UnixEpoch() + (bound == TimeBound::kBegin
                                  ? absl::Floor(since, unit)
                                  : absl::Ceil(since, unit));
}

std::string UtcText(absl::Time time, TimeBound bound) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::Time first = absl::FromCivil(absl::CivilSecond(1), utc);
  const absl::Time last =
      absl::FromCivil(absl::CivilSecond(10000), utc) - absl::Seconds(1);
  const absl::Time rounded =
      Round(std::clamp(time, first, last), bound, absl::Seconds(1));
  // %E4Y: four digits also before the year 1000.
  return absl::FormatTime("%E4Y-%m-%d %H:%M:%S", rounded, utc);
}

}  // namespace

HttpRequest MakeTaskRequest(const PageQuestion& question,
                            absl::string_view origin) {
  const LegKey& leg = question.leg;
  Parameters parameters = {
      {"offset", absl::StrCat(question.offset)},
      {"limit", absl::StrCat(question.limit)},
      {"whether_paid_task", leg.whether_paid_task ? "true" : "false"},
  };
  AddFilter(leg.filter, parameters);
  AddWindow(leg, parameters);

  HttpRequest request;
  request.origin = std::string(origin);
  request.path =
      absl::StrCat("/v5/", EscapeUrl(leg.project_id), "/antivirus/task");
  request.query = CanonicalQuery(std::move(parameters));
  request.headers = {{"Accept", "application/json"},
                     {"X-Project-Id", leg.project_id}};
  return request;
}

std::string FormatTimeBound(absl::Time time, TimeBound bound,
                            TimeFormat format) {
  if (format == TimeFormat::kUtcText) return UtcText(time, bound);
  return absl::StrCat(
      absl::ToUnixMillis(Round(time, bound, absl::Milliseconds(1))));
}

}  // namespace hssgw
