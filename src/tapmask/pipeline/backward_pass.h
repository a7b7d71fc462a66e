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

  void Archive(StateArchive& archive) {
    archive(start, from, until, disputed, replaces, difference);
  }
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

  void Archive(StateArchive& archive) { archive(by_object_); }

 private:
  struct Run {
    int64_t begin = 0, end = 0;  // Half-open, in frames.
    TrackState state = TrackState::kLost;

    void Archive(StateArchive& archive) { archive(begin, end, state); }
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

  // `on_frame`: a frame is done, so that the pass can be saved. Ways that a restored pass was given
  // before count, and not these.
  void Run(std::vector<WayBack> ways, const std::function<void()>& on_frame,
           const std::stop_token& stop);

  // Before `Run`, which then goes on after the frames that were done, or between calls of
  // `on_frame`.
  void Archive(StateArchive& archive);

 private:
  void NewDirection();
  void BeginStretch();
  void RunStretch(const std::function<void()>& on_frame, const std::stop_token& stop);
  void Fill(WayBack& way, MaskRecord record);
  bool IsBetter(const MaskRecord& record) const;

  const InputName& input_;
  const TrackPassOptions& options_;
  const PromptSchedule& schedule_;
  const VideoReader& forwards_;
  const EarlierTrack* earlier_;
  const StateRuns& known_;
  MaskTrackWriter& track_;

  std::vector<WayBack> ways_;  // By falling `from`.
  bool has_ways_ = false;
  // Ways that overlap go together, so that their frames are decoded once: those in [first_, last_).
  size_t first_ = 0, last_ = 0;
  size_t next_ = 0;                             // The first of them that has not begun.
  int64_t until_ = 0;                           // The earliest frame of theirs.
  int64_t end_ = 0;                             // Frames of theirs from here on are done.
  std::optional<TrackingDirection> direction_;  // Of them; nothing between two such stretches.
  std::map<int, size_t> on_the_way_;            // By object: of `ways_`.
};

}  // namespace tapmask
