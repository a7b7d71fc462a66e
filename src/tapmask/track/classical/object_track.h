// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <opencv2/core/mat.hpp>

#include "tapmask/track/classical/appearance.h"
#include "tapmask/track/classical/background_memory.h"
#include "tapmask/track/classical/evidence.h"
#include "tapmask/track/classical/prediction.h"
#include "tapmask/track/classical/working_frame.h"

namespace tapmask {

// One object on its way through the video.
//
// In each frame: the flow carries the last mask along; trees, background memory and motion judge
// every pixel near it; a minimum cut draws the border; and what was found is learnt, unless it is
// too doubtful. When the object is lost, the whole frame is searched for it.
class ObjectTrack {
 public:
  explicit ObjectTrack(int object) : appearance_(static_cast<uint64_t>(object)) {}

  // The user says what the object is in `frame`; an empty mask says that it is not there.
  // `mask` is 0 or 255, of the grid's size.
  void Given(const cv::Mat& mask, const WorkingFrame& frame);

  struct Seen {
    cv::Mat probability;  // 32F; above 0.5: the object. All zero when it was not found.
    cv::Rect around;      // A box with all that is above 0.5; empty when it was not found.
    double confidence = 0;
    double absent_probability = 0;
  };
  // Moves on to `frame`, which has motion against `before` unless it begins a new shot.
  Seen Next(const WorkingFrame& before, const WorkingFrame& frame, bool at_cut, int threads);

  void Archive(StateArchive& archive);

 private:
  enum class State {
    kFollowed,
    kLost,  // Not found, or found without resemblance; it may be anywhere, also hidden.
    kLeft,  // It moved out of the picture.
    kCut,   // Not found again since a cut.
    kAway,  // The user said that it is not there.
  };
  // What one frame shows of the object.
  struct Look {
    Prediction expected;
    ObjectPlace place;  // Of the prediction, or of the whole object when part is hidden.
    bool part_hidden = false;
    cv::Mat residual;  // 32FC2
    Evidence evidence;
    cv::Mat mask;
    int area = 0;
    double likeness = 0;  // Mean opinion of the first trees inside the mask.
  };

  // The object when all of it was last seen, moved along with what is seen of it. Tells where to
  // look for parts that come out from behind something.
  struct Whole {
    cv::Mat mask;       // When it was seen.
    ObjectPlace place;  // Likewise.
    cv::Vec2f shift;    // How far it moved since.
    double area = 0;    // Fades slowly, since objects may also really become smaller.

    ObjectPlace PlaceNow() const;
    cv::Mat MaskNow() const;
    void Archive(StateArchive& archive);
  };

  std::optional<Prediction> Follow(const WorkingFrame& before, const WorkingFrame& frame) const;
  Look LookClosely(Prediction expected, const WorkingFrame& frame, int threads);
  cv::Mat MotionAgainstBackground(const WorkingFrame& frame, const cv::Mat& background,
                                  Homography& camera) const;
  bool IsFoundAgain(const Look& look) const;
  Seen Found(const Look& look, const WorkingFrame& frame);
  Seen Missing(const WorkingFrame& frame, bool suspicion);
  void Judge(const Look& look);
  void Learn(const Look& look, const WorkingFrame& frame);
  double Confidence(const Look& look) const;
  std::optional<cv::Vec2f> MeasureVelocity(const Prediction& expected,
                                           const WorkingFrame& frame) const;
  void RememberWhole(const Look& look);
  bool IsLeaving() const;
  double MinArea() const;

  Appearance appearance_;
  std::optional<BackgroundMemory> memory_;  // Nothing while it is not known where the object is.
  State state_ = State::kAway;
  cv::Mat mask_;           // In the last frame; all zero when it was not found.
  cv::Mat probability_;    // Likewise, softer.
  ObjectPlace place_;      // Where it was last.
  double given_side_ = 1;  // Of the object where it was given.
  Whole whole_;
  std::optional<cv::Vec2f> velocity_;  // Grid pixels a frame, in the picture.
  double usual_area_ = 0;              // Running mean over some ten frames,
  double long_area_ = 0;               // and over some twenty; areas in grid pixels.
  double likeness_sum_ = 0;            // Over the first frames after a mask was given:
  int likeness_frames_ = 0;
  int doubtful_frames_ = 0;  // In a row.
  bool leaving_ = false;     // In the last frame it was about to move out of the picture.
};

}  // namespace tapmask
