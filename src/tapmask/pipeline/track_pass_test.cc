// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/track_pass.h"

#include <array>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/media/made_video_writer.h"
#include "tapmask/pipeline/backward_pass.h"
#include "tapmask/pipeline/scratch.h"
#include "tapmask/scene/scene.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {
namespace {

constexpr int kCut = 12;
constexpr int kTrackedFrames = 30;

// An engine that knows everything about a film with one cut: it follows what it is given within a
// shot and loses it at the cut.
class FakeTracker final : public Tracker {
 public:
  std::vector<Observation> Next(const AnalysisFrame& frame, const AnalysisFrame*) override {
    at_cut_ = last_ >= 0 && (last_ < kCut) != (frame.index < kCut);
    last_ = frame.index;
    std::vector<Observation> seen;
    for (auto& [object, mask] : masks_) {
      if (at_cut_) mask = Mask(mask.width(), mask.height());
      seen.push_back({object, mask, mask.Empty() ? 0.0 : 0.9, 0});
    }
    return seen;
  }
  void SetMask(int object, const Mask& mask) override { masks_[object] = mask; }
  void Forget(int object) override { masks_.erase(object); }
  bool AtCut() const override { return at_cut_; }
  void Archive(StateArchive& archive) override { archive(masks_, last_, at_cut_); }

 private:
  std::map<int, Mask> masks_;
  int64_t last_ = -1;
  bool at_cut_ = false;
};

class FakeSegmenter final : public Segmenter {
 public:
  std::vector<MaskCandidate> Segment(const AnalysisFrame& frame, std::span<const AnalysisFrame>,
                                     std::span<const ImagePoint> points) override {
    Mask mask(frame.image.width(), frame.image.height());
    const auto x = static_cast<int>(points[0].in_image.x),
               y = static_cast<int>(points[0].in_image.y);
    if (x > 10) FillRect(mask, {x - 4, y - 4, 9, 9});
    return {{mask, 0.8, CandidateScale::kObject}};
  }
  std::vector<MaskCandidate> Refine(const AnalysisFrame&, std::span<const AnalysisFrame>,
                                    const Mask& before, std::span<const ImagePoint>) override {
    return {{before, 0.9, CandidateScale::kObject}};
  }
  std::span<const int> NeighbourOffsets() const override { return offsets_; }

 private:
  const std::array<int, 2> offsets_{-1, 1};
};

class TrackPass : public testing::Test {
 protected:
  TrackPass() {
    const std::filesystem::path path = scratch_.folder() / "film.mp4";
    SceneOptions options;
    options.width = 96;
    options.height = 64;
    options.frames = kTrackedFrames;
    const Scene scene(options);
    MadeVideoWriter writer(path, {96, 64}, {}, {25, 1}, false);
    for (int i = 0; i < kTrackedFrames; ++i) writer.Write(YuvFromBgr(scene.Render(i).image));
    writer.Finish();
    film_ = path.string();
  }

  // The track of these prompts.
  MaskTrackReader Track(const Prompts& prompts, const std::string& name = "masks.jsonl",
                        const std::string& earlier = "") {
    TrackPassOptions options;
    options.engine = {"fake", [](int) { return std::make_unique<FakeSegmenter>(); },
                      [](int) { return std::make_unique<FakeTracker>(); }};
    options.scratch_folder = scratch_.folder();
    if (!earlier.empty()) options.earlier = scratch_.folder() / earlier;
    const auto file = scratch_.folder() / name;
    RunTrackPass(film_, prompts, options, file, [](const Progress&) {}, {});
    return MaskTrackReader(file);
  }

  Reason ReasonOfRefusal(const Prompts& prompts) {
    try {
      Track(prompts);
      ADD_FAILURE() << "was not refused";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kInvalidArgument);
      return error.reason();
    }
    return Reason::kNone;
  }

  // The frames of object 1 in which two tracks differ.
  std::set<int64_t> Changed(MaskTrackReader& a, MaskTrackReader& b) {
    std::set<int64_t> changed;
    for (int64_t frame = 0; frame < kTrackedFrames; ++frame) {
      const MaskRecord x = a.Frame(frame).at(0), y = b.Frame(frame).at(0);
      const bool same = x.object == y.object && x.state == y.state &&
                        x.confidence == y.confidence && x.pts == y.pts && x.mask == y.mask;
      if (!same) changed.insert(frame);
    }
    return changed;
  }

  static std::set<int64_t> Span(int64_t begin, int64_t end) {
    std::set<int64_t> span;
    for (int64_t frame = begin; frame < end; ++frame) span.insert(frame);
    return span;
  }

  // The records by frame.
  std::map<int64_t, TrackState> States(const Prompts& prompts) {
    const MaskTrackReader track = Track(prompts);
    EXPECT_EQ(track.frames(), kTrackedFrames);
    std::map<int64_t, TrackState> states;
    for (const auto& s : track.summaries()) states[s.frame] = s.state;
    return states;
  }

