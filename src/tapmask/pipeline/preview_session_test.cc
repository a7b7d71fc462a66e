// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/preview_session.h"

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/made_video_writer.h"
#include "tapmask/media/picture.h"
#include "tapmask/pipeline/job.h"
#include "tapmask/pipeline/scratch.h"
#include "tapmask/scene/scene.h"

namespace tapmask {
namespace {

constexpr int kPreviewFrames = 60;

Point At(double x, double y, int64_t frame, int object = 1, bool is_object = true) {
  return {{x, y}, is_object, frame, object};
}

void ExpectSame(const PreviewAnswer& a, const PreviewAnswer& b) {
  EXPECT_EQ(a.frame, b.frame);
  EXPECT_EQ(a.sample_aspect, b.sample_aspect);
  ASSERT_EQ(a.candidates.size(), b.candidates.size());
  for (size_t i = 0; i < a.candidates.size(); ++i) {
    EXPECT_EQ(a.candidates[i].object, b.candidates[i].object);
    EXPECT_TRUE(a.candidates[i].in_mask == b.candidates[i].in_mask) << i;
    EXPECT_EQ(a.candidates[i].confidence, b.candidates[i].confidence) << i;
    EXPECT_EQ(a.candidates[i].scale, b.candidates[i].scale) << i;
  }
}

class PreviewSessionTest : public testing::Test {
 protected:
  PreviewSessionTest() {
    SceneOptions options;
    options.width = 256;
    options.height = 144;
    options.frames = kPreviewFrames;
    options.second_object = 1;
    options.cut_frame = 25;
    const Scene scene(options);
    first_ = scene.FirstPoint();
    MadeVideoWriter writer(film_, {256, 144}, {}, {25, 1}, false);
    for (int i = 0; i < kPreviewFrames; ++i) writer.Write(YuvFromBgr(scene.Render(i).image));
    writer.Finish();
  }

  PreviewAnswer Cold(const std::vector<Point>& points, int threads = 1,
                     std::optional<int64_t> frames = {}) const {
    return PreviewSession(film_, {.read = {}, .threads = threads, .frames = frames})
        .Find(points, {});
  }

  // Taps as a person makes them: here and there, more on the same frame, back again.
  std::vector<std::vector<Point>> Taps() const {
    const double x = first_.x, y = first_.y;
    return {
        {At(x, y, 0)},
        {At(x, y, 0), At(x + 3, y + 12, 0)},
        {At(x, y, 0), At(x + 3, y + 12, 0), At(20, 20, 0, 1, false)},
        {At(100, 60, 24), At(180, 100, 24, 2)},
        {At(100, 60, 24), At(180, 100, 24, 2), At(190, 100, 24, 2)},
        {At(90, 70, 40)},
        {At(30, 30, 0, 3), At(x, y, 0, 4), At(60, 60, 0, 5), At(x, y, 0, 6), At(90, 90, 0, 7)},
        {At(x, y, 0)},
        {At(128, 70, kPreviewFrames - 1)},
        {At(128, 70, 5)},
    };
  }

  std::string Refusal(PreviewSession& session, const std::vector<Point>& points) const {
    try {
      session.Find(points, {});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kInvalidArgument);
      return error.public_text();
    }
    return "";
  }

