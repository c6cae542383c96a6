// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/yaml_flags.h"

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace hssgw::simulator {
namespace {

using nlohmann::json;

// Unquoted words are numbers and booleans where they look so.
json ToJson(const YAML::Node& node) {
  if (node.IsMap()) {
    json object = json::object();
    for (const auto& pair : node) {
      object[pair.first.as<std::string>()] = ToJson(pair.second);
    }
    return object;
  }
  if (node.IsSequence()) {
    json array = json::array();
    for (const auto& one : node) array.push_back(ToJson(one));
    return array;
  }
  if (!node.IsScalar()) return nullptr;
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;  // Quoted.
  int64_t integer = 0;
  double number = 0;
  if (text == "true" || text == "false") return text == "true";
  if (absl::SimpleAtoi(text, &integer)) return integer;
  if (absl::SimpleAtod(text, &number)) return number;
  return text;
}

std::string ToFlag(const std::string& name, const YAML::Node& value) {
  return absl::StrCat("--", name, "=",
                      value.IsScalar() ? value.Scalar() : ToJson(value).dump());
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadYamlFlags(
    const std::string& file) {
  std::vector<std::string> flags;
  try {
    const YAML::Node root = YAML::LoadFile(file);
    if (root.IsNull()) return flags;
    if (!root.IsMap()) {
      return absl::InvalidArgumentError(
          absl::StrCat(file, ": want a map of flag names to values"));
    }
    for (const auto& pair : root) {
      const auto name = pair.first.as<std::string>();
      if (pair.second.IsSequence()) {
        for (const auto& one : pair.second) flags.push_back(ToFlag(name, one));
      } else {
        flags.push_back(ToFlag(name, pair.second));
      }
    }
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": ", error.what()));
  }
  return flags;
}

}  // namespace hssgw::simulator
