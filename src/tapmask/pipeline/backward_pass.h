// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "tapmask/media/input_name.h"
#include "tapmask/media/video_reader.h"
#include "tapmask/pipeline/earlier_track.h"
#include "tapmask/pipeline/prompt_schedule.h"
#include "tapmask/pipeline/track_pass.h"
#include "tapmask/pipeline/tracking_direction.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {

// A way back in time: from where the user put an object to the frame after the last one in which it
// was known before that.
struct WayBack {
  StartMask start;
  int64_t from = 0;       // The frame of `start`.
  int64_t until = 0;      // The earliest frame to fill; == `from` when there is nothing to fill.
  bool disputed = false;  // The way forwards led to something else.
  int64_t replaces = 0;   // The earliest frame in which it stands instead of the way forwards.
  double difference = 1;  // By how much it did, at `from`: 1 - IoU.
};

// True when two masks are so alike that what a correction changed is not to be seen any more.
// `difference`: of the masks where it was made, 1 - IoU.
bool AreAtOne(const Mask& a, const Mask& b, double difference);

// The states of the way forwards, kept as runs of equal ones.
class StateRuns {
 public:
  void Add(const MaskRecord& record);  // By rising frames of an object.
  // Nothing where there is no record.
  std::optional<TrackState> At(int object, int64_t frame) const;

 private:
  struct Run {
    int64_t begin = 0, end = 0;  // Half-open, in frames.
    TrackState state = TrackState::kLost;
  };
  std::map<int, std::vector<Run>> by_object_;  // Rising.
};

// Fills the frames of the ways back. What the way forwards found is replaced only where the object
// is found; before its first prompt there is nothing to replace.
class BackwardPass {
 public:
  // `earlier` may be null. `forwards` has read at least up to the last way's frame. All must
  // outlive the pass.
  BackwardPass(const InputName& input, const TrackPassOptions& options,
               const PromptSchedule& schedule, const VideoReader& forwards,
               const EarlierTrack* earlier, const StateRuns& known, MaskTrackWriter& track);

  void Run(std::vector<WayBack> ways, const std::function<void()>& on_frame,
           const std::stop_token& stop);

 private:
  void RunStretch(std::vector<WayBack> ways, int64_t until, const std::function<void()>& on_frame,
                  const std::stop_token& stop);
  void Fill(WayBack& way, MaskRecord record);
  bool IsBetter(const MaskRecord& record) const;

  const InputName& input_;
  const TrackPassOptions& options_;
  const PromptSchedule& schedule_;
  const VideoReader& forwards_;
  const EarlierTrack* earlier_;
  const StateRuns& known_;
  MaskTrackWriter& track_;
};

}  // namespace tapmask
