// SPDX-License-Identifier: Apache-2.0
#include "tapmask/telemetry/log.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <type_traits>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tapmask {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

// There is no way to log a string: what people typed, paths, addresses.
static_assert(!std::is_constructible_v<LogField, FieldName, std::string>);
static_assert(!std::is_constructible_v<LogField, FieldName, std::string_view>);
static_assert(!std::is_constructible_v<LogField, FieldName, const char*>);
static_assert(!std::is_constructible_v<LogField, FieldName, char>);
static_assert(!std::is_constructible_v<LogField, FieldName, std::filesystem::path>);
static_assert(!std::is_constructible_v<Term, std::string>);
static_assert(!std::is_constructible_v<Term, std::string_view>);
static_assert(!std::is_constructible_v<Term, const char*>);

enum class Colour { kRed, kOdd };
std::string_view ColourName(Colour colour) {
  return colour == Colour::kRed ? "red" : "a\"b\n";
}

std::vector<json> Lines(const std::string& text) {
  std::vector<json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  return lines;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "tapmask_log_XXXXXX";
    path = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

TEST(Log, WritesOneJsonObjectALine) {
  std::ostringstream out;
  const Log log(out, LogLevel::kDebug);
  const JobId job = JobId::New();

  log.Info("job_done", {{"job_id", job},
                        {"frames", 250},
                        {"size_bytes", uint64_t{18446744073709551615u}},
                        {"share", 0.5},
                        {"is_retry", true},
                        {"took_seconds", milliseconds(1500)},
                        {"until", Time(milliseconds(0))},
                        {"code", Code::kStorageFull},
                        {"colour", Colour::kRed, ColourName},
                        {"route", "/api/v1/status/{jobId}"}});

  const std::vector<json> lines = Lines(out.str());
  ASSERT_EQ(lines.size(), 1u);
  const json& line = lines[0];
  EXPECT_TRUE(ParseTime(line.at("time").get<std::string>())) << line;
  EXPECT_EQ(line.at("level"), "info");
  EXPECT_EQ(line.at("event"), "job_done");
  EXPECT_EQ(line.at("job_id"), job.text());
  EXPECT_EQ(line.at("frames"), 250);
  EXPECT_EQ(line.at("size_bytes"), 18446744073709551615u);
  EXPECT_EQ(line.at("share"), 0.5);
  EXPECT_EQ(line.at("is_retry"), true);
  EXPECT_EQ(line.at("took_seconds"), 1.5);
  EXPECT_EQ(line.at("until"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(line.at("code"), "storage_full");
  EXPECT_EQ(line.at("colour"), "red");
  EXPECT_EQ(line.at("route"), "/api/v1/status/{jobId}");
  EXPECT_EQ(line.size(), 13u);
}

TEST(Log, TimeIsNow) {
  std::ostringstream out;
  const Time before = SystemClock().Now();
  Log(out, LogLevel::kInfo).Info("tick");
  const Time after = SystemClock().Now();

  const Time written = *ParseTime(Lines(out.str()).at(0).at("time").get<std::string>());
  EXPECT_GE(written, before);
  EXPECT_LE(written, after);
}

TEST(Log, StaysJsonForNumbersThatJsonHasNot) {
  std::ostringstream out;
  const Log log(out, LogLevel::kInfo);

  log.Info("odd", {{"a", std::nan("")},
                   {"b", -std::numeric_limits<double>::infinity()},
                   {"c", 1e300},
                   {"colour", Colour::kOdd, ColourName},
                   {"id", JobId()}});

  const json line = Lines(out.str()).at(0);
  EXPECT_TRUE(line.at("a").is_null());
  EXPECT_TRUE(line.at("b").is_null());
  EXPECT_EQ(line.at("c"), 1e300);
  EXPECT_EQ(line.at("colour"), "invalid");
  EXPECT_EQ(line.at("id"), "");
}

TEST(Log, HasTheRequestIdInEveryLineOfTheRequest) {
  std::ostringstream out;
  const Log log(out, LogLevel::kInfo);
  const RequestId request = RequestId::New();
  const Log of_request = log.With({{"request_id", request}});

  of_request.With({{"user_id", UserId::New()}}).Info("a");
  of_request.Info("b");
  log.Info("c");

  const std::vector<json> lines = Lines(out.str());
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].at("request_id"), request.text());
  EXPECT_TRUE(lines[0].contains("user_id"));
  EXPECT_EQ(lines[1].at("request_id"), request.text());
  EXPECT_FALSE(lines[1].contains("user_id"));
  EXPECT_FALSE(lines[2].contains("request_id"));
}

TEST(Log, DropsLinesBelowItsLevel) {
  std::ostringstream out;
  const Log log(out, LogLevel::kWarning);

  log.Debug("a");
  log.Info("b");
  log.Warning("c");
  log.Error("d");

  const std::vector<json> lines = Lines(out.str());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].at("level"), "warning");
  EXPECT_EQ(lines[1].at("level"), "error");
}

TEST(Log, DoesNothingWhenItWritesNowhere) {
  const Log log;
  log.Info("a", {{"n", 1}});
  log.With({{"n", 1}}).Error("b");
}

TEST(Log, LinesOfThreadsDoNotMix) {
  std::ostringstream out;
  const Log log(out, LogLevel::kInfo);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log, t] {
        for (int i = 0; i < 250; ++i) log.Info("line", {{"thread", t}, {"n", i}});
      });
    }
  }

  std::set<std::pair<int, int>> seen;
  for (const json& line : Lines(out.str())) seen.emplace(line.at("thread"), line.at("n"));
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Log, BeginsTheNextFileWhenOneIsFullAndLetsOnlyItsOwnerRead) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path / "tapmask.log";
  {
    const Log log({.file = file, .max_file_bytes = 1'000, .max_files = 2});
    for (int i = 0; i < 100; ++i) log.Info("line", {{"n", i}});
  }

  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path)) {
    ++files;
    EXPECT_LE(entry.file_size(), 1'000u);
    struct stat info {};
    ASSERT_EQ(::stat(entry.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777u, 0600u) << entry.path();
  }
  EXPECT_EQ(files, 2);
  EXPECT_EQ(Lines(ReadFile(file)).back().at("n"), 99);
}

TEST(Log, SaysWhenItsFileCannotBeWritten) {
  try {
    const Log log({.file = "/dev/null/no/such.log"});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kUnavailable);
  }
}

TEST(Log, NeverThrowsWhenTheDiskIsFull) {
  std::ofstream full("/dev/full");
  full.exceptions(std::ios::badbit | std::ios::failbit);
  const Log log(full, LogLevel::kInfo);

  for (int i = 0; i < 100; ++i) log.Info("line", {{"n", i}});
  EXPECT_FALSE(full.good());  // It was tried.
}

}  // namespace
}  // namespace tapmask
