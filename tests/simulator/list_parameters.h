// SPDX-License-Identifier: Apache-2.0
// The parameters of "Viewing the Virus Scan Task List" (Tables 1 and 2 of the
// API page), checked as strictly as the page words them.
//
// Threads: pure. Fails: with the error body that upstream would send.
#ifndef HSSGW_TESTS_SIMULATOR_LIST_PARAMETERS_H_
#define HSSGW_TESTS_SIMULATOR_LIST_PARAMETERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"

namespace hssgw::simulator {

// The two documents disagree about begin_time and end_time.
enum class TimeFormat {
  kEpochMillis,  // The API page: milliseconds, at most two days.
  kUtcText,      // Newer documents: "YYYY-MM-DD HH:MM:SS", any range.
  kBoth,
};

std::optional<TimeFormat> TimeFormatFromWord(std::string_view word);
std::string_view ToWord(TimeFormat format);

struct ListRules {
  TimeFormat time_format = TimeFormat::kEpochMillis;
  // The longest begin to end in epoch milliseconds.
  absl::Duration max_epoch_range = absl::Hours(48);
  int64_t max_last_days = 90;  // One SDK says 30.
  int64_t max_offset = 2'000'000;
  int64_t min_limit = 10;
  int64_t max_limit = 200;
};

// A checked query. What is empty or absent selects everything.
struct ListQuery {
  int64_t offset = 0;
  int64_t limit = 10;
  bool whether_paid_task = false;
  std::string enterprise_project_id;
  std::string task_name;
  std::string task_status;
  std::string host_name;
  std::string private_ip;
  std::string public_ip;
  std::vector<std::string> host_task_statuses;
  std::optional<int64_t> last_days;
  std::optional<int64_t> begin_millis;
  std::optional<int64_t> end_millis;
};

struct ListError {
  std::string code;     // HSS.0001 or HSS.1011.
  std::string message;  // Names the parameter and its range.
};

std::variant<ListQuery, ListError> ReadListQuery(std::string_view raw_query,
                                                 const ListRules& rules);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_LIST_PARAMETERS_H_
