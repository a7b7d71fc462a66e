// SPDX-License-Identifier: Apache-2.0
#include "tapmask/jobs/requests.h"

#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

using Json = nlohmann::json;

Json OnePoint() {
  return Json::parse(R"({"points":[{"x":12.5,"y":7,"frameNumber":3}],"mode":"privacy_blur"})");
}

// The sentence that a request is refused with; empty when it is taken.
template <class Read>
std::string Refusal(const Read& read, const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalidArgument) << text;
    EXPECT_FALSE(error.public_text().empty());
    return error.public_text();
  }
  return "";
}

std::string MaskRefusal(const std::string& text) {
  return Refusal(MaskRequestFromJson, text);
}
std::string MaskRefusal(const std::function<void(Json&)>& change) {
  Json json = OnePoint();
  change(json);
  return MaskRefusal(json.dump());
}
std::string PreviewRefusal(const std::string& text) {
  return Refusal(PreviewRequestFromJson, text);
}

TEST(MaskRequestFromJson, FillsInDefaults) {
  const MaskRequest request = MaskRequestFromJson(OnePoint().dump());

  ASSERT_EQ(request.prompts.points.size(), 1u);
  const Point& point = request.prompts.points[0];
  EXPECT_EQ(point.in_shown, (Point2f{12.5, 7}));
  EXPECT_EQ(point.frame, 3);
  EXPECT_EQ(point.seconds, std::nullopt);
  EXPECT_TRUE(point.is_object);
  EXPECT_EQ(point.object, 1);
  EXPECT_TRUE(request.prompts.boxes.empty());
  EXPECT_EQ(request.mode, "privacy_blur");
  EXPECT_EQ(request.style, "secure");
  EXPECT_EQ(request.on_lost, "cover");
  EXPECT_EQ(request.audio, "keep");
  EXPECT_EQ(request.codec, "auto");
  EXPECT_EQ(request.engine, "auto");
  EXPECT_EQ(request.grow_px, std::nullopt);
  EXPECT_EQ(request.from_seconds, std::nullopt);
  EXPECT_EQ(request.to_seconds, std::nullopt);
  EXPECT_EQ(request.corrects, std::nullopt);
  EXPECT_FALSE(request.invert || request.shadow || request.keep_metadata);
}

