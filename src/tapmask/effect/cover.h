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
//   lost             the box of the last mask, grown by grow_px and on every side by half its size
//                    plus speed x frames (never by less than half a second of `held` would),
//                    clipped to the frame, until found again, a cut, or absent
//   absent           nothing
//
// Where an object is lost and nothing at all is known of its place, the whole picture is hidden.
//
// A frame without a record of an object that other frames know, and a `tracked` one with an empty
// mask, count as lost. A `given` one with an empty mask says that the object is not there.
//
// "Last" is seen in the direction in which the object was tracked: before its first trusted frame
// it is the next trusted one in time. Where both are known it is the one whose box the records of
// the gap carry, and both when that does not tell. Where the object is found again after a gap, the
// frames up to half a second before that are covered from both sides, since it was somewhere
// between. Right after `absent` "last" is the frame where it is found again; only if it never is,
// the one before.
//
// An object without a trusted mask anywhere is covered by what its records carry, if anything, as
// if it had been seen just before them.
//
// With `invert` everything but the object is hidden: the object's mask is shrunk instead of grown,
// and where the object is not tracked or given the whole frame is hidden. Of several objects those
// that are tracked or given stay visible.
class CoverPlanner {
 public:
  struct Options {
    int grow_px = 4;  // >= 1.
    OnLost on_lost = OnLost::kCover;
    bool invert = false;
    double frames_per_second = 25;
    std::vector<int> objects = {};  // Known beside those of the entries; lost where none is.
    std::optional<int64_t> frames = std::nullopt;  // Of the video. Unset: up to the last entry.
  };

  // What planning needs to know of each record; see MaskTrackReader::summaries().
  struct Entry {
    int object = 1;
    int64_t frame = 0;
    TrackState state = TrackState::kTracked;
    Rect box;  // Of the record's mask.
    double confidence = 1;
  };

  // `entries` by rising frame, then object. `size` of the masks. Keeps a few numbers for each
  // stretch of frames without a trusted mask, none for the others.
  // Throws kInvalidArgument when nothing would be grown.
  CoverPlanner(Options options, Size size, std::span<const Entry> entries);

  // The pixels to hide in one frame, upright, already grown. `records` are those of this frame.
  // May be called for frames in any order, and by several threads at once.
  Mask Cover(int64_t frame, std::span<const MaskRecord> records) const;

  // Frames that a person should look at: every span that is held, lost or absent, and every span
  // that is tracked with a confidence below 0.8; of these, two with less than half a second between
  // them are one. By first frame, then object.
  struct Span {
    int object = 1;
    TrackState state = TrackState::kLost;
    int64_t first_frame = 0;
    int64_t last_frame = 0;
    int64_t look_at = 0;    // The frame that says most: the least sure one.
    double confidence = 0;  // Of that frame; 0 where there is no record.
    bool operator==(const Span&) const = default;
  };
  const std::vector<Span>& spans_to_review() const { return spans_; }

 private:
  // A trusted mask beside a gap.
  struct Anchor {
    int64_t frame = 0;
    Rect box;
    double speed_px = 0;     // Of the box's centre, a frame.
    bool is_source = false;  // Covers the whole gap, not only the frames near it.
  };
  // A stretch of one object without a trusted mask; open at the ends of the track.
  struct Gap {
    int object = 1;
    int64_t first_frame = 0;
    int64_t last_frame = 0;
    std::vector<Anchor> anchors;  // Before and after, as far as there are any.
    int64_t first_record = 0;     // Of those in the gap; first > last: none.
    int64_t last_record = -1;
  };
  using Entries = std::vector<const Entry*>;  // Of one object, by rising frame.

  void PlanGaps(int object, const Entries& entries);
  void ListSpans(int object, const Entries& entries, int64_t first_frame, int64_t last_frame);
  Gap GapAt(int object, int64_t frame) const;
  Mask CoverGap(const Gap& gap, int64_t frame, const MaskRecord* record) const;
  Mask CoverAllBut(std::span<const MaskRecord> records) const;
  double HeldGrowthPx(const Anchor& anchor, int64_t frames) const;
  Rect HeldBox(const Anchor& anchor, int64_t frames) const;
  Rect LostBox(const Anchor& anchor, int64_t frames) const;

  Options options_;
  Size size_;
  int64_t rejoin_frames_ = 1;
  std::vector<int> objects_;  // Rising.
  std::vector<Span> spans_;
  std::vector<Gap> gaps_;  // By object, then frame.
};

}  // namespace tapmask
