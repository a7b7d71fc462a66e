// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>

#include "tapmask/core/id.h"
#include "tapmask/telemetry/log_field.h"
#include "tapmask/telemetry/term.h"

namespace spdlog {
class logger;
}

namespace tapmask {

// What ties the lines of one request together, and the request to the answer's header. Always made
// here: one that a client sent would be text of a stranger in the log.
using RequestId = Id<struct RequestTag>;

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogOptions {
  LogLevel level = LogLevel::kInfo;     // Lines below it are dropped.
  std::filesystem::path file;           // Empty: standard error.
  int64_t max_file_bytes = 50'000'000;  // Then the next file is begun. At least 1,000.
  int max_files = 4;                    // Kept in all, the oldest is dropped. At least 1.
};

// Writes one JSON object a line: {"time":"…Z","level":"info","event":"job_done","job_id":"…",…}.
// Lines hold ids, numbers and words of ours, no names, addresses or paths: see LogField.
//
// A cheap value: copies write to the same place. May be used from any thread; lines never mix.
// Writing never throws: a line that cannot be written (the disk is full) is lost.
class Log {
 public:
  Log() = default;  // Writes nothing.
  // Throws kInvalidArgument for options out of their ranges, kUnavailable when the file cannot be
  // written. The file gets mode 0600.
  explicit Log(const LogOptions& options);
  // For tests; `out` must live as long as all copies.
  Log(std::ostream& out, LogLevel level);

  // The same log with these members in every line.
  Log With(std::initializer_list<LogField> fields) const;

  void Debug(Term event, std::initializer_list<LogField> fields = {}) const noexcept;
  void Info(Term event, std::initializer_list<LogField> fields = {}) const noexcept;
  void Warning(Term event, std::initializer_list<LogField> fields = {}) const noexcept;
  void Error(Term event, std::initializer_list<LogField> fields = {}) const noexcept;

 private:
  void Write(LogLevel level, Term event, std::initializer_list<LogField> fields) const noexcept;
  static void Append(std::initializer_list<LogField> fields, std::string& json);

  std::shared_ptr<spdlog::logger> logger_;
  std::string with_;  // Members in every line, each with a comma before it.
};

}  // namespace tapmask