  static Point At(int64_t frame, double x = 40) {
    Point point;
    point.in_shown = {x, 30};
    point.frame = frame;
    return point;
  }

  const Scratch scratch_{{}};
  std::string film_;
};

TEST_F(TrackPass, FollowsThePointToBothEndsOfItsShot) {
  const auto states = States({.points = {At(20)}, .boxes = {}, .masks = {}});

  ASSERT_EQ(states.size(), static_cast<size_t>(kTrackedFrames));
  for (const auto& [frame, state] : states) {
    EXPECT_EQ(state, frame < kCut ? TrackState::kAbsent : TrackState::kTracked) << frame;
  }
}

// The segmenter is sure by 0.8, the tracker by 0.9.
TEST_F(TrackPass, IsNoSurerOfWhatItFollowsThanOfThePoint) {
  MaskTrackReader track = Track({.points = {At(20)}, .boxes = {}, .masks = {}});

  EXPECT_NEAR(track.Frame(20)[0].confidence, 0.8, 1e-6);
  EXPECT_NEAR(track.Frame(19)[0].confidence, 0.72, 1e-6);
  EXPECT_NEAR(track.Frame(25)[0].confidence, 0.72, 1e-6);
}

// A point in a later shot was once followed forwards only, so the beginning of that shot stayed in
// the clear.
TEST_F(TrackPass, FollowsEveryPointBackToTheCut) {
  const auto states = States({.points = {At(0), At(25)}, .boxes = {}, .masks = {}});

  ASSERT_EQ(states.size(), static_cast<size_t>(kTrackedFrames));
  for (const auto& [frame, state] : states) EXPECT_EQ(state, TrackState::kTracked) << frame;
}

// The tracker was somewhere else when the user showed the object again, nobody knows since when:
// near the new point its way back counts, near the old one both are hidden.
TEST_F(TrackPass, HidesBothWaysBetweenPointsThatDispute) {
  MaskTrackReader track = Track({.points = {At(kCut, 30), At(28, 70)}, .boxes = {}, .masks = {}});

  const auto hidden = [&](int64_t frame, int x) {
    return track.Frame(frame)[0].mask.At(x, 30) != 0;
  };
  EXPECT_TRUE(hidden(kCut, 30));
  EXPECT_FALSE(hidden(kCut, 70));
  for (int64_t frame = kCut + 1; frame <= 20; ++frame) {
    EXPECT_TRUE(hidden(frame, 30) && hidden(frame, 70)) << frame;
  }
  for (int64_t frame = 21; frame < kTrackedFrames; ++frame) {
    EXPECT_TRUE(hidden(frame, 70) && !hidden(frame, 30)) << frame;
  }
}

// The segmenter finds something else at 70; the tracker follows it to the points around.
TEST_F(TrackPass, CorrectsOnlyBetweenThePromptsAround) {
  MaskTrackReader before = Track({.points = {At(14), At(26)}, .boxes = {}, .masks = {}}, "before");

  MaskTrackReader after =
      Track({.points = {At(20, 70)}, .boxes = {}, .masks = {}}, "after", "before");

  EXPECT_EQ(Changed(before, after), Span(15, 26));
  const auto hidden = [&](int64_t frame, int x) {
    return after.Frame(frame)[0].mask.At(x, 30) != 0;
  };
  // On the way back to a prompt, near that prompt it alone counts; further away both are hidden.
  EXPECT_TRUE(hidden(15, 70) && hidden(15, 40));
  EXPECT_TRUE(hidden(19, 70) && !hidden(19, 40));
  EXPECT_TRUE(hidden(20, 70) && !hidden(20, 40));
  EXPECT_TRUE(hidden(21, 70) && hidden(21, 40));
  EXPECT_TRUE(!hidden(25, 70) && hidden(25, 40));
  EXPECT_EQ(after.header().objects[0].points.size(), 3u);
}

TEST_F(TrackPass, CorrectsToTheEndsWhereNoPromptIs) {
  MaskTrackReader before = Track({.points = {At(20)}, .boxes = {}, .masks = {}}, "before");

  MaskTrackReader later =
      Track({.points = {At(25, 70)}, .boxes = {}, .masks = {}}, "later", "before");
  MaskTrackReader earlier =
      Track({.points = {At(15, 70)}, .boxes = {}, .masks = {}}, "earlier", "before");

  EXPECT_EQ(Changed(before, later), Span(21, kTrackedFrames));
  EXPECT_EQ(Changed(before, earlier), Span(kCut, 18));  // 18 and 19 are nearer to 20.
}