  const Scratch scratch_{{}};
  const std::filesystem::path film_ = scratch_.folder() / "film.mp4";
  Point2f first_;
};

TEST_F(PreviewSessionTest, AnswersTheSameWhateverWasAskedBefore) {
  PreviewSession decodes(film_, {.read = {}, .threads = 1, .frames = {}});
  PreviewSession seeks(film_, {.read = {}, .threads = 3, .frames = kPreviewFrames});

  for (const std::vector<Point>& points : Taps()) {
    const PreviewAnswer cold = Cold(points);
    EXPECT_FALSE(cold.candidates.empty());
    ExpectSame(decodes.Find(points, {}), cold);
    ExpectSame(seeks.Find(points, {}), cold);
    ExpectSame(seeks.Find(points, {}), cold);
    ExpectSame(Cold(points, 2, kPreviewFrames), cold);
  }
}

TEST_F(PreviewSessionTest, FindsSomethingAtTheTappedFigure) {
  const PreviewAnswer answer = Cold({At(first_.x, first_.y, 0)});

  const PreviewMask& best = answer.candidates.front();
  EXPECT_EQ(best.in_mask.size(), (Size{256, 144}));
  EXPECT_TRUE(best.in_mask.At(static_cast<int>(first_.x), static_cast<int>(first_.y)));
  EXPECT_GT(best.confidence, 0);
}

TEST_F(PreviewSessionTest, GivesEachObjectItsCandidates) {
  const PreviewAnswer answer = Cold({At(180, 100, 3, 2), At(first_.x, first_.y, 3, 1)});

  ASSERT_GE(answer.candidates.size(), 2u);
  EXPECT_EQ(answer.candidates.front().object, 1);
  EXPECT_EQ(answer.candidates.back().object, 2);
  EXPECT_EQ(answer.frame, 3);
}

TEST_F(PreviewSessionTest, ResolvesTimesAsDecodingDoes) {
  Point point = At(first_.x, first_.y, 0);
  for (const double seconds : {0.0, 0.39, 0.4, 1.0, 2.39}) {
    point.seconds = seconds;

    const PreviewAnswer decoded = Cold({point}), listed = Cold({point}, 1, kPreviewFrames);

    EXPECT_EQ(decoded.frame, static_cast<int64_t>(seconds * 25 + 1e-9)) << seconds;
    ExpectSame(listed, decoded);
  }
  PreviewSession session(film_, {.read = {}, .frames = kPreviewFrames});
  for (const double seconds : {-0.1, 2.4, 1e9}) {
    point.seconds = seconds;
    EXPECT_NE(Refusal(session, {point}), "") << seconds;
  }
}

TEST_F(PreviewSessionTest, RefusesWhatDoesNotFitAndGoesOn) {
  for (const std::optional<int64_t> frames : {std::optional<int64_t>(kPreviewFrames), {}}) {
    PreviewSession session(film_, {.read = {}, .frames = frames});
    const std::vector<Point> good{At(first_.x, first_.y, 0)};
    const PreviewAnswer before = session.Find(good, {});

    EXPECT_EQ(Refusal(session, {At(10, 10, kPreviewFrames)}),
              "Frame 60 is beyond the end of the video.");
    EXPECT_NE(Refusal(session, {At(10, 10, INT64_MAX)}), "");
    EXPECT_NE(Refusal(session, {At(10, 10, 0), At(10, 10, 1)}), "");
    EXPECT_NE(Refusal(session, {At(256, 10, 0)}), "");
    EXPECT_NE(Refusal(session, {At(10, 10, 0, 1, false)}), "");
    EXPECT_NE(Refusal(session, {}), "");

    ExpectSame(session.Find(good, {}), before);
  }
}

TEST_F(PreviewSessionTest, StopsWhenAskedAndGoesOn) {
  PreviewSession session(film_, PreviewOptions{});
  std::stop_source stop;
  stop.request_stop();

  EXPECT_THROW(session.Find({At(10, 10, 30)}, stop.get_token()), Error);

  ExpectSame(session.Find({At(90, 70, 40)}, {}), Cold({At(90, 70, 40)}));
}

TEST_F(PreviewSessionTest, ReadsADescriptor) {
  const int descriptor = open(film_.c_str(), O_RDONLY | O_CLOEXEC);
  PreviewSession session(InputName::OfDescriptor(descriptor, "original.mp4"),
                         {.read = {}, .frames = kPreviewFrames});

  ExpectSame(session.Find({At(90, 70, 40)}, {}), Cold({At(90, 70, 40)}));

  close(descriptor);
}

TEST_F(PreviewSessionTest, IsWhatPreviewWrites) {
  Prompts prompts;
  prompts.points = {At(first_.x, first_.y, 20), At(20, 20, 20, 1, false)};

  const auto written = Preview(film_, prompts, {}, scratch_.folder() / "preview", {});

  const PreviewAnswer answer = Cold(prompts.points, 1, kPreviewFrames);
  ASSERT_EQ(written.size(), answer.candidates.size());
  for (size_t i = 0; i < written.size(); ++i) {
    EXPECT_TRUE(ReadMaskPicture(written[i].file) == answer.candidates[i].in_mask);
    EXPECT_EQ(written[i].confidence, answer.candidates[i].confidence);
    EXPECT_EQ(written[i].scale, CandidateScaleName(answer.candidates[i].scale));
  }
}

}  // namespace
}  // namespace tapmask
