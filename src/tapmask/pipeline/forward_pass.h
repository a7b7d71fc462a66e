// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <vector>

#include "tapmask/pipeline/analysis_source.h"
#include "tapmask/pipeline/backward_pass.h"
#include "tapmask/pipeline/earlier_track.h"
#include "tapmask/pipeline/first_masks.h"
#include "tapmask/pipeline/progress.h"
#include "tapmask/pipeline/prompt_schedule.h"
#include "tapmask/pipeline/track_pass.h"
#include "tapmask/pipeline/tracking_direction.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {

// Follows the objects forwards from where the user put them, and says which ways back are to be
// gone from there.
//
// With an earlier track its records stand, and an object is followed anew only from where the user
// said something, up to where the user had shown it before, or to where both tracks are at one.
class ForwardPass {
 public:
  // `earlier` may be null. All must outlive the pass.
  ForwardPass(const PromptSchedule& schedule, const TrackPassOptions& options,
              AnalysisSource& source, EarlierTrack* earlier, MaskTrackWriter& track);

  // Starts the source. Returns the number of frames of the video. Throws kInvalidArgument when a
  // prompt is beyond. `on_frame`: a frame is done, so that the pass can be saved.
  int64_t Run(const ProgressSink& progress, const std::function<void()>& on_frame,
              const std::stop_token& stop);

  const std::vector<WayBack>& ways_back() const { return ways_back_; }  // By rising `from`.
  const StateRuns& known() const { return known_; }
  bool reached_end() const { return reached_end_; }  // Of the video, and not only of what changes.

  // Before `Run`, which then goes on after the frames that were done; between calls of `on_frame`;
  // or afterwards.
  void Archive(StateArchive& archive) {
    archive(direction_, shown_, at_one_, last_known_, last_prompt_, ways_back_, known_, next_,
            reached_end_, is_done_);
  }

 private:
  int64_t FirstImage() const;
  void ReadAgain(const ProgressSink& progress, const std::stop_token& stop);
  void Step(const FrameWindow& window);
  void EndCorrections(const FrameWindow& window);
  void LearnFromBefore(int object, const FrameWindow& window);
  void Start(const PromptSchedule::Said& said, const FrameWindow& window, bool begins);
  void Keep(const MaskRecord& record);
  void FollowTo(const MaskRecord& record);
  bool IsAtOneAgain(const MaskRecord& record);
  const MaskRecord* EarlierRecord(int object) const;
  void GoBack(const StartMask& start, int64_t index, double agreement, bool adds);
  void LookBack(const MaskRecord& found);

  const PromptSchedule& schedule_;
  AnalysisSource& source_;
  EarlierTrack* earlier_;
  MaskTrackWriter& track_;
  FirstMasks masks_;
  TrackingDirection direction_;
  std::vector<MaskRecord> earlier_records_;  // Of this frame.
  struct Shown {
    TimedFrame frame;
    StartMask mask;

    void Archive(StateArchive& archive) { archive(frame, mask); }
  };
  std::map<int, Shown> shown_;  // By object: where the user last showed it, by the earlier track.
  struct AtOne {
    double difference = 1;  // 1 - IoU of what the user said and what was there before.
    int frames = 0;         // In a row, in which both tracks agree.

    void Archive(StateArchive& archive) { archive(difference, frames); }
  };
  std::map<int, AtOne> at_one_;         // By object.
  std::map<int, int64_t> last_known_;   // By object: the last frame with a trusted or given mask.
  std::map<int, int64_t> last_prompt_;  // By object: the last frame in which the user showed it.
  std::vector<WayBack> ways_back_;
  StateRuns known_;
  int64_t next_ = 0;  // The first frame that is not done.
  bool reached_end_ = true;
  bool is_done_ = false;
};

}  // namespace tapmask
