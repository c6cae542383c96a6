// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/list_parameters.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <initializer_list>
#include <map>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "tests/simulator/escaping.h"

namespace hssgw::simulator {
namespace {

constexpr const char* kInvalid = "HSS.0001";
constexpr const char* kTimeConversion = "HSS.1011";

using Values = std::map<std::string, std::vector<std::string>>;

std::optional<int64_t> ReadInteger(std::string_view text) {
  int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

size_t Characters(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(
      utf8.begin(), utf8.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// Reads one query, keeping the first error.
class Reader {
 public:
  Reader(std::string_view raw_query, const ListRules& rules) : rules_(rules) {
    for (auto& [name, value] : ReadQuery(raw_query)) {
      values_[name].push_back(std::move(value));
    }
  }

  std::variant<ListQuery, ListError> Read() {
    query_.offset = Integer("offset", 0, rules_.max_offset).value_or(0);
    query_.limit =
        Integer("limit", rules_.min_limit, rules_.max_limit).value_or(0);
    Require("offset");
    Require("limit");
    ReadPaid();
    query_.enterprise_project_id = Text("enterprise_project_id", 256);
    query_.task_name = Text("task_name", 128);
    query_.host_name = Text("host_name", 256);
    query_.private_ip = Text("private_ip", 128);
    query_.public_ip = Text("public_ip", 128);
    query_.task_status = Text("task_status", 16);
    CheckWord("task_status", query_.task_status,
              {"scanning", "cancel", "fail", "finish"});
    ReadHostStatuses();
    query_.last_days = Integer("last_days", 1, rules_.max_last_days);
    // last_days wins: the range is then not even looked at.
    if (!query_.last_days) ReadRange();
    if (error_) return *error_;
    return query_;
  }

 private:
  void Fail(const char* code, std::string message) {
    if (!error_) error_ = ListError{code, std::move(message)};
  }
  void Invalid(const std::string& name, const std::string& rule) {
    Fail(kInvalid, absl::StrCat("Invalid parameter ", name, ": ", rule));
  }

  // The only value; an empty one is as good as none, as the SDKs send it.
  std::optional<std::string> Single(const std::string& name) {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    if (found->second.size() > 1) Invalid(name, "given more than once");
    if (found->second.front().empty()) return std::nullopt;
    return found->second.front();
  }

  void Require(const std::string& name) {
    if (!Single(name)) Invalid(name, "mandatory");
  }

  std::optional<int64_t> Integer(const std::string& name, int64_t low,
                                 int64_t high) {
    const std::optional<std::string> text = Single(name);
    if (!text) return std::nullopt;
    const std::optional<int64_t> value = ReadInteger(*text);
    if (value && *value >= low && *value <= high) return value;
    Invalid(name, absl::StrCat("range ", low, " to ", high));
    return std::nullopt;
  }

  std::string Text(const std::string& name, size_t max_characters) {
    const std::optional<std::string> text = Single(name);
    if (!text) return "";
    if (Characters(*text) > max_characters) {
      Invalid(name, absl::StrCat("1 to ", max_characters, " characters"));
    }
    return *text;
  }

  void CheckWord(const std::string& name, std::string_view word,
                 std::initializer_list<std::string_view> words) {
    if (word.empty()) return;
    if (std::find(words.begin(), words.end(), word) != words.end()) return;
    std::string list;
    for (const std::string_view known : words) {
      list.append(list.empty() ? "" : ", ").append(known);
    }
    Invalid(name, absl::StrCat("one of ", list));
  }

  void ReadPaid() {
    const std::string word = Single("whether_paid_task").value_or("");
    if (word != "true" && word != "false") {
      Invalid("whether_paid_task", "mandatory, true or false");
    }
    query_.whether_paid_task = word == "true";
  }

  void ReadHostStatuses() {
    const auto found = values_.find("host_task_status");
    if (found == values_.end()) return;
    for (const std::string& word : found->second) {
      CheckWord("host_task_status", word,
                {"scanning", "success", "fail", "cancel"});
      if (!word.empty()) query_.host_task_statuses.push_back(word);
    }
  }

  // An instant and whether it came as epoch milliseconds.
  struct Instant {
    int64_t millis = 0;
    bool epoch = false;
  };

  std::optional<Instant> ReadInstant(const std::string& name) {
    const std::optional<std::string> text = Single(name);
    if (!text) return std::nullopt;
    const bool text_allowed = rules_.time_format != TimeFormat::kEpochMillis;
    const bool epoch_allowed = rules_.time_format != TimeFormat::kUtcText;
    const std::optional<int64_t> number = ReadInteger(*text);
    if (epoch_allowed && number && *number >= 0) return Instant{*number, true};
    absl::Time time;
    std::string why;
    // The length keeps out the blanks and single digits ParseTime allows.
    if (text_allowed && text->size() == 19 &&
        text->find_first_not_of("0123456789-: ") == std::string::npos &&
        absl::ParseTime("%Y-%m-%d %H:%M:%S", *text, &time, &why)) {
      return Instant{absl::ToUnixMillis(time), false};
    }
    Fail(kTimeConversion,
         absl::StrCat("Time format conversion failed: ", name));
    return std::nullopt;
  }

  void ReadRange() {
    const std::optional<Instant> begin = ReadInstant("begin_time");
    const std::optional<Instant> end = ReadInstant("end_time");
    if (begin.has_value() != end.has_value()) {
      Invalid(begin ? "end_time" : "begin_time",
              "begin_time and end_time go together");
    }
    if (!begin || !end) return;
    query_.begin_millis = begin->millis;
    query_.end_millis = end->millis;
    if (end->millis < begin->millis) {
      Invalid("end_time", "not before begin_time");
    } else if ((begin->epoch || end->epoch) &&
               absl::Milliseconds(end->millis - begin->millis) >
                   rules_.max_epoch_range) {
      Invalid("end_time", "no more than two days after begin_time");
    }
  }

  const ListRules& rules_;
  Values values_;
  ListQuery query_;
  std::optional<ListError> error_;
};

}  // namespace

std::optional<TimeFormat> TimeFormatFromWord(std::string_view word) {
  for (const TimeFormat format :
       {TimeFormat::kEpochMillis, TimeFormat::kUtcText, TimeFormat::kBoth}) {
    if (word == ToWord(format)) return format;
  }
  return std::nullopt;
}

std::string_view ToWord(TimeFormat format) {
  switch (format) {
    case TimeFormat::kEpochMillis:
      return "epoch_millis";
    case TimeFormat::kUtcText:
      return "utc_text";
    case TimeFormat::kBoth:
      return "both";
  }
  return "both";
}

std::variant<ListQuery, ListError> ReadListQuery(std::string_view raw_query,
                                                 const ListRules& rules) {
  return Reader(raw_query, rules).Read();
}

}  // namespace hssgw::simulator