// The segmenter leaves what was found as it is; it is only surer of it now.
TEST_F(TrackPass, ChangesNothingWhereACorrectionConfirms) {
  MaskTrackReader before = Track({.points = {At(20)}, .boxes = {}, .masks = {}}, "before");
  Point not_this = At(24, 50);
  not_this.is_object = false;

  MaskTrackReader after =
      Track({.points = {not_this}, .boxes = {}, .masks = {}}, "after", "before");

  EXPECT_EQ(Changed(before, after), Span(24, 25));
  EXPECT_TRUE(after.Frame(24)[0].mask == before.Frame(24)[0].mask);
  EXPECT_GT(after.Frame(24)[0].confidence, before.Frame(24)[0].confidence);
}

// The way back began at what was said there before, and the new one was left out.
TEST_F(TrackPass, CorrectsAFrameInWhichTheObjectWasShownBefore) {
  MaskTrackReader before = Track({.points = {At(14), At(20)}, .boxes = {}, .masks = {}}, "before");

  MaskTrackReader after =
      Track({.points = {At(20, 70)}, .boxes = {}, .masks = {}}, "after", "before");

  EXPECT_TRUE(after.Frame(19)[0].mask.At(70, 30));
  EXPECT_FALSE(after.Frame(19)[0].mask.At(40, 30));
  EXPECT_EQ(Changed(before, after), Span(15, kTrackedFrames));
}

// The segmenter is sure by 0.9 of what it only confirms; who drew it by hand was surer.
TEST_F(TrackPass, IsNoLessSureOfWhatAPointConfirms) {
  Mask drawn(96, 64);
  FillRect(drawn, {60, 20, 10, 10});
  Track({.points = {At(14)}, .boxes = {}, .masks = {{drawn, 20, 1}}}, "before");

  MaskTrackReader after =
      Track({.points = {At(20, 65)}, .boxes = {}, .masks = {}}, "after", "before");

  EXPECT_EQ(after.Frame(20)[0].confidence, 1);
  EXPECT_EQ(after.Frame(20)[0].state, TrackState::kGiven);
}

TEST_F(TrackPass, DrawsBoxesOverAnEarlierTrack) {
  Mask drawn(96, 64);
  FillRect(drawn, {60, 20, 10, 10});
  Track({.points = {At(14)}, .boxes = {}, .masks = {{drawn, 20, 1}}}, "before");
  const GivenBox first{{20, 20, 10, 10}, 16, 1}, second{{40, 20, 10, 10}, 26, 1};

  MaskTrackReader after =
      Track({.points = {}, .boxes = {first, second}, .masks = {}}, "after", "before");

  for (int64_t frame = 16; frame <= 26; ++frame) {
    const MaskRecord record = after.Frame(frame)[0];
    EXPECT_EQ(record.state, TrackState::kGiven) << frame;
    EXPECT_EQ(record.mask.BoundingBox().x, 20 + 2 * (frame - 16)) << frame;
  }
}

TEST_F(TrackPass, LeavesWhatWasSaidBeforeWhenItCorrects) {
  MaskTrackReader before =
      Track({.points = {At(20)}, .boxes = {}, .masks = {{Mask(96, 64), 16, 1}}}, "before");

  MaskTrackReader after =
      Track({.points = {At(18, 70)}, .boxes = {}, .masks = {}}, "after", "before");

  EXPECT_EQ(after.Frame(16)[0].state, TrackState::kGiven);
  EXPECT_TRUE(after.Frame(16)[0].mask.Empty());
  EXPECT_FALSE(Changed(before, after).contains(20));
}

// It is not seen there, so nobody knows what "not this" is said of.
TEST_F(TrackPass, RefusesNotThisAloneWhereTheObjectIsNotSeen) {
  Track({.points = {At(20)}, .boxes = {}, .masks = {}}, "before");
  Point not_this = At(5);
  not_this.is_object = false;

  EXPECT_THROW(Track({.points = {not_this}, .boxes = {}, .masks = {}}, "after", "before"), Error);
}

TEST_F(TrackPass, AddsAnObjectToAnEarlierTrack) {
  MaskTrackReader before = Track({.points = {At(20)}, .boxes = {}, .masks = {}}, "before");
  Point second = At(25, 70);
  second.object = 2;

  MaskTrackReader after = Track({.points = {second}, .boxes = {}, .masks = {}}, "after", "before");

  EXPECT_TRUE(Changed(before, after).empty());
  EXPECT_TRUE(after.Frame(22).at(1).mask.At(70, 30));
  EXPECT_EQ(after.header().objects.size(), 2u);
}

