// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/grpc_tool.h"

#include <cstdlib>

namespace hssgw {

using ::hss::antivirus::v1::ListSummary;
using ::hss::antivirus::v1::ListTasksResponse;
using ::hss::antivirus::v1::Task;

std::vector<Task> ToolAnswer::Tasks() const {
  std::vector<Task> tasks;
  for (const ListTasksResponse& frame : frames) {
    tasks.insert(tasks.end(), frame.tasks().begin(), frame.tasks().end());
  }
  return tasks;
}

ListSummary ToolAnswer::Summary() const {
  return frames.empty() ? ListSummary() : frames.back().summary();
}

std::string FromEnvironment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string UriOf(const GrpcTarget& target) {
  return (target.door == Door::kUnix ? "unix:" : "") + target.address;
}

std::vector<std::string> SplitJson(const std::string& text) {
  std::vector<std::string> objects;
  int depth = 0;
  size_t begin = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == '{' && depth++ == 0) {
      begin = i;
    } else if (!quoted && text[i] == '}' && --depth == 0) {
      objects.push_back(text.substr(begin, i - begin + 1));
    }
  }
  return objects;
}

}  // namespace hssgw
