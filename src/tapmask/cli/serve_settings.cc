// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/serve_settings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>
#include <toml++/toml.h>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tapmask/cli/setting_values.h"
#include "tapmask/core/error.h"

namespace tapmask {
namespace {

// One setting: its name, and how its text gets into the settings and out of them.
struct Setting {
  std::string name;
  std::function<void(ServeSettings&, const SettingValue&)> set;  // Throws kInvalidArgument.
  std::function<std::string(const ServeSettings&)> text;         // As in a TOML file.
  bool is_secret = false;
};

template <class Member>
Setting Text(std::string name, Member member, bool is_secret = false) {
  return {std::move(name),
          [member](ServeSettings& s, const SettingValue& value) { member(s) = value.Text(); },
          [member](const ServeSettings& s) { return QuotedToml(member(s)); }, is_secret};
}

template <class Member>
Setting Path(std::string name, Member member) {
  return {std::move(name),
          [member](ServeSettings& s, const SettingValue& value) { member(s) = value.Text(); },
          [member](const ServeSettings& s) { return QuotedToml(member(s).string()); }};
}

template <class Member>
Setting Whole(std::string name, int64_t least, int64_t most, Member member) {
  return {std::move(name),
          [=](ServeSettings& s, const SettingValue& value) {
            auto& place = member(s);
            place = static_cast<std::remove_reference_t<decltype(place)>>(value.Whole(least, most));
          },
          [=](const ServeSettings& s) { return std::to_string(member(s)); }};
}

template <class Member>
Setting Switch(std::string name, Member member) {
  return {std::move(name),
          [member](ServeSettings& s, const SettingValue& value) { member(s) = value.Bool(); },
          [member](const ServeSettings& s) { return std::string(member(s) ? "true" : "false"); }};
}

Setting Listen(std::string name, bool may_be_empty, std::string ServeSettings::*address,
               uint16_t ServeSettings::*port) {
  return {std::move(name),
          [=](ServeSettings& s, const SettingValue& value) {
            if (may_be_empty && value.Text().empty()) {
              (s.*address).clear();
              s.*port = 0;
              return;
            }
            std::tie(s.*address, s.*port) = value.AddressAndPort();
          },
          [=](const ServeSettings& s) {
            if ((s.*address).empty()) return std::string("\"\"");
            const bool is_v6 = (s.*address).find(':') != std::string::npos;
            const std::string host = is_v6 ? "[" + s.*address + "]" : s.*address;
            return QuotedToml(fmt::format("{}:{}", host, s.*port));
          }};
}

// The limits of one tier.
void AddTier(std::vector<Setting>& all, const std::string& tier, TierLimits Tiers::*limits) {
  const auto name = [&](const char* last) { return "tiers." + tier + "." + last; };
  const auto of = [limits](auto& s) -> auto& {
    return s.tiers.*limits;
  };
  constexpr int64_t kMost = INT64_MAX;
  all.push_back({name("videos_per_month"),
                 [of](ServeSettings& s, const SettingValue& value) {
                   of(s).videos_per_month = std::nullopt;
                   if (!value.Is("unlimited")) {
                     of(s).videos_per_month = static_cast<int>(value.Whole(0, 1'000'000));
                   }
                 },
                 [of](const ServeSettings& s) {
                   const auto limit = of(s).videos_per_month;
                   return limit ? std::to_string(*limit) : std::string("\"unlimited\"");
                 }});
  all.push_back(Whole(
      name("max_file_bytes"), 1, kMost, [of](auto& s) -> auto& { return of(s).max_file_bytes; }));
  all.push_back(
      {name("max_duration_seconds"),
       [of](ServeSettings& s, const SettingValue& value) {
         of(s).max_duration = std::chrono::seconds(value.Whole(1, 1'000'000));
       },
       [of](const ServeSettings& s) { return std::to_string(of(s).max_duration.count()); }});
  all.push_back(Whole(
      name("max_long_side_px"), 16,
      16'384, [of](auto& s) -> auto& { return of(s).max_long_side_px; }));
  all.push_back(Whole(
      name("max_short_side_px"), 16,
      16'384, [of](auto& s) -> auto& { return of(s).max_short_side_px; }));
  all.push_back(Whole(
      name("max_frames"), 1, 100'000'000, [of](auto& s) -> auto& { return of(s).max_frames; }));
  all.push_back(Whole(
      name("max_stored_bytes"), 1,
      kMost, [of](auto& s) -> auto& { return of(s).max_stored_bytes; }));
  all.push_back(Whole(
      name("max_waiting_jobs"), 1,
      1'000'000, [of](auto& s) -> auto& { return of(s).max_waiting_jobs; }));
  all.push_back(Whole(
      name("max_running_jobs"), 1,
      1'000, [of](auto& s) -> auto& { return of(s).max_running_jobs; }));
}

Setting Retention() {
  return {"retention_hours",
          [](ServeSettings& s, const SettingValue& value) {
            s.retention = std::nullopt;
            if (value.Is("never")) return;
            // To the second; a minute at least, so that nobody sets what cannot be kept.
            const double hours = value.Number(1.0 / 60, 24 * 365 * 10);
            s.retention = std::chrono::seconds(std::llround(hours * 3600));
          },
          [](const ServeSettings& s) {
            if (!s.retention) return std::string("\"never\"");
            return fmt::format("{}", static_cast<double>(s.retention->count()) / 3600);
          }};
}

template <class Value, size_t kCount, class Member>
Setting OneOf(std::string name, std::array<std::pair<std::string_view, Value>, kCount> words,
              Member member) {
  return {std::move(name),
          [=](ServeSettings& s, const SettingValue& value) {
            std::vector<std::string_view> names;
            for (const auto& [word, unused] : words) names.push_back(word);
            member(s) = words[value.OneOf(names)].second;
          },
          [=](const ServeSettings& s) {
            for (const auto& [word, meaning] : words) {
              if (meaning == member(s)) return QuotedToml(word);
            }
            return std::string("\"\"");
          }};
}

std::vector<Setting> MakeSettings() {
  using S = ServeSettings;
  std::vector<Setting> all{
      Listen("listen", false, &S::listen_address, &S::listen_port),
      Listen("admin_listen", true, &S::admin_address, &S::admin_port),
      Path(
          "data", [](auto& s) -> auto& { return s.data_folder; }),
      Text(
          "public_url", [](auto& s) -> auto& { return s.public_url; }),
      {"trusted_proxies",
       [](S& s, const SettingValue& value) { s.trusted_proxies = value.Addresses(); },
       [](const S& s) {
         std::string text;
         for (const std::string& proxy : s.trusted_proxies) {
           text += (text.empty() ? "" : ", ") + QuotedToml(proxy);
         }
         return "[" + text + "]";
       }},
      Retention(),
      Switch(
          "require_sandbox", [](auto& s) -> auto& { return s.require_sandbox; }),
      Path(
          "key_file", [](auto& s) -> auto& { return s.key_file; }),
      Whole(
          "max_queued", 1, 1'000'000, [](auto& s) -> auto& { return s.max_queued; }),
      Whole(
          "workers.jobs", 0, 256, [](auto& s) -> auto& { return s.job_slots; }),
      Whole(
          "workers.previews", 1, 64, [](auto& s) -> auto& { return s.preview_slots; }),
      Whole(
          "workers.threads", 0, 256, [](auto& s) -> auto& { return s.job_threads; }),
      OneOf<LogLevel, 4>(
          "log.level",
          {{{"debug", LogLevel::kDebug},
            {"info", LogLevel::kInfo},
            {"warning", LogLevel::kWarning},
            {"error", LogLevel::kError}}},
          [](auto& s) -> auto& { return s.log_level; }),
      Path(
          "log.file", [](auto& s) -> auto& { return s.log_file; }),
      Text(
          "smtp.host", [](auto& s) -> auto& { return s.smtp.host; }),
      Whole(
          "smtp.port", 1, 65'535, [](auto& s) -> auto& { return s.smtp.port; }),
      OneOf<SmtpSecurity, 3>(
          "smtp.security",
          {{{"starttls", SmtpSecurity::kStartTls},
            {"tls", SmtpSecurity::kTls},
            {"none", SmtpSecurity::kNone}}},
          [](auto& s) -> auto& { return s.smtp.security; }),
      Text(
          "smtp.user", [](auto& s) -> auto& { return s.smtp.user; }),
      Text(
          "smtp.password", [](auto& s) -> auto& { return s.smtp.password; }, true),
      Text(
          "smtp.from", [](auto& s) -> auto& { return s.smtp.from_address; }),
      Path(
          "smtp.ca_file", [](auto& s) -> auto& { return s.smtp.ca_file; }),
      Text(
          "mail.from_name", [](auto& s) -> auto& { return s.mail_from_name; }),
      {"mail.language",
       [](S& s, const SettingValue& value) {
         const std::vector<std::string_view> languages{"en", "de"};
         s.mail_language = languages[value.OneOf(languages)];
       },
       [](const S& s) { return QuotedToml(s.mail_language); }},
  };
  AddTier(all, "free", &Tiers::free);
  AddTier(all, "pro", &Tiers::pro);
  AddTier(all, "local", &Tiers::local);
  return all;
}

const std::vector<Setting>& AllSettings() {
  static const std::vector<Setting> all = MakeSettings();
  return all;
}

const Setting* FindSetting(const std::string& name) {
  for (const Setting& setting : AllSettings()) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

// "smtp.host" → "TAPMASK_SMTP_HOST"
std::string VariableOf(const std::string& name) {
  std::string variable = "TAPMASK_";
  for (const char c : name) {
    variable += c == '.' ? '_' : (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return variable;
}

struct Found {
  SettingValue value;
  SettingSource source;
};

// Every value of a table by its whole name, "smtp.host".
void Flatten(const toml::table& table, const std::string& prefix, const std::string& file,
             std::map<std::string, Found>& found) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const toml::table* below = node.as_table()) {
      Flatten(*below, name + ".", file, found);
      continue;
    }
    const std::string where =
        fmt::format("{} in {}, line {}", name, file, node.source().begin.line);
    if (!FindSetting(name)) {
      throw Error(Code::kInvalidArgument,
                  fmt::format("There is no setting {}; `tapmask serve --check` lists all.", where));
    }
    found.insert_or_assign(name, Found{SettingValue::FromToml(where, node), SettingSource::kFile});
  }
}

void ReadFile(const std::filesystem::path& file, std::map<std::string, Found>& found) {
  try {
    Flatten(toml::parse_file(file.string()), "", file.string(), found);
  } catch (const toml::parse_error& error) {
    throw Error(Code::kInvalidArgument,
                fmt::format("The settings file {} cannot be read: {} (line {}).", file.string(),
                            std::string(error.description()), error.source().begin.line));
  }
}

// The names of the service on AWS; there they choose the back ends.
constexpr std::array kElsewhere{"REDIS_ENDPOINT", "S3_UPLOAD_BUCKET", "S3_OUTPUT_BUCKET",
                                "KMS_KEY_ID"};

std::string_view SourceName(SettingSource source) {
  switch (source) {
    case SettingSource::kDefault: return "default";
    case SettingSource::kFile: return "file";
    case SettingSource::kEnvironment: return "environment";
    case SettingSource::kCommandLine: return "command line";
  }
  return "";
}

void CheckTogether(const ServeSettings& s) {
  const auto refuse = [](const std::string& sentence) {
    throw Error(Code::kInvalidArgument, sentence);
  };
  if (s.data_folder.empty()) refuse("Say where the data is to be kept: data, or --data DIR.");
  if (!s.public_url.empty()) {
    const bool is_url = s.public_url.starts_with("https://") || s.public_url.starts_with("http://");
    const size_t host = s.public_url.find("//") + 2;
    if (!is_url || s.public_url.size() == host ||
        s.public_url.find_first_of("/?#@ \t\"<>\\", host) != std::string::npos) {
      refuse("public_url must be like https://tapmask.example, without a path.");
    }
  }
  if (s.SendsMail() && s.smtp.from_address.empty()) {
    refuse("smtp.host is set, so smtp.from must say whom mails are from.");
  }
  if (s.SendsMail() && s.public_url.empty() && !s.IsOnLoopback()) {
    refuse("smtp.host is set, so public_url must say where the links in mails lead.");
  }
  if (s.admin_port != 0 && s.admin_port == s.listen_port && s.admin_address == s.listen_address) {
    refuse("admin_listen must be another port than listen.");
  }
}

std::string TextOf(const std::map<std::string, Found>& found, const ServeSettings& settings) {
  std::string text, section;
  for (const Setting& setting : AllSettings()) {
    const size_t dot = setting.name.rfind('.');
    const std::string its = dot == std::string::npos ? "" : setting.name.substr(0, dot);
    if (its != section) text += fmt::format("\n[{}]\n", section = its);
    std::string value = setting.text(settings);
    if (setting.is_secret && value != "\"\"") value = "\"(hidden)\"";
    const auto place = found.find(setting.name);
    const SettingSource source =
        place == found.end() ? SettingSource::kDefault : place->second.source;
    text += fmt::format("{} = {}  # {}\n",
                        dot == std::string::npos ? setting.name : setting.name.substr(dot + 1),
                        value, SourceName(source));
  }
  return text;
}

}  // namespace

bool ServeSettings::IsOnLoopback() const {
  return listen_address.starts_with("127.") || listen_address == "::1" ||
         listen_address == "localhost";
}

LoadedSettings LoadSettings(
    const std::filesystem::path& file,
    const std::function<std::optional<std::string>(const std::string&)>& environment,
    const std::map<std::string, std::string>& command_line,
    const std::filesystem::path& default_data_folder) {
  LoadedSettings loaded;
  loaded.settings.data_folder = default_data_folder;
  std::map<std::string, Found> found;
  if (!file.empty()) ReadFile(file, found);
  for (const Setting& setting : AllSettings()) {
    const std::string variable = VariableOf(setting.name);
    const std::optional<std::string> text = environment(variable);
    if (text && !text->empty()) {
      found.insert_or_assign(setting.name, Found{SettingValue::FromText(variable, *text),
                                                 SettingSource::kEnvironment});
    }
  }
  for (const auto& [name, text] : command_line) {
    found.insert_or_assign(
        name, Found{SettingValue::FromText("--" + name, text), SettingSource::kCommandLine});
  }
  for (const auto& [name, value] : found) {
    const Setting* setting = FindSetting(name);
    if (setting) setting->set(loaded.settings, value.value);
  }
  for (const char* name : kElsewhere) {
    const std::optional<std::string> value = environment(name);
    if (value && !value->empty()) {
      loaded.notes.push_back(fmt::format(
          "{} is set, but `tapmask serve` keeps everything on this machine: it has no effect.",
          name));
    }
  }
  CheckTogether(loaded.settings);
  loaded.text = TextOf(found, loaded.settings);
  return loaded;
}

std::string SettingsText(const ServeSettings& settings) {
  std::string text;
  for (const Setting& setting : AllSettings()) {
    text += setting.name + " = " + setting.text(settings) + "\n";
  }
  return text;
}

ServeSettings SettingsFromText(const std::string& text) {
  std::map<std::string, Found> found;
  try {
    Flatten(toml::parse(text), "", "the settings", found);
  } catch (const toml::parse_error& error) {
    throw Error(Code::kInternal, "The settings cannot be read.", error.what());
  }
  ServeSettings settings;
  for (const auto& [name, value] : found) FindSetting(name)->set(settings, value.value);
  return settings;
}

}  // namespace tapmask
