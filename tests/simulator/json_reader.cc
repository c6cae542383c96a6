// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/json_reader.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hssgw::simulator {

JsonReader::JsonReader(std::string what, const nlohmann::json& object)
    : what_(std::move(what)), object_(object) {
  if (!object_.is_object()) {
    status_ =
        absl::InvalidArgumentError(absl::StrCat(what_, ": want a JSON object"));
  }
}

const nlohmann::json* JsonReader::Find(const char* name) {
  known_.insert(name);
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

bool JsonReader::Read(const char* name, std::string& value) {
  const nlohmann::json* const field = Find(name);
  if (field == nullptr) return false;
  if (!field->is_string()) {
    Fail(name, "text");
    return false;
  }
  value = field->get<std::string>();
  return true;
}

bool JsonReader::Read(const char* name, bool& value) {
  const nlohmann::json* const field = Find(name);
  if (field == nullptr) return false;
  if (!field->is_boolean()) {
    Fail(name, "true or false");
    return false;
  }
  value = field->get<bool>();
  return true;
}

bool JsonReader::Read(const char* name, int64_t& value) {
  const nlohmann::json* const field = Find(name);
  if (field == nullptr) return false;
  if (!field->is_number_integer()) {
    Fail(name, "an integer");
    return false;
  }
  value = field->get<int64_t>();
  return true;
}

bool JsonReader::Read(const char* name, int& value) {
  int64_t wide = 0;
  if (!Read(name, wide)) return false;
  if (wide < 0 || wide > std::numeric_limits<int>::max()) {
    Fail(name, "0 or more, and less than 2^31");
    return false;
  }
  value = static_cast<int>(wide);
  return true;
}

bool JsonReader::Read(const char* name, uint64_t& value) {
  int64_t wide = 0;
  if (!Read(name, wide)) return false;
  value = static_cast<uint64_t>(wide);
  return true;
}

bool JsonReader::Read(const char* name, double& value) {
  const nlohmann::json* const field = Find(name);
  if (field == nullptr) return false;
  if (!field->is_number()) {
    Fail(name, "a number");
    return false;
  }
  value = field->get<double>();
  return true;
}

bool JsonReader::Read(const char* name, absl::Duration& value) {
  std::string text;
  if (!Read(name, text)) return false;
  if (absl::ParseDuration(text, &value)) return true;
  Fail(name, R"(a duration such as "250ms")");
  return false;
}

void JsonReader::Fail(const std::string& name, const std::string& want) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(
      absl::StrCat(what_, ": ", name, ": want ", want));
}

absl::Status JsonReader::Finish() {
  if (!status_.ok() || !object_.is_object()) return status_;
  for (const auto& [name, value] : object_.items()) {
    if (known_.count(name) > 0) continue;
    std::string list;
    for (const std::string& known : known_) {
      absl::StrAppend(&list, list.empty() ? "" : ", ", known);
    }
    return absl::InvalidArgumentError(
        absl::StrCat(what_, ": ", name, " is not known; known are ", list));
  }
  return absl::OkStatus();
}

}  // namespace hssgw::simulator
