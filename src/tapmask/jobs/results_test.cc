// SPDX-License-Identifier: Apache-2.0
#include "tapmask/jobs/results.h"

#include <cmath>
#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

using Json = nlohmann::json;

PreviewResult OnePreview() {
  PreviewResult result;
  result.frame = 12;
  result.sample_aspect = {4, 3};
  result.candidates = {{2, 16, 9, "m03600000_2", 0.93, "object"}, {2, 16, 9, "`4", 0.1, "part"}};
  return result;
}

MaskResult OneMask() {
  MaskResult result;
  result.file = "processed.mp4";
  result.bytes = 47'102'033;
  result.frames = 250;
  result.truncated = true;
  result.engine = "classical";
  result.to_review = {{false, 2, "lost", 120, 133, 126, 0.2},
                      {true, std::nullopt, "", 140, 151, 147, 0.41}};
  result.notices = {"The \"captions\" were left out: ü."};
  return result;
}

template <class Read>
void ExpectInternal(const Read& read, const std::string& text) {
  try {
    read(text);
    ADD_FAILURE() << "taken: " << text.substr(0, 200);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kInternal) << text.substr(0, 200);
  }
}

TEST(PreviewResultFromJson, ReadsWhatToJsonWrites) {
  const PreviewResult read = PreviewResultFromJson(ToJson(OnePreview()));

  EXPECT_EQ(read.frame, 12);
  EXPECT_EQ(read.sample_aspect, (Rational{4, 3}));
  ASSERT_EQ(read.candidates.size(), 2u);
  EXPECT_EQ(read.candidates[0].object, 2);
  EXPECT_EQ(read.candidates[0].width, 16);
  EXPECT_EQ(read.candidates[0].height, 9);
  EXPECT_EQ(read.candidates[0].rle, "m03600000_2");
  EXPECT_EQ(read.candidates[0].confidence, 0.93);
  EXPECT_EQ(read.candidates[0].scale, "object");
  EXPECT_EQ(read.candidates[1].scale, "part");
  EXPECT_TRUE(PreviewResultFromJson(ToJson(PreviewResult{})).candidates.empty());
}

TEST(MaskResultFromJson, ReadsWhatToJsonWrites) {
  const MaskResult read = MaskResultFromJson(ToJson(OneMask()));

  EXPECT_EQ(read.file, "processed.mp4");
  EXPECT_EQ(read.bytes, 47'102'033);
  EXPECT_EQ(read.frames, 250);
  EXPECT_TRUE(read.truncated);
  EXPECT_EQ(read.engine, "classical");
  ASSERT_EQ(read.to_review.size(), 2u);
  EXPECT_FALSE(read.to_review[0].is_of_fill);
  EXPECT_EQ(read.to_review[0].object, 2);
  EXPECT_EQ(read.to_review[0].state, "lost");
  EXPECT_EQ(read.to_review[0].first_frame, 120);
  EXPECT_EQ(read.to_review[0].last_frame, 133);
  EXPECT_EQ(read.to_review[0].look_at, 126);
  EXPECT_EQ(read.to_review[0].confidence, 0.2);
  EXPECT_TRUE(read.to_review[1].is_of_fill);
  EXPECT_EQ(read.to_review[1].object, std::nullopt);
  EXPECT_EQ(read.notices, OneMask().notices);
}

TEST(Results, RefuseWhatIsNotOfTheirForm) {
  for (const std::string text : {"", "null", "[]", "{", "{}", "{\"frame\":1}", "5"}) {
    ExpectInternal(PreviewResultFromJson, text);
    ExpectInternal(MaskResultFromJson, text);
  }
  const auto preview = [](const std::function<void(Json&)>& change) {
    Json json = Json::parse(ToJson(OnePreview()));
    change(json);
    ExpectInternal(PreviewResultFromJson, json.dump());
  };
  preview([](Json& json) { json["frame"] = -1; });
  preview([](Json& json) { json["frame"] = 1.5; });
  preview([](Json& json) { json["frame"] = UINT64_MAX; });
  preview([](Json& json) { json["sampleAspect"] = {1}; });
  preview([](Json& json) { json["sampleAspect"] = {1, 0}; });
  preview([](Json& json) { json["candidates"] = 1; });
  preview([](Json& json) { json["candidates"][0] = 1; });
  preview(
      [](Json& json) { json["candidates"] = Json(std::vector<Json>(97, json["candidates"][0])); });
  preview([](Json& json) { json["candidates"][0]["width"] = 0; });
  preview([](Json& json) {  // Each side may be so long, but not both.
    json["candidates"][0]["width"] = json["candidates"][0]["height"] = 16'384;
  });
  preview([](Json& json) { json["candidates"][0]["confidence"] = 1.01; });
  preview([](Json& json) { json["candidates"][0]["confidence"] = nullptr; });
  preview([](Json& json) { json["candidates"][0]["scale"] = "large"; });
  preview([](Json& json) { json["candidates"][0]["rle"] = 5; });
  preview([](Json& json) { json["candidates"][0]["object"] = 33; });

  const auto mask = [](const std::function<void(Json&)>& change) {
    Json json = Json::parse(ToJson(OneMask()));
    change(json);
    ExpectInternal(MaskResultFromJson, json.dump());
  };
  mask([](Json& json) { json["file"] = nullptr; });
  for (const char* name : {"", ".", "..", "../x", "a/b", ".mp4", "a b", "ü.mp4"}) {
    mask([&](Json& json) { json["file"] = name; });
    mask([&](Json& json) { json["engine"] = name; });
  }
  mask([](Json& json) { json["engine"] = std::string(65, 'x'); });
  mask([](Json& json) { json["bytes"] = -1; });
  mask([](Json& json) { json["truncated"] = 1; });
  mask([](Json& json) { json["toReview"][0]["state"] = "hidden"; });
  mask([](Json& json) { json["toReview"][0].erase("object"); });
  mask([](Json& json) { json["toReview"][1]["lookAt"] = "5"; });
  mask([](Json& json) { json["notices"] = {1}; });
}

// Regression in the making: a number that is none becomes null, and texts may be anything.
TEST(Results, AreWrittenWhateverTheyHold) {
  PreviewResult preview = OnePreview();
  preview.candidates[0].confidence = std::nan("");
  ExpectInternal(PreviewResultFromJson, ToJson(preview));

  MaskResult mask = OneMask();
  mask.notices = {"cut off \xc3"};
  EXPECT_EQ(MaskResultFromJson(ToJson(mask)).notices.size(), 1u);
}

}  // namespace
}  // namespace tapmask
