// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

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
};

// Follows objects in one direction of time and makes the records of the mask track.
class TrackingDirection {
 public:
  TrackingDirection(const Engine& engine, int threads, const Size& mask_size);

  // The records of every object known so far. `starts` puts objects where the user said; frames
  // before the first start need not be given. A mask that was followed is no surer than the one it
  // was followed from: their confidences are multiplied.
  std::vector<MaskRecord> Step(const TimedFrame& frame, const std::vector<StartMask>& starts);

  // How far the tracker's own mask agreed (IoU) with the start of the last `Step`; 1 when it knew
  // nothing of the object, or saw nothing.
  double AgreementAtStart(int object) const;

  // Where the tracker last saw an object, of the analysis frame's size; null when it is unknown.
  const Mask* LastSeen(int object) const;

 private:
  std::unique_ptr<Tracker> tracker_;
  const Size mask_size_;
  std::map<int, StateRules> rules_;  // By object.
  std::map<int, Mask> last_seen_;
  std::map<int, double> agreement_;
  std::map<int, double> start_confidence_;
};

}  // namespace tapmask
