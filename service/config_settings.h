// SPDX-License-Identifier: Apache-2.0
// The settings as the configuration file has them: read, completed, checked,
// and turned into what the parts of the program take.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "hss/gateway/config/v1/config.pb.h"
#include "service/config.h"
#include "service/config_yaml.h"
#include "service/rpc/listeners.h"

namespace hssgw {

using ::hss::gateway::config::v1::GatewayConfig;

// No supervisor waits longer for a program to end.
inline constexpr absl::Duration kMaxDrainGrace = absl::Hours(1);

// A file as it was read; without a name: there is none.
struct ConfigFile {
  std::string name;
  GatewayConfig settings;
  YamlReading reading;

  bool Gives(const std::string& path) const {
    return reading.lines.contains(path);
  }
  // "gateway.yaml:12: budgets[0].calls: sentence", for a path that it gives.
  std::string At(const std::string& path, absl::string_view sentence) const;
};

// A file that cannot be read is a problem of the reading.
ConfigFile ReadConfigFile(const std::string& name);

// What holds where nothing is said.
GatewayConfig DefaultSettings();

bool IsProjectId(absl::string_view text);

// What listen addresses bind, to find two that bind the same.
class BoundPlaces {
 public:
  // False: `address` binds what one before it does.
  bool Add(const ListenAddress& address);

 private:
  std::set<std::string> targets_;
};

// Nothing if the text is no octal mode.
std::optional<int> ParseUnixMode(const std::string& text);

// What is wrong with the values of a file, one sentence each.
std::vector<std::string> CheckConfigFile(const ConfigFile& file);

// REQUIRES: complete and checked settings. The origin is left to the caller.
void ApplySettings(const GatewayConfig& settings, Config& config);

}  // namespace hssgw
