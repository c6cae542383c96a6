// SPDX-License-Identifier: Apache-2.0
#include "client/hssctl/progress_line.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/hssctl/text.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListProgress;
using ::hss::antivirus::v1::WaitingFor;

constexpr size_t kNarrowestBar = 10;
constexpr size_t kWidestBar = 30;

// "38 s", "4 min": rounded up, so that it never says 0.
std::string Rounded(absl::Duration duration) {
  const int64_t seconds =
      absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1)));
  if (seconds < 100) return absl::StrCat(seconds, " s");
  return absl::StrCat((seconds + 59) / 60, " min");
}

std::string Count(const ListingView& view) {
  if (!view.total.has_value()) return absl::StrCat(view.tasks, " tasks");
  return absl::StrCat(view.tasks, " of ~", *view.total, " tasks");
}

const char* NameOf(WaitingFor waiting_for) {
  switch (waiting_for) {
    case hss::antivirus::v1::WAITING_FOR_BUDGET:
      return "quota";
    case hss::antivirus::v1::WAITING_FOR_UPSTREAM:
      return "HSS";
    case hss::antivirus::v1::WAITING_FOR_CREDENTIAL:
      return "a credential";
    case hss::antivirus::v1::WAITING_FOR_HUB:
      return "the hub";
    default:
      return "";
  }
}

// What is waited for; empty: nothing.
std::string Wait(const ListingView& view, absl::Time now, absl::TimeZone zone) {
  std::string until;
  if (view.next.has_value() && *view.next > now) {
    until = absl::StrCat(absl::FormatTime("%H:%M:%S", *view.next, zone), " (",
                         Rounded(*view.next - now), ")");
  }
  if (view.broken) {
    return until.empty() ? "the stream broke, trying again"
                         : absl::StrCat("the stream broke, next try ", until);
  }
  const std::string name = NameOf(view.waiting_for);
  if (name.empty()) return until.empty() ? "" : absl::StrCat("next at ", until);
  return absl::StrCat("waits for ", name, until.empty() ? "" : " until ",
                      until);
}

std::string End(const ListingView& view, absl::Time now, absl::TimeZone zone) {
  if (!view.completion.has_value() || *view.completion <= now) return "";
  return absl::StrCat(
      "all by ",
      absl::FormatTime("%H:%M", *view.completion + absl::Seconds(59), zone));
}

// "[====>     ] " of `width` columns.
std::string Bar(const ListingView& view, size_t width) {
  const size_t inside = width - 3;
  const double share =
      static_cast<double>(std::min(view.tasks, *view.total)) / *view.total;
  const auto filled = static_cast<size_t>(share * static_cast<double>(inside));
  std::string bar = absl::StrCat("[", std::string(filled, '='));
  if (filled < inside) bar += '>';
  bar.resize(1 + inside, ' ');
  return bar + "] ";
}

}  // namespace

ListingView ViewOf(const ListProgress& progress, int32_t max_tasks) {
  ListingView view{.tasks = progress.tasks_sent(),
                   .waiting_for = progress.waiting_for()};
  if (progress.has_total_num()) {
    view.total = max_tasks == 0 ? progress.total_num()
                                : std::min(progress.total_num(), max_tasks);
  }
  if (progress.has_next_frame_expected_time()) {
    view.next = ToTime(progress.next_frame_expected_time());
  }
  if (progress.has_completion_expected_time()) {
    view.completion = ToTime(progress.completion_expected_time());
  }
  return view;
}

std::string ProgressLine(const ListingView& view, absl::Time now,
                         absl::TimeZone zone, size_t width) {
  std::string line = Count(view);
  for (const std::string& part :
       {Wait(view, now, zone), End(view, now, zone)}) {
    if (part.empty() || line.size() + 2 + part.size() > width) continue;
    absl::StrAppend(&line, ", ", part);
  }
  if (view.total.value_or(0) > 0 && line.size() + kNarrowestBar <= width) {
    line = Bar(view, std::min(kWidestBar, width - line.size())) + line;
  }
  if (line.size() > width) line.resize(width);
  return line;
}

}  // namespace hssgw
