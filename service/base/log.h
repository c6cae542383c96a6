// SPDX-License-Identifier: Apache-2.0
// One line an event, on stderr: text on a terminal, a JSON object otherwise.
// Values are escaped and cut at 256 bytes; a Secret does not convert.
//
//   LogInfo("listening", {{"address", "127.0.0.1:50051"}});
//
// Threads: any. StartLogging once, before the first thread; without it (tests)
// only warnings and errors are written.
#pragma once

#include <initializer_list>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace hssgw {

enum class LogFormat { kAuto, kText, kJson };
enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogOptions {
  LogFormat format = LogFormat::kAuto;
  LogLevel level = LogLevel::kInfo;
};

void StartLogging(const LogOptions& options);

struct LogField {
  absl::string_view name;
  std::string value;

  LogField(absl::string_view field, const absl::AlphaNum& text)
      : name(field), value(text.Piece()) {}
};
using LogFields = std::initializer_list<LogField>;

void LogDebug(absl::string_view event, LogFields fields = {});
void LogInfo(absl::string_view event, LogFields fields = {});
void LogWarning(absl::string_view event, LogFields fields = {});
void LogError(absl::string_view event, LogFields fields = {});

// One line without the time, as the log would write it; for tests.
std::string FormatLogLine(LogFormat format, absl::string_view event,
                          LogFields fields);

}  // namespace hssgw
