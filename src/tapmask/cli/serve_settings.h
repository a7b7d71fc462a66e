// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/jobs/tier.h"
#include "tapmask/notify/smtp_sender.h"
#include "tapmask/telemetry/log.h"

namespace tapmask {

// Everything that `tapmask serve` can be told. docs/operations.md explains each; the defaults need
// no file.
struct ServeSettings {
  std::string listen_address = "127.0.0.1";
  uint16_t listen_port = 7878;  // 0: a free one.
  std::string admin_address;    // Of /metrics; empty: none.
  uint16_t admin_port = 0;
  std::filesystem::path data_folder;
  std::string public_url;  // Where browsers find it, "https://tapmask.example"; empty: as listened.
  std::vector<std::string> trusted_proxies;                                // Addresses.
  std::optional<std::chrono::seconds> retention = std::chrono::hours(24);  // Nothing: never.
  bool require_sandbox = false;
  std::filesystem::path key_file;  // Files are encrypted by it; empty: they are not.
  int job_slots = 0;               // Mask jobs at once; 0: by the number of cores.
  int preview_slots = 2;           // Previews and ingests at once.
  int job_threads = 0;             // Of one mask job; 0: the cores, shared among the slots.
  int max_queued = 10'000;
  LogLevel log_level = LogLevel::kInfo;
  std::filesystem::path log_file;  // Empty: standard error.
  SmtpOptions smtp;                // No mail without a host.
  std::string mail_from_name = "TapMask";
  std::string mail_language = "en";
  Tiers tiers;

  bool SendsMail() const { return !smtp.host.empty(); }
  bool IsOnLoopback() const;
  bool IsOverTls() const { return public_url.starts_with("https://"); }
};

// Where a value was found, in rising order of what it counts.
enum class SettingSource { kDefault, kFile, kEnvironment, kCommandLine };

struct LoadedSettings {
  ServeSettings settings;
  // Sentences on what was found and has no effect here, e.g. names of the scaled-out service.
  std::vector<std::string> notes;
  // All of them as a TOML file, each with where it comes from, passwords hidden.
  std::string text;
};

// Defaults, then the TOML file, then the environment (TAPMASK_SMTP_HOST for smtp.host, and so on),
// then what the command line says, by the settings' names.
//
// file          Empty: none.
// environment   A variable's value, nothing when it is not set. An empty value counts as not set.
// default_data_folder   Of `data`; empty: it must be said.
//
// Throws kInvalidArgument with a sentence that names the setting and where it stands: a file that
// is no TOML, a name that is not known, a value of the wrong kind, two that do not go together.
LoadedSettings LoadSettings(
    const std::filesystem::path& file,
    const std::function<std::optional<std::string>(const std::string&)>& environment,
    const std::map<std::string, std::string>& command_line,
    const std::filesystem::path& default_data_folder);

// For another process of ours: all settings, passwords as well, as text that `SettingsFromText`
// reads. Not to be shown.
std::string SettingsText(const ServeSettings& settings);
ServeSettings SettingsFromText(const std::string& text);

}  // namespace tapmask
