// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/prompt_parser.h"

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

Mask NoMask(const std::filesystem::path&) {
  return Mask(4, 4);
}

Point Parsed(std::string_view text) {
  return ParsePoint(text, std::nullopt, std::nullopt);
}

template <class Call>
std::string PromptRefusal(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalidArgument);
    return error.public_text();
  }
  return "not refused";
}

TEST(ParsePoint, ReadsAPlainPointAsObject1InFrame0) {
  const Point point = Parsed("640,360");

  EXPECT_EQ(point.in_shown, (Point2f{640, 360}));
  EXPECT_TRUE(point.is_object);
  EXPECT_EQ(point.frame, 0);
  EXPECT_EQ(point.object, 1);
  EXPECT_FALSE(point.seconds);
}

TEST(ParsePoint, ReadsDecimalsSignFrameAndObject) {
  const Point point = Parsed("640.5,0.25,-@12#3");

  EXPECT_EQ(point.in_shown, (Point2f{640.5, 0.25}));
  EXPECT_FALSE(point.is_object);
  EXPECT_EQ(point.frame, 12);
  EXPECT_EQ(point.object, 3);
}

TEST(ParsePoint, ReadsWhatWasChosen) {
  EXPECT_FALSE(Parsed("640,360").scale);
  EXPECT_EQ(Parsed("640,360,part").scale, CandidateScale::kPart);
  const Point point = Parsed("640,360,-,group@12#3");
  EXPECT_EQ(point.scale, CandidateScale::kGroup);
  EXPECT_FALSE(point.is_object);
  EXPECT_EQ(point.frame, 12);
}

TEST(ParsePoint, TakesTheDefaultMomentOnlyWithoutAFrame) {
  EXPECT_EQ(ParsePoint("1,2", 7, std::nullopt).frame, 7);
  EXPECT_EQ(ParsePoint("1,2@3", 7, std::nullopt).frame, 3);
  EXPECT_EQ(ParsePoint("1,2#2", std::nullopt, 1.5).seconds, 1.5);
  EXPECT_FALSE(ParsePoint("1,2@3", std::nullopt, 1.5).seconds);
}

TEST(ParsePoint, RefusesWhatIsNoPoint) {
  for (const char* text : {"",
                           "640",
                           "640,",
                           ",360",
                           "640,360,",
                           "640,360,+",
                           "640,360,5",
                           "640,360,whole",
                           "640,360,part,-",
                           "640,part",
                           "640;360",
                           "a,b",
                           "nan,1",
                           "1,inf",
                           "1e999,1",
                           "640,360@",
                           "640,360#",
                           "640,360@-1",
                           "640,360@1.5",
                           "640,360#0",
                           "640,360#2@1",
                           "640, 360",
                           "640,360,-,-",
                           "640,360@99999999999",
                           "-",
                           "@1",
                           "#1"}) {
    EXPECT_NE(PromptRefusal([&] { Parsed(text); }), "not refused") << text;
  }
}

TEST(ParsePoint, ShowsTheRightFormWhenItRefuses) {
  const std::string sentence = PromptRefusal([] { Parsed("centre"); });

  EXPECT_NE(sentence.find("640,360"), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("'centre'"), std::string::npos) << sentence;
}

TEST(ParsePoint, SaysThatNegativePlacesAreOutsideTheFrame) {
  EXPECT_NE(PromptRefusal([] { Parsed("-1,5"); }).find("outside the frame"), std::string::npos);
  EXPECT_NE(PromptRefusal([] { Parsed("5,-0.5"); }).find("outside the frame"), std::string::npos);
}

TEST(ParseBox, ReadsPlaceSizeFrameAndObject) {
  const GivenBox box = ParseBox("100,80,64,32@12#2");

  EXPECT_EQ(box.in_shown, (Rect{100, 80, 64, 32}));
  EXPECT_EQ(box.frame, 12);
  EXPECT_EQ(box.object, 2);
}

TEST(ParseBox, MovesDecimalSidesOutwards) {
  EXPECT_EQ(ParseBox("10.7,20.2,5.1,5.9@0").in_shown, (Rect{10, 20, 6, 7}));
}

TEST(ParseBox, MayReachOutOfTheFrame) {
  EXPECT_EQ(ParseBox("-10,-5.5,64,32@0").in_shown, (Rect{-10, -6, 64, 33}));
}

TEST(ParseBox, RefusesWhatIsNoBox) {
  for (const char* text : {"", "1,2,3,4", "1,2,3@4", "1,2,3,4,5@6", "1,2,0,4@0", "1,2,3,-4@0",
                           "1,2,3,4@x", "1,2,3,nan@0", "1,2,3,4#1", "1e9,2,3,4@0"}) {
    EXPECT_NE(PromptRefusal([&] { ParseBox(text); }), "not refused") << text;
  }
}

struct MaskCase {
  const char* text;
  const char* file;
  std::optional<int64_t> frame;
  int object;
};

