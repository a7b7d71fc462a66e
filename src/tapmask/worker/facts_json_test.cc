// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/facts_json.h"

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

using nlohmann::json;

VideoFacts SomeFacts() {
  VideoFacts facts;
  facts.format = "webm";
  facts.duration_seconds = 12.48;
  facts.width = 1920;
  facts.height = 1080;
  facts.frame_rate = 29.97;
  facts.frames = 374;
  facts.rotation = 270;
  facts.codec = "vp9";
  facts.has_audio = true;
  return facts;
}

TEST(FactsJson, AreReadAsTheyWereWritten) {
  const VideoFacts facts = VideoFactsFromJson(ToJson(SomeFacts()).dump());

  EXPECT_EQ(facts.format, "webm");
  EXPECT_EQ(facts.duration_seconds, 12.48);
  EXPECT_EQ(facts.width, 1920);
  EXPECT_EQ(facts.height, 1080);
  EXPECT_EQ(facts.frame_rate, 29.97);
  EXPECT_EQ(facts.frames, 374);
  EXPECT_EQ(facts.rotation, 270);
  EXPECT_EQ(facts.codec, "vp9");
  EXPECT_TRUE(facts.has_audio);
}

TEST(FactsJson, TakeWholeNumbersWhereNoneAreDemanded) {
  json facts = ToJson(SomeFacts());
  facts["duration_seconds"] = 0;
  facts["frame_rate"] = 25;
  EXPECT_EQ(VideoFactsFromJson(facts.dump()).frame_rate, 25);
}

TEST(FactsJson, AreRefusedWhenAMemberIsMissing) {
  const json whole = ToJson(SomeFacts());
  for (const auto& [name, value] : whole.items()) {
    json facts = whole;
    facts.erase(name);
    EXPECT_THROW(VideoFactsFromJson(facts.dump()), Error) << name;
  }
}

TEST(FactsJson, AreRefusedWhenNoVideoHasThem) {
  const std::vector<std::pair<const char*, std::vector<json>>> wrong{
      {"format", {"", "gif", "MP4", 1, nullptr}},
      {"duration_seconds", {-0.1, 1e7, 1e300, "1", true, nullptr}},
      // What a cast would make 1, or undefined.
      {"width", {0, -1, 65'537, 4'294'967'297, 1.5, 1e300, true, "1", nullptr}},
      {"height", {0, -1, 65'537, 4'294'967'297, 18'446'744'073'709'551'615u, 1.5, true, "1"}},
      {"frame_rate", {-1, 1e7, 1e308, "25", true}},
      {"frames", {0, -1, 100'000'001, 18'446'744'073'709'551'615u, 1e300, 2.0, true}},
      {"rotation", {-90, 45, 360, 4'294'967'296, 90.0}},
      {"codec", {"", "h 264", "h\n", "h\x7f", "hü", std::string(65, 'x'), 264}},
      {"has_audio", {0, "true", nullptr}},
  };
  for (const auto& [name, values] : wrong) {
    for (const json& value : values) {
      json facts = ToJson(SomeFacts());
      facts[name] = value;
      try {
        VideoFactsFromJson(facts.dump());
        ADD_FAILURE() << name << " " << value;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::kInternal);
      }
    }
  }
}

TEST(FactsJson, AreRefusedWhenTheyAreNoObject) {
  for (const char* text : {"", "[]", "7", "null", "\"mp4\"", "{", "{}"}) {
    EXPECT_THROW(VideoFactsFromJson(text), Error) << text;
  }
}

}  // namespace
}  // namespace tapmask
