// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/frames_json.h"

#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <sys/stat.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"
#include "tapmask/storage/local/local_store.h"
#include "tapmask/storage/test_folder.h"

namespace tapmask {
namespace {

using Run = FrameDurations::Run;

class FramesJson : public testing::Test {
 protected:
  void Leave(const std::string& text) { std::ofstream(file_, std::ios::binary) << text; }
  void Store(int64_t frames) { StoreFrameTimes(file_, id_, frames, blobs_, key_); }
  std::string Stored() {
    const auto reader = blobs_.Open(key_);
    if (!reader) return "nothing there";
    std::string text(static_cast<size_t>(reader->size_bytes()), '\0');
    reader->ReadAt(0, std::as_writable_bytes(std::span(text)));
    return text;
  }
  void ExpectRefused(int64_t frames, const std::string& what) {
    try {
      Store(frames);
      ADD_FAILURE() << "taken: " << what;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kInternal) << what;
    }
    EXPECT_EQ(Stored(), "nothing there") << what;
  }
  std::string Whole(const std::string& rest) const {
    return "{\"videoId\":\"" + id_.text() + "\"," + rest + "}";
  }

  const TestFolder folder_;
  LocalStore blobs_{{folder_.path() / "files", std::nullopt}};
  const std::filesystem::path file_ = folder_.path() / "frames.json";
  const VideoId id_ = VideoId::New();
  const BlobKey key_ = BlobKey::Make("u/v/frames.json");
};

TEST_F(FramesJson, StoresWhatAChildWrites) {
  WriteFrameTimes({30000, {{120, 1001}, {1, 4004}, {179, 1001}}}, 300, file_);

  Store(300);

  EXPECT_EQ(Stored(),
            Whole(R"("frames":300,"timescale":30000,"runs":[[120,1001],[1,4004],[179,1001]])"));
}

TEST_F(FramesJson, StoresTimesOfVeryManyFrames) {
  constexpr int64_t kMany = 100'000;
  FrameDurations durations;
  durations.timescale = 2'147'483'647;
  for (int64_t i = 0; i < kMany; ++i) durations.runs.push_back({1, 90'000'000'000 + i % 2});
  WriteFrameTimes(durations, kMany, file_);

  Store(kMany);

  const nlohmann::json stored = nlohmann::json::parse(Stored());
  EXPECT_EQ(stored["frames"], kMany);
  EXPECT_EQ(stored["timescale"], durations.timescale);
  ASSERT_EQ(stored["runs"].size(), static_cast<size_t>(kMany));
  for (size_t i = 0; i < stored["runs"].size(); ++i) {
    ASSERT_EQ(stored["runs"][i], nlohmann::json({1, durations.runs[i].ticks})) << i;
  }
}

TEST_F(FramesJson, StoresTheLargestNumbersThereMayBe) {
  WriteFrameTimes({2'147'483'647, {{1, FrameDurations::kMostTicks}}}, 1, file_);
  Store(1);
  EXPECT_EQ(Stored(), Whole(R"("frames":1,"timescale":2147483647,"runs":[[1,9007199254740991]])"));
}

TEST_F(FramesJson, RefusesWhatCannotBeTheTimesOfThisVideo) {
  const std::string deep(100'000, '[');
  for (const std::string& text : {
           std::string(),
           std::string("7"),
           std::string("null"),
           std::string("[]"),
           std::string("{}"),
           std::string("{\"frames\":5,\"timescale\":25,\"runs\":"),
           deep,
           std::string(R"({"frames":5,"timescale":25,"runs":)") + deep,
           std::string(R"({"frames":5,"timescale":25})"),
           std::string(R"({"timescale":25,"runs":[[5,1]]})"),
           std::string(R"({"frames":5,"runs":[[5,1]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,1,1]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[5,1]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":{"5":1}})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[[5,1]]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[4,1]]})"),         // Too few,
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,1],[1,1]]})"),   // too many,
           std::string(R"({"frames":5,"timescale":25,"runs":[[0,1],[5,1]]})"),   // none,
           std::string(R"({"frames":5,"timescale":25,"runs":[[-1,1],[6,1]]})"),  // and less.
           std::string(R"({"frames":4,"timescale":25,"runs":[[4,1]]})"),         // Of another.
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,0]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,-1]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,1.0]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,1e3]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,"1"]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,true]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,1801439850948199]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[4,1],[1,9007199254740988]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,9223372036854775807]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,18446744073709551615]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,99999999999999999999]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[18446744073709551615,1],[6,1]]})"),
           std::string(R"({"frames":5,"timescale":0,"runs":[[5,1]]})"),
           std::string(R"({"frames":5,"timescale":-25,"runs":[[5,1]]})"),
           std::string(R"({"frames":5,"timescale":2147483648,"runs":[[5,1]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,1]],"more":1})"),
           std::string(R"({"videoId":"x","frames":5,"timescale":25,"runs":[[5,1]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,1]],"runs":[[5,1]]})"),
           std::string(R"({"frames":5,"timescale":25,"runs":[[5,1]]}{})"),
       }) {
    Leave(text);
    ExpectRefused(5, text.substr(0, 80));
  }
  Leave(R"({"frames":5,"timescale":25,"runs":[[4,1],[1,9007199254740987]]})");
  Store(5);
}

TEST_F(FramesJson, RefusesWhatIsLongerThanItCanBe) {
  const std::string text = R"({"frames":5,"timescale":25,"runs":[[5,1]]})";
  Leave(text + std::string(128 + 5 * 40 - text.size() + 1, ' '));
  ExpectRefused(5, "blanks");
  Leave(text + std::string(128 + 5 * 40 - text.size(), ' '));
  Store(5);
  EXPECT_EQ(Stored(), Whole(text.substr(1, text.size() - 2)));
}

TEST_F(FramesJson, RefusesWhatIsNoFile) {
  ExpectRefused(5, "missing");
  std::filesystem::create_directory(file_);
  ExpectRefused(5, "a folder");
  std::filesystem::remove(file_);
  ASSERT_EQ(mkfifo(file_.c_str(), 0600), 0);
  ExpectRefused(5, "a pipe");
  std::filesystem::remove(file_);
  const auto other = folder_.path() / "other.json";
  WriteFrameTimes({25, {{5, 1}}}, 5, other);
  std::filesystem::create_symlink(other, file_);
  ExpectRefused(5, "a link");
}

TEST_F(FramesJson, SaysThatThereIsNoSpace) {
  try {
    WriteFrameTimes({25, {{5, 1}}}, 5, "/dev/full");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kStorageFull);
  }
}

}  // namespace
}  // namespace tapmask
