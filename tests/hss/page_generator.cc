// SPDX-License-Identifier: Apache-2.0
#include "tests/hss/page_generator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace hssgw {
namespace {

// The vendor's tables 5 and 6, written once more.
constexpr absl::string_view kTaskKeys[] = {
    "task_id",        "task_name",        "scan_type",     "start_type",
    "action",         "start_time",       "task_status",   "host_num",
    "rescan",         "success_host_num", "fail_host_num", "cancel_host_num",
    "host_info_list", "whether_paid_task"};
constexpr absl::string_view kHostKeys[] = {
    "host_id",     "host_name",    "private_ip",     "public_ip",
    "asset_value", "start_time",   "run_duration",   "scan_progress",
    "virus_num",   "fail_reason",  "scan_file_num",  "host_task_status",
    "deleted",     "agent_id",     "os_type",        "whether_using_quota",
    "host_status", "agent_status", "protect_status", "os_name",
    "os_version"};

}  // namespace

std::string PageGenerator::Page() {
  std::vector<std::string> rows;
  const size_t count = Below(6);
  for (size_t i = 0; i < count; ++i) {
    rows.push_back(OneIn(20) ? AnyValue(1) : Task());
  }
  std::vector<std::string> parts = {
      absl::StrCat(Quote("data_list"), Space(), ":", Join(rows, '[', ']'))};
  if (!OneIn(4)) {
    parts.push_back(absl::StrCat(
        Quote("total_num"), ":",
        OneIn(3) ? AnyValue(0) : absl::StrCat(Below(5'000'000'000))));
  }
  if (OneIn(4)) parts.push_back(absl::StrCat("\"x\":", AnyValue(3)));
  std::shuffle(parts.begin(), parts.end(), random_);
  return absl::StrCat(Space(), Join(parts, '{', '}'), Space());
}

std::string PageGenerator::Damage(std::string text) {
  const size_t changes = 1 + Below(8);
  for (size_t i = 0; i < changes && !text.empty(); ++i) {
    const size_t at = Below(text.size());
    switch (Below(4)) {
      case 0:
        text[at] = static_cast<char>(Below(256));
        break;
      case 1:
        text[at] = OneOf({"{", "}", "[", "]", "\"", ",", ":", "\\"})[0];
        break;
      case 2:
        text.erase(at, 1 + Below(3));
        break;
      default:
        text.insert(at, text.substr(at, 1 + Below(20)));
    }
  }
  return text;
}

std::string PageGenerator::Object(std::span<const absl::string_view> keys,
                                  int depth) {
  std::vector<std::string> parts;
  for (const absl::string_view key : keys) {
    const size_t times = OneIn(40) ? 2 : (OneIn(6) ? 0 : 1);
    for (size_t i = 0; i < times; ++i) {
      parts.push_back(absl::StrCat(Quote(key), Space(), ":", Space(),
                                   ValueFor(key, depth)));
    }
  }
  while (OneIn(4)) {
    parts.push_back(absl::StrCat(Quote(absl::StrCat("new_", Below(8))), ":",
                                 AnyValue(depth)));
  }
  if (OneIn(2)) std::shuffle(parts.begin(), parts.end(), random_);
  return Join(parts, '{', '}');
}

std::string PageGenerator::Task() { return Object(kTaskKeys, 4); }

std::string PageGenerator::Host() { return Object(kHostKeys, 3); }

std::string PageGenerator::HostList() {
  std::vector<std::string> hosts;
  const size_t count = Below(4);
  for (size_t i = 0; i < count; ++i) {
    hosts.push_back(OneIn(30) ? AnyValue(1) : Host());
  }
  return Join(hosts, '[', ']');
}

std::string PageGenerator::ValueFor(absl::string_view key, int depth) {
  if (OneIn(12)) return AnyValue(depth);
  if (OneIn(12)) return "null";
  if (key == "host_info_list") return HostList();
  if (absl::EndsWith(key, "_num") || absl::EndsWith(key, "_quota")) {
    return OneIn(3) ? Number() : absl::StrCat(Below(1000));
  }
  if (absl::EndsWith(key, "_time") || key == "run_duration") {
    return OneIn(3) ? Number() : absl::StrCat(1737532317458 + Below(100'000));
  }
  if (key == "rescan" || key == "deleted" || key == "whether_paid_task") {
    return OneOf({"true", "false", "\"true\"", "\"false\""});
  }
  if (absl::EndsWith(key, "_type") || absl::EndsWith(key, "_status") ||
      key == "action" || key == "asset_value") {
    return Quote(OneOf(
        {"quick",   "full",          "custom",    "now",      "later",
         "period",  "auto",          "manual",    "scanning", "cancel",
         "fail",    "finish",        "important", "common",   "test",
         "success", "Linux",         "Windows",   "linux",    "installed",
         "online",  "not_installed", "closed",    "opened",   "brand_new"}));
  }
  return Text();
}

std::string PageGenerator::AnyValue(int depth) {
  switch (Below(depth > 0 ? 7 : 4)) {
    case 0:
      return Number();
    case 1:
      return Text();
    case 2:
      return OneOf({"null", "true", "false"});
    case 3:
      return OneOf({"{}", "[]", "\"\"", "\"12\"", "\"1.0\"", "\"true\""});
    case 4:
      return Join({AnyValue(depth - 1), AnyValue(depth - 1)}, '[', ']');
    case 5:
      return Join({absl::StrCat(Text(), ":", AnyValue(depth - 1))}, '{', '}');
    default: {
      const size_t levels = Below(20);
      return absl::StrCat(std::string(levels, '['), Number(),
                          std::string(levels, ']'));
    }
  }
}

// No spelling that nlohmann cannot give back: where a string is meant, the text
// of the number is what counts.
std::string PageGenerator::Number() {
  return OneOf({"0", "-1", "7", "1.5", "-20", "2147483647", "2147483648",
                "-2147483648", "-2147483649", "9223372036854775807",
                "-9223372036854775808", "9223372036854775808",
                "18446744073709551615", "253402300799999", "253402300800000",
                "-62135596800000", "-62135596800001", "315576000001"});
}

std::string PageGenerator::Text() {
  return Quote(OneOf({"",
                      "a",
                      "agentcompile-2",
                      "172.16.0.**",
                      "快速查杀",
                      "naïve",
                      "say \"hi\"",
                      "C:\\windows",
                      "tab\there",
                      "line\nend",
                      "😀 end",
                      "a/b",
                      "50%",
                      "12",
                      "-3",
                      "1700000000000",
                      "false",
                      "null",
                      "\x7F",
                      "a rather long name that needs more than one step"}));
}

std::string PageGenerator::Quote(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool must = c == '"' || c == '\\' || byte < 0x20;
    if (must || (byte < 0x80 && OneIn(60))) {
      absl::StrAppendFormat(&quoted, "\\u%04x", byte);
    } else {
      quoted.push_back(c);
    }
  }
  return quoted + "\"";
}

std::string PageGenerator::Space() {
  return OneIn(10) ? OneOf({" ", "\n", "\t ", "\r\n   "}) : "";
}

std::string PageGenerator::Join(std::vector<std::string> parts, char open,
                                char close) {
  std::string text(1, open);
  for (size_t i = 0; i < parts.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ",", Space(), parts[i], Space());
  }
  text.push_back(close);
  return text;
}

}  // namespace hssgw