TEST(ParseMaskPlace, TakesOnlyNumericSuffixesFromTheRight) {
  for (const MaskCase& c : {
           MaskCase{"mask.png", "mask.png", std::nullopt, 1},
           MaskCase{"mask.png@12", "mask.png", 12, 1},
           MaskCase{"mask.png#2", "mask.png", std::nullopt, 2},
           MaskCase{"mask.png@12#2", "mask.png", 12, 2},
           MaskCase{"a@2#3.png", "a@2#3.png", std::nullopt, 1},
           MaskCase{"a@2#3.png@5#6", "a@2#3.png", 5, 6},
           MaskCase{"me@home.png", "me@home.png", std::nullopt, 1},
           MaskCase{"me@home.png@4", "me@home.png", 4, 1},
           MaskCase{"take#1/mask.png", "take#1/mask.png", std::nullopt, 1},
           MaskCase{"a@2@0", "a@2", 0, 1},
           MaskCase{"a#", "a#", std::nullopt, 1},
           MaskCase{"a@", "a@", std::nullopt, 1},
           MaskCase{"a@-1", "a@-1", std::nullopt, 1},
           MaskCase{"a#2@5", "a#2", 5, 1},
       }) {
    const MaskPlace place = ParseMaskPlace(c.text);
    EXPECT_EQ(place.file, c.file) << c.text;
    EXPECT_EQ(place.frame, c.frame) << c.text;
    EXPECT_EQ(place.object, c.object) << c.text;
  }
}

TEST(ParseMaskPlace, RefusesNoNameAndImpossibleNumbers) {
  for (const char* text : {"", "@3", "#2", "@3#2", "a.png#0", "a.png#99999999999999999999"}) {
    EXPECT_NE(PromptRefusal([&] { ParseMaskPlace(text); }), "not refused") << text;
  }
}

TEST(MakePrompts, PutsPointsMasksAndBoxesTogether) {
  PromptOptions options;
  options.points = {"1,2", "3,4,-@5"};
  options.masks = {"a.png#2"};
  options.boxes = {"1,2,3,4@5#3", "1,2,3,4@6#3"};
  options.frame = 9;
  std::vector<std::filesystem::path> loaded;

  const Prompts prompts = MakePrompts(options, [&](const std::filesystem::path& file) {
    loaded.push_back(file);
    return Mask(4, 4, 255);
  });

  ASSERT_EQ(prompts.points.size(), 2u);
  EXPECT_EQ(prompts.points[0].frame, 9);
  EXPECT_EQ(prompts.points[1].frame, 5);
  ASSERT_EQ(prompts.masks.size(), 1u);
  EXPECT_EQ(prompts.masks[0].in_mask.Area(), 16);
  EXPECT_EQ(prompts.masks[0].frame, 9);
  EXPECT_EQ(prompts.masks[0].object, 2);
  EXPECT_EQ(prompts.boxes.size(), 2u);
  EXPECT_EQ(loaded, std::vector<std::filesystem::path>{"a.png"});
}

TEST(MakePrompts, RefusesNothingAtAll) {
  EXPECT_NE(PromptRefusal([] { MakePrompts({}, NoMask); }).find("--point"), std::string::npos);
}

TEST(MakePrompts, RefusesAnObjectThatIsOnlyPointedAwayFrom) {
  PromptOptions options;
  options.points = {"1,2", "3,4,-#2"};

  EXPECT_NE(PromptRefusal([&] { MakePrompts(options, NoMask); }).find("Object 2"),
            std::string::npos);

  options.masks = {"two.png#2"};
  EXPECT_EQ(MakePrompts(options, NoMask).points.size(), 2u);
}

TEST(MakePrompts, RefusesFrameAndTimeTogether) {
  PromptOptions options;
  options.points = {"1,2"};
  options.frame = 1;
  options.seconds = 1;

  EXPECT_NE(PromptRefusal([&] { MakePrompts(options, NoMask); }), "not refused");
}

TEST(MakePrompts, RefusesAMaskWithoutFrameWhenATimeIsTheDefault) {
  PromptOptions options;
  options.masks = {"a.png"};
  options.seconds = 1;

  EXPECT_NE(PromptRefusal([&] { MakePrompts(options, NoMask); }).find("a.png@FRAME"),
            std::string::npos);
}

TEST(MakePrompts, RefusesTwoMasksOrTwoBoxesOfAnObjectInOneFrame) {
  PromptOptions masks;
  masks.masks = {"a.png@3", "b.png@3"};
  PromptOptions boxes;
  boxes.boxes = {"1,2,3,4@5", "2,2,3,4@5"};

  EXPECT_NE(PromptRefusal([&] { MakePrompts(masks, NoMask); }), "not refused");
  EXPECT_NE(PromptRefusal([&] { MakePrompts(boxes, NoMask); }), "not refused");
}

}  // namespace
}  // namespace tapmask
