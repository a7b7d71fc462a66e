// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/first_masks.h"

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

// Finds squares of three sizes around the first point; what is corrected grows by a square of 3 at
// each point.
class SquareSegmenter final : public Segmenter {
 public:
  explicit SquareSegmenter(bool finds_group) : finds_group_(finds_group) {}

  std::vector<MaskCandidate> Segment(const AnalysisFrame& frame, std::span<const AnalysisFrame>,
                                     std::span<const ImagePoint> points) override {
    const auto square = [&](int side) {
      Mask mask(frame.image.width(), frame.image.height());
      AddSquare(mask, points[0], side);
      return mask;
    };
    std::vector<MaskCandidate> found{{square(9), 0.8, CandidateScale::kObject},
                                     {square(5), 0.7, CandidateScale::kPart},
                                     {square(3), 0.6, CandidateScale::kPart}};
    if (finds_group_) found.push_back({square(21), 0.5, CandidateScale::kGroup});
    return found;
  }
  std::vector<MaskCandidate> Refine(const AnalysisFrame&, std::span<const AnalysisFrame>,
                                    const Mask& before,
                                    std::span<const ImagePoint> points) override {
    Mask mask = before;
    for (const ImagePoint& point : points) AddSquare(mask, point, 3);
    return {{mask, 0.9, CandidateScale::kObject}};
  }
  std::span<const int> NeighbourOffsets() const override { return {}; }

 private:
  static void AddSquare(Mask& mask, const ImagePoint& point, int side) {
    FillRect(mask, {static_cast<int>(point.in_image.x) - side / 2,
                    static_cast<int>(point.in_image.y) - side / 2, side, side});
  }
  const bool finds_group_;
};

class FirstMasksTest : public testing::Test {
 protected:
  static Point At(double x, double y, std::optional<CandidateScale> scale = {}) {
    Point point;
    point.in_shown = {x, y};
    point.scale = scale;
    return point;
  }
  std::vector<MaskCandidate> Candidates(const std::vector<Point>& points, bool finds_group = true) {
    FirstMasks masks(std::make_unique<SquareSegmenter>(finds_group), {{64, 64}, 0, {1, 1}});
    const BgrImage image(64, 64, std::vector<uint8_t>(3 * 64 * 64));
    return masks.Candidates(points, {0, 0, image}, {}, nullptr);
  }
  int64_t AreaOfAnswer(const std::vector<Point>& points) {
    return Candidates(points).front().mask.Area();
  }
};

TEST_F(FirstMasksTest, MakesWhatWasChosenTheAnswer) {
  EXPECT_EQ(AreaOfAnswer({At(30, 30)}), 81);
  EXPECT_EQ(AreaOfAnswer({At(30, 30, CandidateScale::kObject)}), 81);
  EXPECT_EQ(AreaOfAnswer({At(30, 30, CandidateScale::kPart)}), 25) << "the best of its scale";
  EXPECT_EQ(AreaOfAnswer({At(30, 30, CandidateScale::kGroup)}), 441);
}

TEST_F(FirstMasksTest, StillNamesTheOthers) {
  const auto all = Candidates({At(30, 30)});
  const auto chosen = Candidates({At(30, 30, CandidateScale::kGroup)});

  ASSERT_EQ(chosen.size(), all.size());
  EXPECT_EQ(chosen[1].mask, all[0].mask);
  EXPECT_EQ(chosen[2].mask, all[1].mask);
  EXPECT_EQ(chosen[3].mask, all[2].mask);
}

TEST_F(FirstMasksTest, CorrectsWhatWasChosenByLaterPoints) {
  // However far away: who chose and goes on means both.
  EXPECT_EQ(AreaOfAnswer({At(10, 10, CandidateScale::kPart), At(60, 60)}), 25 + 9);
  EXPECT_EQ(AreaOfAnswer({At(10, 10), At(60, 60)}), 81)
      << "points before a choice are one question";
}

TEST_F(FirstMasksTest, TakesTheLastOfTwoChoices) {
  EXPECT_EQ(AreaOfAnswer({At(10, 10, CandidateScale::kPart), At(60, 60, CandidateScale::kObject)}),
            25 + 9);
}

TEST_F(FirstMasksTest, TakesNothingElseWhenTheChoiceIsNotThere) {
  try {
    Candidates({At(30, 30, CandidateScale::kGroup)}, false);
    FAIL() << "was not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalidArgument);
    EXPECT_EQ(error.reason(), Reason::kNoObject);
    EXPECT_NE(error.public_text().find("no group"), std::string::npos) << error.public_text();
  }
}

}  // namespace
}  // namespace tapmask
