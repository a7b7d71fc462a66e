// SPDX-License-Identifier: Apache-2.0
// `tapmask user export`, as the whole command.
#include "tapmask/cli/user_export.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/api/export.h"
#include "tapmask/cli/command_line.h"
#include "tapmask/jobs/job_rules.h"
#include "tapmask/storage/test_folder.h"

namespace tapmask {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::string_view kFile = "a video";

class UserExport : public testing::Test {
 protected:
  UserExport() {
    settings.data_folder = folder.path() / "data";
    output = folder.path() / "ada.json";
  }

  ExitCode Start(const std::vector<std::string>& more) {
    err.str("");
    std::vector<std::string> arguments{"user", "export", "--data", settings.data_folder.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::ostringstream out;
    return RunCommandLine(arguments, {out, err});
  }
  ExitCode Export() { return Start({"ada@example.org", "-o", output.string()}); }

  static User Add(ServiceParts& parts, const std::string& email) {
    User user;
    user.id = UserId::New();
    user.email = email;
    user.is_verified = true;
    user.created_at = parts.clock.Now();
    user.quota_reset_at = NextQuotaReset(user.created_at, user.created_at);
    EXPECT_TRUE(parts.stores->users().Add(user));
    return user;
  }
  static Video AddVideo(ServiceParts& parts, const User& user) {
    Video video;
    video.id = VideoId::New();
    video.user_id = user.id;
    video.original_filename = "holiday.mp4";
    video.file_size_bytes = kFile.size();
    video.storage_key = user.id.text() + "/" + video.id.text() + "/original.mp4";
    video.uploaded_at = parts.clock.Now();
    video.expires_at = video.uploaded_at + std::chrono::hours(24);
    NewJob ingest;
    ingest.id = JobId::New();
    ingest.kind = JobKind::kIngest;
    ingest.user_id = user.id;
    ingest.video_id = video.id;
    ingest.tier = user.tier;
    EXPECT_EQ(parts.stores->videos().AddWithIngest(video, ingest, parts.clock.Now()),
              Enqueued::kNew);
    const auto writer = parts.blobs->Create(BlobKey::Make(video.storage_key));
    writer->Write(BytesOf(kFile));
    writer->Commit();
    return video;
  }

  void ExpectOneSentence(const std::string& words) const {
    const std::string text = err.str();
    EXPECT_TRUE(text.starts_with("tapmask: ") && text.ends_with(".\n")) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
    EXPECT_NE(text.find(words), std::string::npos) << text;
  }
  // Besides the data.
  size_t FilesThere() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder.path()), {})) - 1;
  }

  TestFolder folder;
  ServeSettings settings;
  fs::path output;
  std::ostringstream err;
};

// The parts stay open meanwhile, as those of a server.
TEST_F(UserExport, WritesWhatTheServiceGives) {
  const auto parts = OpenServiceParts(settings);
  const User user = Add(*parts, "ada@example.org"), other = Add(*parts, "bob@example.org");
  const Video video = AddVideo(*parts, user);
  AddVideo(*parts, other);

  ASSERT_EQ(Export(), ExitCode::kDone) << err.str();

  EXPECT_EQ(err.str(), "");
  Json json = Json::parse(FileText(output));
  EXPECT_EQ(json["account"]["email"], "ada@example.org");
  ASSERT_EQ(json["videos"].size(), 1u);
  EXPECT_EQ(json["videos"][0]["videoId"], video.id.text());
  EXPECT_EQ(json["jobs"].size(), 1u);
  ASSERT_EQ(json["files"].size(), 1u);
  EXPECT_EQ(json["files"][0]["name"], "original.mp4");
  EXPECT_EQ(json["files"][0]["bytes"], kFile.size());
  const std::string url = json["files"][0]["url"];
  const size_t question = url.find('?');
  EXPECT_EQ(
      parts->signer
          ->Check("GET", url.substr(0, question), url.substr(question + 1), parts->clock.Now())
          .state,
      LinkState::kGood);

  api::BlockingPool pool({1, 1});
  api::JobWatch watch(parts->stores->jobs(), {});
  api::Services services{*parts->stores,
                         *parts->blobs,
                         *parts->signer,
                         parts->clock,
                         pool,
                         watch,
                         Log(),
                         ProcessMetrics(),
                         {}};
  api::ExportText text(services, user);
  std::string given;
  for (std::string piece = text.Next(); !piece.empty(); piece = text.Next()) given += piece;
  Json same = Json::parse(given);
  same.erase("exportedAt");
  json.erase("exportedAt");
  EXPECT_EQ(json, same);
}

