// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/review_text.h"

#include <gtest/gtest.h>

namespace tapmask {
namespace {

using Span = CoverPlanner::Span;

std::string Only(const Span& span, const std::optional<Covering>& covering) {
  const auto sentences = ReviewSentences(std::span(&span, 1), covering);
  return sentences.size() == 1 ? sentences[0] : "";
}

TEST(ReviewSentences, SayWhatWasLostAndWhatHidesIt) {
  const Span lost{1, TrackState::kLost, 40, 53};

  EXPECT_EQ(
      Only(lost, Covering{OnLost::kCover, false}),
      "We lost object 1 in frames 40-53; wherever it may be stays covered, if need be the whole "
      "picture. Look at them.");
  EXPECT_EQ(Only(lost, Covering{OnLost::kFrame, false}),
            "We lost object 1 in frames 40-53; the whole picture is hidden there. Look at them.");
  EXPECT_EQ(Only(lost, Covering{OnLost::kClear, false}),
            "We lost object 1 in frames 40-53; nothing is hidden there. Look at them.");
}

TEST(ReviewSentences, SayThatNothingIsHiddenWhereTheObjectSeemsToBeGone) {
  EXPECT_EQ(Only({2, TrackState::kAbsent, 60, 80}, Covering{OnLost::kFrame, false}),
            "Object 2 seems to be out of the picture in frames 60-80; nothing is hidden there. "
            "Look at them.");
}

TEST(ReviewSentences, NameTheFrameThatSaysMostWhereTheMaskIsNotSure) {
  EXPECT_EQ(Only({1, TrackState::kTracked, 10, 21, 17, 0.3}, Covering{}),
            "We are not sure of object 1 in frames 10-21; what we took for it is covered. "
            "Look at frame 17 first.");
  EXPECT_EQ(Only({1, TrackState::kTracked, 10, 10, 10, 0.3}, std::nullopt),
            "We are not sure of object 1 in frame 10. Look at it.");
}

TEST(ReviewSentences, NameASingleFrame) {
  EXPECT_EQ(Only({1, TrackState::kHeld, 7, 7}, Covering{}),
            "We did not see object 1 well in frame 7; its last shape, widened, stays covered. "
            "Look at it.");
}

TEST(ReviewSentences, SayWhatIsHiddenWhenInverted) {
  EXPECT_EQ(Only({1, TrackState::kAbsent, 3, 5}, Covering{OnLost::kClear, true}),
            "Object 1 seems to be out of the picture in frames 3-5; all but other objects that are "
            "seen is hidden there. Look at them.");
}

TEST(ReviewSentences, PromiseNoCoverWhenOnlyMasksWereMade) {
  EXPECT_EQ(Only({1, TrackState::kLost, 3, 5}, std::nullopt),
            "We lost object 1 in frames 3-5. Look at them.");
}

TEST(ReviewSentences, AreCutShortWhenThereAreVeryMany) {
  std::vector<Span> spans;
  spans.reserve(100);
  for (int i = 0; i < 100; ++i) spans.push_back({1, TrackState::kLost, 10 * i, 10 * i + 3});

  const auto sentences = ReviewSentences(spans, Covering{});

  ASSERT_EQ(sentences.size(), 21u);
  EXPECT_EQ(sentences.back(), "And 80 more such places; the report lists them all (--report).");
}

TEST(ReviewSentences, SayWhereTheEraserMadeThingsUp) {
  const std::vector<ErasedSpan> spans{{3, 9, 5, 0.1}, {20, 20, 20, 0.4}};

  EXPECT_EQ(ReviewSentences(spans),
            (std::vector<std::string>{
                "In frames 3-9 much of what fills the object's place is made up, or not sure; look "
                "at frame 5.",
                "In frame 20 much of what fills the object's place is made up, or not sure; look "
                "at frame 20."}));
}

}  // namespace
}  // namespace tapmask