TEST(MaskRequestFromJson, ReadsWhatToJsonWrites) {
  MaskRequest request;
  request.prompts.points = {{{0.1, 1e-9}, true, 7, 2, std::nullopt, CandidateScale::kGroup},
                            {{65'536, 3}, false, 0, 2, 1.0 / 3}};
  request.prompts.boxes = {{{1, 2, 3, 4}, 5, 6}};
  request.mode = "magic_eraser";
  request.style = "pixelate";
  request.grow_px = 12;
  request.on_lost = "frame";
  request.shadow = true;
  request.from_seconds = 0.25;
  request.to_seconds = 1e5;
  request.audio = "mute";
  request.codec = "lossless";
  request.engine = "sam2.1-tiny_x";
  request.keep_metadata = true;
  request.corrects = JobId::New();

  const std::string json = ToJson(request);
  const MaskRequest read = MaskRequestFromJson(json);

  EXPECT_EQ(ToJson(read), json);
  ASSERT_EQ(read.prompts.points.size(), 2u);
  EXPECT_EQ(read.prompts.points[0].in_shown, request.prompts.points[0].in_shown);
  EXPECT_EQ(read.prompts.points[0].scale, CandidateScale::kGroup);
  EXPECT_EQ(read.prompts.points[1].seconds, 1.0 / 3);
  EXPECT_FALSE(read.prompts.points[1].is_object);
  EXPECT_EQ(read.prompts.points[1].object, 2);
  ASSERT_EQ(read.prompts.boxes.size(), 1u);
  EXPECT_EQ(read.prompts.boxes[0].in_shown, (Rect{1, 2, 3, 4}));
  EXPECT_EQ(read.prompts.boxes[0].frame, 5);
  EXPECT_EQ(read.prompts.boxes[0].object, 6);
  EXPECT_EQ(read.mode, "magic_eraser");
  EXPECT_EQ(read.style, "pixelate");
  EXPECT_EQ(read.grow_px, 12);
  EXPECT_EQ(read.on_lost, "frame");
  EXPECT_FALSE(read.invert);
  EXPECT_TRUE(read.shadow);
  EXPECT_EQ(read.from_seconds, 0.25);
  EXPECT_EQ(read.to_seconds, 1e5);
  EXPECT_EQ(read.audio, "mute");
  EXPECT_EQ(read.codec, "lossless");
  EXPECT_EQ(read.engine, request.engine);
  EXPECT_TRUE(read.keep_metadata);
  EXPECT_EQ(read.corrects, request.corrects);
}

TEST(MaskRequestFromJson, RefusesNull) {
  for (const char* name :
       {"growPx", "boxes", "points", "style", "mode", "invert", "fromSec", "engine", "corrects"}) {
    const std::string refusal = MaskRefusal([&](Json& json) { json[name] = nullptr; });
    EXPECT_NE(refusal.find(name), std::string::npos) << refusal;
    EXPECT_NE(refusal.find("null"), std::string::npos) << refusal;
  }
  EXPECT_NE(MaskRefusal([](Json& json) {
              json["points"][0]["timeSec"] = nullptr;
            }).find("points[0].timeSec"),
            std::string::npos);
}

TEST(MaskRequestFromJson, NamesTheMemberThatIsWrong) {
  const auto says = [](const std::string& name, const std::function<void(Json&)>& change) {
    const std::string refusal = MaskRefusal(change);
    EXPECT_NE(refusal.find('"' + name + '"'), std::string::npos) << name << ": " << refusal;
  };
  says("mode", [](Json& json) { json.erase("mode"); });
  says("mode", [](Json& json) { json["mode"] = "blur"; });
  says("mode", [](Json& json) { json["mode"] = 1; });
  says("points", [](Json& json) { json.erase("points"); });
  says("points", [](Json& json) { json["points"] = Json::array(); });
  says("points", [](Json& json) { json["points"] = Json::object(); });
  says("points", [](Json& json) { json["points"] = "12,3"; });
  says("points[0]", [](Json& json) { json["points"][0] = 5; });
  says("points[1].x", [](Json& json) {
    json["points"].push_back(json["points"][0]);
    json["points"][1].erase("x");
  });
  says("points[0].x", [](Json& json) { json["points"][0]["x"] = -0.001; });
  says("points[0].x", [](Json& json) { json["points"][0]["x"] = 65'537; });
  says("points[0].x", [](Json& json) { json["points"][0]["x"] = 1e300; });
  says("points[0].y", [](Json& json) { json["points"][0]["y"] = "7"; });
  says("points[0].y", [](Json& json) { json["points"][0]["y"] = true; });
  says("points[0].frameNumber", [](Json& json) { json["points"][0].erase("frameNumber"); });
  says("points[0].frameNumber", [](Json& json) { json["points"][0]["frameNumber"] = 1.5; });
  says("points[0].frameNumber", [](Json& json) { json["points"][0]["frameNumber"] = -1; });
  says("points[0].frameNumber", [](Json& json) { json["points"][0]["frameNumber"] = INT64_MAX; });
  says("points[0].timeSec", [](Json& json) { json["points"][0]["timeSec"] = -1; });
  says("points[0].label", [](Json& json) { json["points"][0]["label"] = 2; });
  says("points[0].scale", [](Json& json) { json["points"][0]["scale"] = "whole"; });
  says("points[0].scale", [](Json& json) { json["points"][0]["scale"] = ""; });
  says("points[0].object", [](Json& json) { json["points"][0]["object"] = 0; });
  says("points[0].object", [](Json& json) { json["points"][0]["object"] = kMostObjects + 1; });
  says("points[0].colour", [](Json& json) { json["points"][0]["colour"] = "red"; });
  says("points", [](Json& json) { json["points"][0]["label"] = 0; });
  says("boxes", [](Json& json) { json["boxes"] = 4; });
  says("boxes[0].width", [](Json& json) {
    json["boxes"] = {{{"x", 0}, {"y", 0}, {"width", 0}, {"height", 5}, {"frameNumber", 0}}};
  });
  says("boxes[0].frameNumber", [](Json& json) {
    json["boxes"] = {{{"x", 0}, {"y", 0}, {"width", 5}, {"height", 5}}};
  });
  says("boxes", [](Json& json) {
    const Json box{{"x", 0}, {"y", 0}, {"width", 5}, {"height", 5}, {"frameNumber", 1}};
    json["boxes"] = {box, box};
  });
  says("style", [](Json& json) { json["style"] = "none"; });
  says("growPx", [](Json& json) { json["growPx"] = 0; });
  says("growPx", [](Json& json) { json["growPx"] = 1'001; });
  says("onLost", [](Json& json) { json["onLost"] = "nothing"; });
  says("invert", [](Json& json) { json["invert"] = 1; });
  says("shadow", [](Json& json) { json["invert"] = json["shadow"] = true; });
  says("toSec", [](Json& json) { json["fromSec"] = json["toSec"] = 2; });
  says("fromSec", [](Json& json) { json["fromSec"] = -2; });
  says("audio", [](Json& json) { json["audio"] = "loud"; });
  says("codec", [](Json& json) { json["codec"] = "av1"; });
  says("engine", [](Json& json) { json["engine"] = std::string(65, 'x'); });
  says("engine", [](Json& json) { json["engine"] = 1; });
  says("engine", [](Json& json) { json["engine"] = ""; });
  says("engine", [](Json& json) { json["engine"] = "sam 2"; });
  says("engine", [](Json& json) { json["engine"] = "../sam"; });
  says("engine", [](Json& json) { json["engine"] = std::string("sam\0", 4); });
  says("keepMetadata", [](Json& json) { json["keepMetadata"] = "yes"; });
  says("corrects", [](Json& json) { json["corrects"] = "../../etc/passwd"; });
  says("corrects", [](Json& json) { json["corrects"] = 7; });
  says("videoId", [](Json& json) { json["videoId"] = "x"; });
  says("Mode", [](Json& json) { json["Mode"] = "x"; });
}

TEST(MaskRequestFromJson, TakesPointsThatOnlyTakeAwayWhenTheyCorrect) {
  const auto take_away = [](Json& json) { json["points"][0]["label"] = 0; };

  EXPECT_NE(MaskRefusal(take_away), "");
  EXPECT_EQ(MaskRefusal([&](Json& json) {
              take_away(json);
              json["corrects"] = JobId::New().text();
            }),
            "");
  EXPECT_EQ(
      MaskRefusal([&](Json& json) {
        take_away(json);
        json["boxes"] = {{{"x", 0}, {"y", 0}, {"width", 5}, {"height", 5}, {"frameNumber", 0}}};
      }),
      "");
}

TEST(MaskRequestFromJson, RefusesTextThatIsNoObjectOrNoJson) {
  for (const std::string text :
       {"", " ", "null", "5", "\"mode\"", "[]", "{", "{\"mode\":}", "{} {}", "{\"x\":NaN}",
        "{\"x\":1e999}", "{\"mode\":\"\xff\"}", "// nothing\n{}"}) {
    EXPECT_NE(MaskRefusal(text), "") << text;
  }
  EXPECT_NE(MaskRefusal(std::string("{}\0", 3)), "");
}

TEST(MaskRequestFromJson, RefusesAMemberThatIsGivenTwice) {
  const std::string point = R"({"x":1,"y":2,"frameNumber":0})";

  EXPECT_NE(MaskRefusal(R"({"mode":"privacy_blur","mode":"magic_eraser","points":[)" + point + "]}")
                .find("\"mode\""),
            std::string::npos);
  EXPECT_NE(MaskRefusal(R"({"mode":"privacy_blur","points":[{"x":1,"y":2,"x":3,"frameNumber":0}]})")
                .find("\"x\""),
            std::string::npos);
  // The same names in different objects are fine.
  EXPECT_EQ(MaskRefusal(R"({"mode":"privacy_blur","points":[)" + point + "," + point + "]}"), "");
}

TEST(MaskRequestFromJson, RefusesHugeAndDeepRequestsWithoutMuchWork) {
  EXPECT_NE(MaskRefusal([](Json& json) {
              json["points"] = Json(std::vector<Json>(kMostPrompts + 2, json["points"][0]));
            }),
            "");
  EXPECT_EQ(MaskRefusal([](Json& json) {
              json["points"] = Json(std::vector<Json>(kMostPrompts + 1, json["points"][0]));
            }),
            "");
  EXPECT_NE(MaskRefusal(std::string(1'000'000, '[')), "");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  EXPECT_NE(MaskRefusal(deep), "");
}

TEST(MaskRequestFromJson, RepeatsAStrangeNameShortenedToWholeCharacters) {
  std::string name;
  for (int i = 0; i < 1'000; ++i) name += "€";  // Three bytes each; 64 is no multiple of them.

  const std::string refusal = MaskRefusal([&](Json& json) { json[name] = 1; });

  EXPECT_LT(refusal.size(), 120u);
  EXPECT_NO_THROW(Json(refusal).dump()) << "cut within a character";
}

TEST(PreviewRequestFromJson, ReadsWhatToJsonWrites) {
  PreviewRequest request;
  request.frame = 4;
  request.seconds = 0.125;
  request.points = {{{1, 2}, true, 4, 2, 0.125}, {{3.5, 4}, false, 4, 2, 0.125}};

  const PreviewRequest read = PreviewRequestFromJson(ToJson(request));

  EXPECT_EQ(ToJson(read), ToJson(request));
  EXPECT_EQ(read.frame, 4);
  EXPECT_EQ(read.seconds, 0.125);
  ASSERT_EQ(read.points.size(), 2u);
  EXPECT_EQ(read.points[1].in_shown, (Point2f{3.5, 4}));
  EXPECT_EQ(read.points[1].frame, 4);
  EXPECT_EQ(read.points[1].seconds, 0.125);
  EXPECT_EQ(read.points[1].object, 2);
  EXPECT_FALSE(read.points[1].is_object);
}

TEST(PreviewRequestFromJson, GivesThePointsTheFrameOfTheRequest) {
  const PreviewRequest by_frame =
      PreviewRequestFromJson(R"({"frameNumber":7,"points":[{"x":1,"y":2,"frameNumber":7}]})");
  EXPECT_EQ(by_frame.frame, 7);
  EXPECT_EQ(by_frame.seconds, std::nullopt);
  EXPECT_EQ(by_frame.points[0].frame, 7);

  const PreviewRequest by_time =
      PreviewRequestFromJson(R"({"timeSec":0.5,"points":[{"x":1,"y":2}]})");
  EXPECT_EQ(by_time.seconds, 0.5);
  EXPECT_EQ(by_time.points[0].seconds, 0.5);
}

TEST(PreviewRequestFromJson, RefusesAllButPointsOfOneFrame) {
  const std::string point = R"({"x":1,"y":2})";
  EXPECT_EQ(PreviewRefusal(R"({"frameNumber":0,"points":[)" + point + "]}"), "");
  for (const std::string text : {
           R"({})",
           R"({"frameNumber":0})",
           R"({"frameNumber":0,"points":[]})",
           R"({"frameNumber":null,"timeSec":1,"points":[{"x":1,"y":2}]})",
           R"({"frameNumber":-1,"points":[{"x":1,"y":2}]})",
           R"({"points":[{"x":1,"y":2,"frameNumber":0}]})",
           R"({"frameNumber":0,"points":[{"x":1,"y":2}],"mode":"secure"})",
           R"({"frameNumber":0,"points":[{"x":1,"y":2,"label":0}]})",
           R"({"frameNumber":0,"points":[{"x":1,"y":2,"frameNumber":1}]})",
           R"({"frameNumber":0,"points":[{"x":1,"y":2,"timeSec":0}]})",
           R"({"timeSec":0.5,"points":[{"x":1,"y":2,"timeSec":0.25}]})",
       }) {
    EXPECT_NE(PreviewRefusal(text), "") << text;
  }
}

}  // namespace
}  // namespace tapmask
