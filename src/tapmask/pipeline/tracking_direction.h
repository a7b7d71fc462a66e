// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "tapmask/core/archive_values.h"
#include "tapmask/core/mask_record.h"
#include "tapmask/pipeline/analysis_source.h"
#include "tapmask/track/engine.h"
#include "tapmask/track/state_rules.h"

namespace tapmask {

// Where an object was put by the user, in one frame.
struct StartMask {
  int object = 1;
  Mask in_image;  // Of the analysis frame's size: what the tracker follows.
  Mask in_mask;   // Upright stored pixels: what the record says.
  TrackState state = TrackState::kTracked;  // kGiven when it was drawn by hand.
  double confidence = 1;

  void Archive(StateArchive& archive) { archive(object, in_image, in_mask, state, confidence); }
};

// Follows objects in one direction of time and makes the records of the mask track.
class TrackingDirection {
 public:
  TrackingDirection(const Engine& engine, int threads, const Size& mask_size);

  // Looks at the next frame. Frames before the first start need not be given. `after` is the one
  // that follows, if it is at hand: with several threads, work on it begins meanwhile.
  void Next(const TimedFrame& frame, const AnalysisFrame* after);

  // What is seen of an object in this frame, of the analysis frame's size; null when it is not
  // followed, or not seen with trust.
  const Mask* Seen(int object) const;

  // How far that agrees (IoU) with another mask; 1 when the tracker saw nothing.
  double Agreement(int object, const Mask& in_image) const;

  // Puts an object where the user says, in this frame.
  void Start(const StartMask& start);

  // Follows an object no longer.
  void Forget(int object);

  bool Follows(int object) const { return objects_.contains(object); }
  bool Idle() const { return objects_.empty(); }  // Nothing is followed.

  // The records of this frame, of every object that is followed. A mask that was followed is no
  // surer than the one it was followed from: their confidences are multiplied.
  std::vector<MaskRecord> Records() const;

  void Archive(StateArchive& archive) { archive(*tracker_, frame_, pts_, seconds_, objects_); }

 private:
  struct Object {
    StateRules rules{StateRules::Options{}};
    double start_confidence = 1;
    Mask observed;         // In this frame, of the analysis frame's size.
    bool trusted = false;  // That.
    MaskRecord record;     // Of this frame.

    void Archive(StateArchive& archive) {
      archive(rules, start_confidence, observed, trusted, record);
    }
  };

  std::unique_ptr<Tracker> tracker_;
  const Size mask_size_;
  int64_t frame_ = 0, pts_ = 0;  // This one.
  double seconds_ = 0;
  std::map<int, Object> objects_;  // By number.
};

}  // namespace tapmask