TEST_F(UserExport, IsForItsOwnerOnlyAndAlone) {
  Add(*OpenServiceParts(settings), "ada@example.org");

  ASSERT_EQ(Export(), ExitCode::kDone) << err.str();

  EXPECT_EQ(fs::status(output).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(FilesThere(), 1u);
}

TEST_F(UserExport, ReadsEncryptedFiles) {
  settings.key_file = folder.path() / "key";
  WriteText(settings.key_file, MadeText(32));
  fs::permissions(settings.key_file, fs::perms::owner_read | fs::perms::owner_write);
  const fs::path config = folder.path() / "tapmask.toml";
  WriteText(config, "key_file = \"" + settings.key_file.string() + "\"\n");
  const auto parts = OpenServiceParts(settings);
  AddVideo(*parts, Add(*parts, "ada@example.org"));

  ASSERT_EQ(Start({"ada@example.org", "-o", output.string(), "--config", config.string()}),
            ExitCode::kDone)
      << err.str();

  const Json json = Json::parse(FileText(output));
  ASSERT_EQ(json["files"].size(), 1u);
  EXPECT_EQ(json["files"][0]["bytes"], kFile.size());
}

TEST_F(UserExport, DoesNotKnowWhoIsNotThere) {
  const auto parts = OpenServiceParts(settings);
  EXPECT_EQ(Export(), ExitCode::kBadUsage);
  ExpectOneSentence("There is no account ada@example.org.");

  parts->stores->users().Close(Add(*parts, "ada@example.org").id, parts->clock.Now());
  EXPECT_EQ(Export(), ExitCode::kBadUsage);
  ExpectOneSentence("There is no account ada@example.org.");
  EXPECT_EQ(FilesThere(), 0u);
}

TEST_F(UserExport, OverwritesNothing) {
  Add(*OpenServiceParts(settings), "ada@example.org");
  const fs::path store = settings.data_folder / "tapmask.db";
  WriteText(output, "mine");
  const fs::path link = folder.path() / "link";
  fs::create_symlink(folder.path() / "nowhere", link);

  for (const fs::path& path : {output, link, store, settings.data_folder}) {
    EXPECT_EQ(Start({"ada@example.org", "-o", path.string()}), ExitCode::kBadUsage) << path;
    ExpectOneSentence("is there already; choose another name.");
  }

  EXPECT_EQ(FileText(output), "mine");
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(FilesThere(), 2u);
  EXPECT_TRUE(OpenServiceParts(settings)->stores->users().FindByEmail("ada@example.org"));
}

TEST_F(UserExport, NeedsAFolderToWriteTo) {
  Add(*OpenServiceParts(settings), "ada@example.org");
  EXPECT_EQ(Start({"ada@example.org"}), ExitCode::kBadUsage);
  for (const std::string& name : {std::string(), folder.path().string() + "/none/"}) {
    EXPECT_EQ(Start({"ada@example.org", "-o", name}), ExitCode::kBadUsage) << name;
    ExpectOneSentence("-o takes a file");
  }
  EXPECT_EQ(Start({"ada@example.org", "-o", (folder.path() / "none" / "x.json").string()}),
            ExitCode::kBadUsage);
  ExpectOneSentence("Nothing can be written to the folder");
  EXPECT_EQ(FilesThere(), 0u);
}

}  // namespace
}  // namespace tapmask
