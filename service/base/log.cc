// SPDX-License-Identifier: Apache-2.0
#include "service/base/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>

namespace hssgw {
namespace {

constexpr size_t kMaxValueBytes = 256;

LogFormat Resolve(LogFormat format) {
  if (format != LogFormat::kAuto) return format;
  return isatty(STDERR_FILENO) != 0 ? LogFormat::kText : LogFormat::kJson;
}

std::string Quoted(absl::string_view text) {
  const std::string cut(text.substr(0, kMaxValueBytes));
  return nlohmann::json(cut).dump(-1, ' ', /*ensure_ascii=*/false,
                                  nlohmann::json::error_handler_t::replace);
}

bool NeedsQuotes(absl::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == '\x7f')
      return true;
  }
  return text.empty();
}

struct Logger {
  LogFormat format = LogFormat::kText;
  std::shared_ptr<spdlog::logger> sink;
};

// The one global of the program: a log line must work from anywhere, also while
// the program ends. Never destroyed.
Logger& TheLogger() {
  static Logger& logger = *new Logger{
      LogFormat::kText,
      std::make_shared<spdlog::logger>(
          "hssgw", std::make_shared<spdlog::sinks::stderr_sink_mt>())};
  static const bool quiet = [] {
    logger.sink->set_level(spdlog::level::warn);
    return true;
  }();
  static_cast<void>(quiet);
  return logger;
}

void Write(spdlog::level::level_enum level, absl::string_view event,
           LogFields fields) {
  Logger& logger = TheLogger();
  if (!logger.sink->should_log(level)) return;
  logger.sink->log(level, FormatLogLine(logger.format, event, fields));
}

}  // namespace

void StartLogging(const LogOptions& options) {
  Logger& logger = TheLogger();
  logger.format = Resolve(options.format);
  constexpr spdlog::level::level_enum kLevels[] = {
      spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
      spdlog::level::err};
  logger.sink->set_level(kLevels[static_cast<int>(options.level)]);
  logger.sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      logger.format == LogFormat::kJson
          ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
          : "%Y-%m-%d %H:%M:%S.%eZ %^%-7l%$ %v",
      spdlog::pattern_time_type::utc));
  logger.sink->flush_on(spdlog::level::info);
}

std::string FormatLogLine(LogFormat format, absl::string_view event,
                          LogFields fields) {
  const bool json = format == LogFormat::kJson;
  std::string line =
      json ? absl::StrCat("\"event\":", Quoted(event)) : std::string(event);
  for (const LogField& field : fields) {
    if (json) {
      absl::StrAppend(&line, ",", Quoted(field.name), ":", Quoted(field.value));
    } else {
      const bool quotes =
          NeedsQuotes(field.value) || field.value.size() > kMaxValueBytes;
      absl::StrAppend(&line, " ", field.name, "=",
                      quotes ? Quoted(field.value) : field.value);
    }
  }
  return line;
}

void LogDebug(absl::string_view event, LogFields fields) {
  Write(spdlog::level::debug, event, fields);
}
void LogInfo(absl::string_view event, LogFields fields) {
  Write(spdlog::level::info, event, fields);
}
void LogWarning(absl::string_view event, LogFields fields) {
  Write(spdlog::level::warn, event, fields);
}
void LogError(absl::string_view event, LogFields fields) {
  Write(spdlog::level::err, event, fields);
}

}  // namespace hssgw
