// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tapmask/core/prompt.h"

namespace tapmask {

// What the user typed to say what is to be hidden. All functions here throw kInvalidArgument with
// a sentence that shows the right form.
struct PromptOptions {
  std::vector<std::string> points;  // X,Y[,-][,SCALE][@FRAME][#OBJECT]
  std::vector<std::string> masks;   // PNG[@FRAME][#OBJECT]
  std::vector<std::string> boxes;   // X,Y,W,H@FRAME[#OBJECT]
  // The moment of points without @FRAME: a frame, or what is shown at a time; the first frame when
  // neither is set. Masks take the frame as well.
  std::optional<int64_t> frame;
  std::optional<double> seconds;
  bool corrects = false;  // Objects that are known already.
};

Point ParsePoint(std::string_view text, std::optional<int64_t> default_frame,
                 std::optional<double> default_seconds);

// Sides with decimals are moved outwards to whole pixels.
GivenBox ParseBox(std::string_view text);

// The file's name may hold @ and # itself: only a number after the last # and, before that, after
// the last @ counts as a suffix. A file that really is called "a@2" is written "a@2@0".
struct MaskPlace {
  std::filesystem::path file;
  std::optional<int64_t> frame;
  int object = 1;
};
MaskPlace ParseMaskPlace(std::string_view text);

// All of it together, with the masks loaded by `load`. Checks that every object is pointed at, not
// only away from (unless the objects are known already), and that no object has two masks or two
// boxes in one frame.
using MaskLoader = std::function<Mask(const std::filesystem::path&)>;
Prompts MakePrompts(const PromptOptions& options, const MaskLoader& load);

}  // namespace tapmask
