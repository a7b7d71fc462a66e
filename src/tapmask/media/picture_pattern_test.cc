// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/picture_pattern.h"

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/test_clips.h"

namespace tapmask {
namespace {

TEST(PicturePattern, IsOnlyANameWithANumberAndAPictureSuffix) {
  EXPECT_TRUE(PicturePattern::Parse("frames/%05d.jpg"));
  EXPECT_TRUE(PicturePattern::Parse("%d.PNG"));
  for (const char* name : {"clip.mp4", "100%.png", "%05d.mp4", "%s.png", "%d-%d.png", "%0d.png",
                           "%099d.png", "50%d/clip.mp4"}) {
    EXPECT_FALSE(PicturePattern::Parse(name)) << name;
  }
}

TEST(PicturePattern, PadsNumbers) {
  EXPECT_EQ(PicturePattern::Parse("a/f%03dx.png")->Path(7), "a/f007x.png");
  EXPECT_EQ(PicturePattern::Parse("%d.png")->Path(12), "12.png");
}

TEST(PicturePattern, FindsWhereTheSequenceBegins) {
  const TestFolder folder;
  for (const char* name : {"0004.png", "0005.png", "0006.png", "x.png", "00007.png", "0008.jpg"}) {
    WriteBytes(folder / name, "x");
  }

  const auto span = PicturePattern::Parse((folder / "%04d.png").string())->Find();

  EXPECT_EQ(span.first, 4);
  EXPECT_EQ(span.count, 3);
}

TEST(PicturePattern, KnowsThePicturesThatAreItsOwn) {
  const TestFolder folder;
  const auto pattern = PicturePattern::Parse((folder / "f%03d.png").string());

  EXPECT_EQ(pattern->NumberOf("f007.png"), 7);
  EXPECT_EQ(pattern->NumberOf("f1234.png"), 1234);
  for (const char* name : {"f07.png", "f.png", "f-07.png", "g007.png", "f007.jpg", "f0007.png"}) {
    EXPECT_EQ(pattern->NumberOf(name), std::nullopt) << name;
  }
  EXPECT_FALSE(pattern->AnyThere());
  WriteBytes(folder / "f009.png", "x");
  EXPECT_TRUE(pattern->AnyThere());
}

// A hole would shift every later frame against its mask.
TEST(PicturePattern, RefusesHoles) {
  const TestFolder folder;
  WriteBytes(folder / "1.png", "x");
  WriteBytes(folder / "3.png", "x");

  EXPECT_THROW(PicturePattern::Parse((folder / "%d.png").string())->Find(), Error);
  EXPECT_THROW(PicturePattern::Parse((folder / "no%d.png").string())->Find(), Error);
  EXPECT_THROW(PicturePattern::Parse((folder / "no/%d.png").string())->Find(), Error);
}

}  // namespace
}  // namespace tapmask
