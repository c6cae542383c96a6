// SPDX-License-Identifier: Apache-2.0
// YAML to a proto and back, by the proto's descriptor: keys are field names,
// values as config_values.h writes them. Takes nothing on trust: unknown and
// repeated keys, other types and units are problems, and all are found at once.
//
// Lists are of texts or of messages; there are no maps and no oneofs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace hssgw {

struct YamlReading {
  // One sentence each:
  // "gateway.yaml:12: budgets[0].calls: want a whole number, got "five"".
  std::vector<std::string> problems;
  // The line of every key and list element, by path.
  std::map<std::string, int> lines;
};

// Fills `message`, which is empty before; what has a problem stays unset.
// `file` is only its name, for the sentences.
YamlReading ReadYaml(absl::string_view file, const std::string& text,
                     google::protobuf::Message& message);

// Every field, set or not.
std::string WriteYaml(const google::protobuf::Message& message);

}  // namespace hssgw
