// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tapmask/core/coordinates.h"
#include "tapmask/core/prompt.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/read_options.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {

// What the user said, by frame and object.
class PromptSchedule {
 public:
  // Checks everything that can be known without the video's length. Points must lie in the shown
  // frame, masks must have the size of upright stored pixels, boxes must meet the frame, and every
  // object but those in `known` needs something that says where it is. Throws kInvalidArgument with
  // a sentence.
  PromptSchedule(const Prompts& prompts, const FrameGeometry& geometry,
                 const std::set<int>& known = {});

  // What was said about one object in one frame. Masks come before boxes, boxes before points.
  struct Said {
    int object = 1;
    std::vector<Point> points;
    std::optional<Mask> mask_in_mask;  // Drawn by hand.
    std::optional<Mask> box_in_mask;
  };
  std::vector<Said> At(int64_t frame) const;

  // Between two boxes of an object: the box in between. Nothing elsewhere.
  std::optional<Mask> BetweenBoxes(int object, int64_t frame) const;

  // True where something was said about the object, and between two of its boxes.
  bool Says(int object, int64_t frame) const;

  int64_t first_frame() const;  // The first frame with a prompt.
  int64_t last_frame() const;
  const std::set<int>& objects() const { return objects_; }
  std::vector<MaskTrackHeader::Object> HeaderObjects() const;

 private:
  Mask MaskOfBox(const Rect& in_shown) const;

  const FrameGeometry geometry_;
  std::set<int> objects_;
  std::map<int64_t, std::map<int, Said>> by_frame_;
  std::map<int, std::map<int64_t, Rect>> boxes_;  // By object, then frame; in shown pixels.
};

// The prompts with every `seconds` replaced by the frame that is shown then. Reads the video up to
// the latest of them; does nothing when there is none. Throws kInvalidArgument for a time outside.
Prompts ResolveTimes(const InputName& input, const ReadOptions& read, Prompts prompts);

}  // namespace tapmask
