// SPDX-License-Identifier: Apache-2.0
#include "tapmask/telemetry/log.h"

#include <cmath>
#include <fcntl.h>
#include <iterator>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::shared_ptr<spdlog::logger> MakeLogger(spdlog::sink_ptr sink, LogLevel level) {
  auto logger = std::make_shared<spdlog::logger>("tapmask", std::move(sink));
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc));
  logger->set_level(SpdlogLevel(level));
  logger->flush_on(spdlog::level::trace);  // The last line before a crash is the one that counts.
  // By default complaints go to standard error, in another form and with the path of the file.
  logger->set_error_handler([](const std::string&) {});
  return logger;
}

}  // namespace

Log::Log(const LogOptions& options) {
  if (options.file.empty()) {
    logger_ = MakeLogger(std::make_shared<spdlog::sinks::stderr_sink_mt>(), options.level);
    return;
  }
  if (options.max_file_bytes < 1'000 || options.max_files < 1) {
    throw tapmask::Error(Code::kInvalidArgument,
                         "A log file holds at least 1000 bytes, and at least one is kept.");
  }
  // spdlog makes files that everybody may read.
  spdlog::file_event_handlers handlers;
  handlers.before_open = [](const spdlog::filename_t& name) {
    const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0) {
      (void)::fchmod(file, 0600);
      ::close(file);
    }
  };
  try {
    logger_ = MakeLogger(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
                             options.file.string(), static_cast<size_t>(options.max_file_bytes),
                             static_cast<size_t>(options.max_files - 1), false, handlers),
                         options.level);
  } catch (const spdlog::spdlog_ex& e) {
    throw tapmask::Error(Code::kUnavailable, "The log file cannot be written; see its folder.",
                         e.what());
  }
}

Log::Log(std::ostream& out, LogLevel level)
    : logger_(MakeLogger(std::make_shared<spdlog::sinks::ostream_sink_mt>(out, true), level)) {}

Log Log::With(std::initializer_list<LogField> fields) const {
  Log log = *this;
  Append(fields, log.with_);
  return log;
}

void Log::Debug(Term event, std::initializer_list<LogField> fields) const noexcept {
  Write(LogLevel::kDebug, event, fields);
}
void Log::Info(Term event, std::initializer_list<LogField> fields) const noexcept {
  Write(LogLevel::kInfo, event, fields);
}
void Log::Warning(Term event, std::initializer_list<LogField> fields) const noexcept {
  Write(LogLevel::kWarning, event, fields);
}
void Log::Error(Term event, std::initializer_list<LogField> fields) const noexcept {
  Write(LogLevel::kError, event, fields);
}

void Log::Write(LogLevel level, Term event, std::initializer_list<LogField> fields) const noexcept {
  try {
    if (!logger_ || !logger_->should_log(SpdlogLevel(level))) return;
    std::string json = fmt::format(R"("event":"{}")", event.text());
    json += with_;
    Append(fields, json);
    logger_->log(SpdlogLevel(level), spdlog::string_view_t(json));
  } catch (...) {
    // Out of memory: the work goes on without the line.
  }
}

void Log::Append(std::initializer_list<LogField> fields, std::string& json) {
  for (const LogField& field : fields) {
    fmt::format_to(std::back_inserter(json), R"(,"{}":)", field.name_);
    std::visit(
        [&json](const auto& value) {
          using T = std::decay_t<decltype(value)>;
          auto out = std::back_inserter(json);
          if constexpr (std::is_same_v<T, LogField::Text>) {
            fmt::format_to(out, R"("{}")", value.text);
          } else if constexpr (std::is_same_v<T, Time>) {
            fmt::format_to(out, R"("{}")", TimeText(value));
          } else if constexpr (std::is_same_v<T, double>) {
            // JSON knows neither infinity nor "not a number".
            if (std::isfinite(value)) {
              fmt::format_to(out, "{}", value);
            } else {
              json += "null";
            }
          } else {
            fmt::format_to(out, "{}", value);
          }
        },
        field.value_);
  }
}

}  // namespace tapmask
