// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tapmask/core/geometry.h"
#include "tapmask/core/mask_record.h"

namespace tapmask {

// What to do with a frame in which the object is `lost`.
enum class OnLost {
  kCover,  // Cover where it may be.
  kFrame,  // Hide the whole picture.
  kClear,  // Hide nothing.
};

// Decides which pixels of each frame are hidden, from the states of a mask track:
//
//   tracked, given   the mask, grown by `grow_px`
//   held             the last mask, grown by grow_px and, each frame, by max(2 px, 1.5 x its
//                    recent speed in px a frame) more
//   lost             the box of the last mask, grown on every side by half its size plus
//                    speed x frames, clipped to the frame, until found again, a cut, or absent
//   absent           nothing
//
// "Last" is seen in the direction in which the object was tracked: before its first trusted frame
// it is the next trusted one in time. Where the object is found again after a gap, the frames up
// to `rejoin_frames` before that are covered from both sides, since it was somewhere between.
// With `invert` everything but the object is hidden: the object's mask is shrunk instead of grown,
// and where the object is not tracked or given the whole frame is hidden.
class CoverPlanner {
 public:
  struct Options {
    int grow_px = 4;            // >= 1.
    OnLost on_lost = OnLost::kCover;
    bool invert = false;
    double frames_per_second = 25;
  };

  // What planning needs to know of each record; see MaskTrackReader::summaries().
  struct Entry {
    int object = 1;
    int64_t frame = 0;
    TrackState state = TrackState::kTracked;
    Rect box;  // Of the record's mask.
  };

  // `entries` by rising frame, then object. `size` of the masks. Keeps a few numbers for each
  // stretch of frames without a trusted mask, none for the others.
  CoverPlanner(Options options, Size size, std::span<const Entry> entries);

  // The pixels to hide in one frame, upright, already grown. `records` are those of this frame.
  // May be called for frames in any order.
  Mask Cover(int64_t frame, std::span<const MaskRecord> records) const;

  // Frames that a person should look at: every span that is held, lost or absent.
  struct Span {
    int object = 1;
    TrackState state = TrackState::kLost;
    int64_t first_frame = 0;
    int64_t last_frame = 0;
  };
  const std::vector<Span>& spans_to_review() const { return spans_; }

 private:
  struct Gap;  // A stretch of one object without a trusted mask.

  Options options_;
  Size size_;
  std::vector<Span> spans_;
  std::vector<Gap> gaps_;
};

}  // namespace tapmask
