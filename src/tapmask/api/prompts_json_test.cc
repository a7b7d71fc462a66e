// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/prompts_json.h"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/api/error_response.h"
#include "tapmask/core/error.h"
#include "tapmask/core/id.h"

namespace tapmask::api {
namespace {

Request Body(const std::string& body) {
  Request request;
  request.headers.Add("Content-Type", "application/json");
  request.body = body;
  return request;
}

// The sentence of an error; empty when there is none.
template <class Call>
std::string SentenceOf(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.public_text();
  }
  return "";
}

TEST(SegmentBodyOf, PutsTheSegmentationPointFirst) {
  const SegmentBody body = SegmentBodyOf(Body(
      R"({"videoId":"any","mode":"magic_eraser","segmentationPoint":{"x":1,"y":2,"frameNumber":3,"timeSec":0.5,"scale":"part"},)"
      R"("points":[{"x":4,"y":5,"frameNumber":6},{"x":7,"y":8,"frameNumber":9}]})"));
  EXPECT_EQ(body.video_id, "any");
  ASSERT_EQ(body.request.prompts.points.size(), 3u);
  EXPECT_EQ(body.request.prompts.points[0].in_shown, (Point2f{1, 2}));
  EXPECT_EQ(body.request.prompts.points[0].seconds, 0.5);
  EXPECT_EQ(body.request.prompts.points[0].scale, CandidateScale::kPart);
  EXPECT_EQ(body.request.prompts.points[1].in_shown, (Point2f{4, 5}));
  EXPECT_EQ(body.request.prompts.points[2].in_shown, (Point2f{7, 8}));
}

// The user counts the points as they were sent.
TEST(SegmentBodyOf, NamesThePointThatIsWrong) {
  const auto sentence = [](const std::string& tap, const std::string& points) {
    return SentenceOf([&] {
      SegmentBodyOf(Body(R"({"videoId":"any","mode":"privacy_blur","segmentationPoint":)" + tap +
                         R"(,"points":)" + points + "}"));
    });
  };
  const std::string tap = R"({"x":1,"y":2,"frameNumber":3})";
  EXPECT_EQ(sentence(tap, "[]"), "");
  EXPECT_NE(sentence(tap, R"([{"x":-1,"y":2,"frameNumber":0}])").find("\"points[0].x\""),
            std::string::npos);
  EXPECT_NE(sentence(R"({"x":1,"frameNumber":3})", "[]").find("\"segmentationPoint.y\""),
            std::string::npos);
  EXPECT_NE(sentence(R"({"x":1,"y":null,"frameNumber":3})", "[]").find("\"segmentationPoint.y\""),
            std::string::npos);
  EXPECT_NE(sentence("[]", "[]").find("\"segmentationPoint\""), std::string::npos);
  EXPECT_NE(sentence(tap, R"([null])").find("\"points[0]\""), std::string::npos);
}

TEST(SegmentBodyOf, DoesNotRepeatALongName) {
  nlohmann::json body{{"videoId", "any"}};
  body[std::string(100'000, 'n')] = nullptr;
  EXPECT_LT(SentenceOf([&] { SegmentBodyOf(Body(body.dump())); }).size(), 200u);
}

TEST(CorrectionOf, ReplacesThePromptsAlone) {
  MaskRequest corrected;
  corrected.prompts.points = {{{1, 2}, true, 3, 1, std::nullopt}};
  corrected.mode = "privacy_blur";
  corrected.style = "solid";
  corrected.corrects = JobId::New();
  const JobId id = JobId::New();
  const MaskRequest request = CorrectionOf(
      Body(R"({"boxes":[{"x":1,"y":2,"width":3,"height":4,"frameNumber":5}]})"), id, corrected);
  EXPECT_TRUE(request.prompts.points.empty());
  EXPECT_EQ(request.prompts.boxes.size(), 1u);
  EXPECT_EQ(request.style, "solid");
  EXPECT_EQ(request.corrects, id);
}

class Inside : public testing::Test {
 protected:
  std::string Said(const Prompts& prompts) const {
    return SentenceOf([&] { CheckInside(prompts, facts_); });
  }
  std::string SaidOf(Point point) const { return Said({{point}, {}, {}}); }
  std::string SaidOf(GivenBox box) const { return Said({{}, {box}, {}}); }

  const VideoFacts facts_{"mp4", 10.01, 1280, 720, 29.97, 300, 0, "h264", false};
};

TEST_F(Inside, IsUpToTheEdges) {
  EXPECT_EQ(SaidOf(Point{{0, 0}, true, 0, 1, {}}), "");
  EXPECT_EQ(SaidOf(Point{{1279.999, 719.999}, true, 299, 1, {}}), "");
  EXPECT_EQ(SaidOf(Point{{0, 0}, true, 5'000, 1, 10.01}), "") << "the time goes first";
  EXPECT_EQ(SaidOf(GivenBox{{1279, 719, 100, 100}, 299, 1}), "") << "is cut at the edge";
}

TEST_F(Inside, SaysHowLargeAndHowLongTheVideoIs) {
  EXPECT_EQ(SaidOf(Point{{1500, 360}, true, 0, 1, {}}),
            "The point 1500,360 is outside the picture, which is 1280 by 720.");
  EXPECT_EQ(SaidOf(Point{{0.5, 720}, true, 0, 1, {}}),
            "The point 0.5,720 is outside the picture, which is 1280 by 720.");
  EXPECT_EQ(SaidOf(Point{{0, 0}, true, 300, 1, {}}),
            "Frame 300 is outside the video, which has 300 frames, counted from 0.");
  EXPECT_EQ(SaidOf(Point{{0, 0}, true, 0, 1, 10.5}),
            "The time 10.5 s is outside the video, which is 10.01 s long.");
  EXPECT_EQ(SaidOf(GivenBox{{1280, 0, 10, 10}, 0, 1}),
            "The box 1280,0,10,10 is outside the picture, which is 1280 by 720.");
  EXPECT_NE(SaidOf(GivenBox{{0, 0, 10, 10}, 300, 1}), "");
}

}  // namespace
}  // namespace tapmask::api