TEST_F(TrackPass, CorrectsByAMaskDrawnByHand) {
  MaskTrackReader before = Track({.points = {At(14), At(26)}, .boxes = {}, .masks = {}}, "before");
  Mask drawn(96, 64);
  FillRect(drawn, {60, 20, 10, 10});

  MaskTrackReader after =
      Track({.points = {}, .boxes = {}, .masks = {{drawn, 20, 1}}}, "after", "before");

  EXPECT_EQ(Changed(before, after), Span(15, 26));
  EXPECT_EQ(after.Frame(20)[0].state, TrackState::kGiven);
}

TEST_F(TrackPass, RefusesToCorrectATrackOfAnotherVideo) {
  MaskTrackHeader header;
  header.width = 96;
  header.height = 64;
  header.objects = {{1, {}}};
  const auto write = [&](int width, int64_t pts) {
    header.width = width;
    MaskTrackWriter writer(scratch_.folder() / "other", header);
    writer.Add({1, 0, pts, TrackState::kTracked, 1, Mask(width, 64, 255)});
    writer.Finish(1);
  };
  const Prompts prompts{.points = {At(0)}, .boxes = {}, .masks = {}};

  write(98, 0);
  EXPECT_THROW(Track(prompts, "after", "other"), Error);
  write(96, 7);
  EXPECT_THROW(Track(prompts, "after", "other"), Error);
  write(96, 0);  // Of one frame; the video has more.
  EXPECT_THROW(Track({.points = {At(5)}, .boxes = {}, .masks = {}}, "after", "other"), Error);
}

TEST_F(TrackPass, FollowsTwoObjectsOfOneFrameBackToTheCut) {
  Point second = At(28, 70);
  second.object = 2;
  Point second_at_0 = At(0, 70);
  second_at_0.object = 2;

  const auto states =
      States({.points = {At(0), second_at_0, At(28), second}, .boxes = {}, .masks = {}});

  for (const auto& [frame, state] : states) EXPECT_EQ(state, TrackState::kTracked) << frame;
}

// "Not in this frame" must not stop the way back from a later point.
TEST_F(TrackPass, GoesBackPastAnEmptyMask) {
  const auto states = States({.points = {At(20)}, .boxes = {}, .masks = {{Mask(96, 64), 14, 1}}});

  EXPECT_EQ(states.at(13), TrackState::kTracked);
  EXPECT_EQ(states.at(14), TrackState::kGiven);
  EXPECT_EQ(states.at(16), TrackState::kTracked);
}

TEST_F(TrackPass, InterpolatesBetweenBoxes) {
  const GivenBox first{{20, 20, 10, 10}, 2, 1}, second{{40, 20, 10, 10}, 12, 1};
  const auto states = States({.points = {}, .boxes = {first, second}, .masks = {}});

  for (int64_t frame = 2; frame <= 12; ++frame) {
    EXPECT_EQ(states.at(frame), TrackState::kGiven) << frame;
  }
  EXPECT_EQ(states.at(1), TrackState::kTracked);
  EXPECT_EQ(states.at(14), TrackState::kTracked);
}

// A hand that was missed is a small part of a person: what it changes is far less than what two
// good tracks of one object differ by.
TEST(AreAtOne, AsksForLessThanWhatTheCorrectionChanged) {
  Mask person(100, 100), with_hand(100, 100);
  FillRect(person, {20, 20, 40, 50});
  with_hand = person;
  FillRect(with_hand, {60, 40, 5, 5});  // 1.2 % of it.

  EXPECT_FALSE(AreAtOne(person, with_hand, 1 - IntersectionOverUnion(person, with_hand)));
  EXPECT_TRUE(AreAtOne(person, person, 0.01));
  EXPECT_TRUE(AreAtOne(person, with_hand, 0.5));
}

TEST_F(TrackPass, RefusesPromptsOutsideTheVideo) {
  const GivenBox outside{{200, 10, 5, 5}, 0, 1};
  for (const Prompts& prompts :
       {Prompts{{At(kTrackedFrames)}, {}, {}}, Prompts{{At(0, 96)}, {}, {}},
        Prompts{{At(-1)}, {}, {}}, Prompts{{}, {outside}, {}}}) {
    EXPECT_EQ(ReasonOfRefusal(prompts), Reason::kPointOutside);
  }
}

TEST_F(TrackPass, RefusesPromptsThatSayNothingOfUse) {
  Point only_not = At(0);
  only_not.is_object = false;
  for (const Prompts& prompts :
       {Prompts{{}, {}, {{Mask(5, 5, 255), 0, 1}}}, Prompts{{only_not}, {}, {}}, Prompts{}}) {
    EXPECT_EQ(ReasonOfRefusal(prompts), Reason::kNone);
  }
}

// Going on with nothing to hide would show everything.
TEST_F(TrackPass, FailsWhenNothingIsFoundAtThePoint) {
  EXPECT_EQ(ReasonOfRefusal({.points = {At(0, 5)}, .boxes = {}, .masks = {}}), Reason::kNoObject);
}

}  // namespace
}  // namespace tapmask
