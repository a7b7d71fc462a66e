// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/serve_settings.h"

#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/temporary_file.h"

namespace tapmask {
namespace {

using Variables = std::map<std::string, std::string>;

class ServeSettingsTest : public ::testing::Test {
 protected:
  LoadedSettings Load(const std::string& toml, const Variables& environment = {},
                      const Variables& command_line = {},
                      const std::filesystem::path& data = "/data") {
    std::filesystem::path file;
    if (!toml.empty()) {
      file = folder_.path() / "tapmask.toml";
      std::ofstream(file) << toml;
    }
    return LoadSettings(
        file,
        [&](const std::string& name) -> std::optional<std::string> {
          const auto found = environment.find(name);
          if (found == environment.end()) return std::nullopt;
          return found->second;
        },
        command_line, data);
  }

  // The sentence with which they are refused; empty: they are not.
  std::string Refusal(const std::string& toml, const Variables& environment = {}) {
    try {
      Load(toml, environment);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kInvalidArgument);
      return error.public_text();
    }
    return "";
  }

  TemporaryFolder folder_{std::filesystem::temp_directory_path()};
};

TEST_F(ServeSettingsTest, NeedNoFile) {
  const ServeSettings settings = Load("").settings;
  EXPECT_EQ(settings.listen_address, "127.0.0.1");
  EXPECT_EQ(settings.listen_port, 7878);
  EXPECT_EQ(settings.retention, std::chrono::hours(24));
  EXPECT_EQ(settings.tiers.free.videos_per_month, 5);
  EXPECT_FALSE(settings.SendsMail());
  EXPECT_TRUE(settings.IsOnLoopback());
}

TEST_F(ServeSettingsTest, TakeFileThenEnvironmentThenCommandLine) {
  const std::string toml = "max_queued = 1\n[smtp]\nhost = \"a\"\nport = 1\nfrom = \"m@x.org\"\n";

  const ServeSettings settings =
      Load(toml, {{"TAPMASK_MAX_QUEUED", "2"}, {"TAPMASK_SMTP_PORT", "2"}, {"TAPMASK_LISTEN", ""}},
           {{"max_queued", "3"}})
          .settings;

  EXPECT_EQ(settings.smtp.host, "a");
  EXPECT_EQ(settings.smtp.port, 2);
  EXPECT_EQ(settings.max_queued, 3);
  EXPECT_EQ(settings.listen_port, 7878);  // An empty variable says nothing.
}

TEST_F(ServeSettingsTest, ReadEveryKindOfValue) {
  const ServeSettings settings = Load(R"(
listen = "[::1]:0"
admin_listen = ":9000"
retention_hours = 1.5
require_sandbox = true
trusted_proxies = ["10.0.0.1", "::1"]
public_url = "https://tapmask.example"
[log]
level = "warning"
[tiers.free]
videos_per_month = "unlimited"
max_duration_seconds = 7
)")
                                     .settings;
  EXPECT_EQ(settings.listen_address, "::1");
  EXPECT_TRUE(settings.IsOnLoopback());
  EXPECT_EQ(settings.listen_port, 0);
  EXPECT_EQ(settings.admin_address, "::");
  EXPECT_EQ(settings.admin_port, 9000);
  EXPECT_EQ(settings.retention, std::chrono::minutes(90));
  EXPECT_TRUE(settings.require_sandbox);
  EXPECT_EQ(settings.trusted_proxies, (std::vector<std::string>{"10.0.0.1", "::1"}));
  EXPECT_TRUE(settings.IsOverTls());
  EXPECT_EQ(settings.log_level, LogLevel::kWarning);
  EXPECT_EQ(settings.tiers.free.videos_per_month, std::nullopt);
  EXPECT_EQ(settings.tiers.free.max_duration, std::chrono::seconds(7));
  EXPECT_EQ(settings.tiers.pro.videos_per_month, 100);

  EXPECT_EQ(Load("retention_hours = \"never\"").settings.retention, std::nullopt);
  EXPECT_EQ(Load("", {{"TAPMASK_TRUSTED_PROXIES", "10.0.0.1, ::1"}}).settings.trusted_proxies,
            settings.trusted_proxies);
}

TEST_F(ServeSettingsTest, RefuseWithASentenceThatNamesThePlace) {
  const auto expect_named = [&](const std::string& sentence, const std::string& part) {
    EXPECT_NE(sentence.find(part), std::string::npos) << sentence << " | " << part;
  };
  expect_named(Refusal("\nlissten = \"x\"\n"), "lissten");
  expect_named(Refusal("\nlissten = \"x\"\n"), "line 2");
  expect_named(Refusal("[smtp]\nport = 0\n"), "smtp.port");
  expect_named(Refusal("[smtp]\nport = \"25\"\n"), "whole number");
  expect_named(Refusal("[smtp\n"), "cannot be read");
  expect_named(Refusal("require_sandbox = \"true\""), "true or false");
  expect_named(Refusal("listen = \"7878\""), "address and a port");
  expect_named(Refusal("listen = \"::1:7878\""), "address and a port");
  expect_named(Refusal("listen = \"127.0.0.1:65536\""), "address and a port");
  expect_named(Refusal("retention_hours = 0"), "retention_hours");
  expect_named(Refusal("retention_hours = nan"), "retention_hours");
  expect_named(Refusal("[log]\nlevel = \"loud\""), "debug, info, warning, error");
  expect_named(Refusal("[mail]\nfrom_name = \"a\\u0000b\""), "control characters");
  expect_named(Refusal("", {{"TAPMASK_SMTP_PORT", "x"}}), "TAPMASK_SMTP_PORT");
  expect_named(Refusal("", {{"TAPMASK_SMTP_HOST", "mail.example"}}), "smtp.from");
  for (const char* proxy : {"10.0.0.0/8", "nonsense", "10.0.0.1:80", "[::1]", "::1/128", "10.1", "",
                            "1.2.3.4\\u0000"}) {
    const std::string text = fmt::format("\"{}\"", proxy);
    const std::string sentence = Refusal(fmt::format("trusted_proxies = [\"10.0.0.1\", {}]", text));
    expect_named(sentence, "trusted_proxies");
    expect_named(sentence, "; " + text + " is none");
  }
  expect_named(Refusal("", {{"TAPMASK_TRUSTED_PROXIES", "10.0.0.1,10.0.0.0/8"}}), "10.0.0.0/8");
  expect_named(Refusal("public_url = \"tapmask.example\""), "public_url");
  expect_named(Refusal("public_url = \"https://x/y\""), "public_url");
  expect_named(Refusal("listen = \"127.0.0.1:80\"\nadmin_listen = \"127.0.0.1:80\""),
               "another port");
}

TEST_F(ServeSettingsTest, ShowEverySettingWithItsSourceButNoPassword) {
  const LoadedSettings loaded =
      Load("max_queued = 7\n",
           {{"TAPMASK_SMTP_PASSWORD", "secret"}, {"REDIS_ENDPOINT", "redis.example:6379"}});

  EXPECT_NE(loaded.text.find("max_queued = 7  # file\n"), std::string::npos);
  EXPECT_NE(loaded.text.find("listen = \"127.0.0.1:7878\"  # default\n"), std::string::npos);
  EXPECT_NE(loaded.text.find("data = \"/data\"  # default\n"), std::string::npos);
  EXPECT_NE(loaded.text.find("password = \"(hidden)\"  # environment\n"), std::string::npos);
  EXPECT_EQ(loaded.text.find("secret"), std::string::npos);
  ASSERT_EQ(loaded.notes.size(), 1u);
  EXPECT_NE(loaded.notes[0].find("REDIS_ENDPOINT"), std::string::npos);
}

// What is printed is a file that can be used.
TEST_F(ServeSettingsTest, ReadTheirOwnText) {
  const LoadedSettings first = Load(
      "public_url = \"https://a.example\"\n[mail]\nfrom_name = \"A \\\"B\\\" \\\\\"\n"
      "[tiers.local]\nvideos_per_month = 3\n");
  const LoadedSettings second = Load(first.text);
  EXPECT_EQ(SettingsText(second.settings), SettingsText(first.settings));

  ServeSettings settings = second.settings;
  settings.smtp.password = "p\"w\\ #=";
  settings.retention = std::nullopt;
  EXPECT_EQ(SettingsText(SettingsFromText(SettingsText(settings))), SettingsText(settings));
  EXPECT_EQ(SettingsFromText(SettingsText(settings)).smtp.password, "p\"w\\ #=");
}

}  // namespace
}  // namespace tapmask
