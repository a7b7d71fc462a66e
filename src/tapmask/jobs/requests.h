// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/core/id.h"
#include "tapmask/core/prompt.h"

namespace tapmask {

// What jobs are asked to do: written into Job::request by the API, read by the worker. Members of
// the JSON have the names that the HTTP interface gives them. Reading throws kInvalidArgument with
// a sentence that names the member; members that are not known, and those that are null, are
// refused, so that no wish is dropped silently.

// At most so many points and so many boxes in a body; as a point of its own comes with a body as
// well, a mask job may have one point more.
constexpr int kMostPrompts = 1'000;
constexpr int kMostObjects = 32;

struct PreviewRequest {
  int64_t frame = 0;              // Counts shown frames from 0.
  std::optional<double> seconds;  // When set, the frame that is shown then; `frame` does not count.
  std::vector<Point> points;      // At least one; `frame` and `seconds` of each are these.
};
// Written once for all points; a point in the JSON may repeat it, but not say something else.
std::string ToJson(const PreviewRequest& request);
PreviewRequest PreviewRequestFromJson(const std::string& json);

struct MaskRequest {
  Prompts prompts;                // Without masks.
  std::string mode;               // "privacy_blur", "magic_eraser"
  std::string style = "secure";   // "secure", "gaussian", "pixelate", "solid": of privacy_blur
  std::optional<int> grow_px;     // [1, 1000]; nothing: by height and mode.
  std::string on_lost = "cover";  // "cover", "frame", "clear"
  bool invert = false;
  bool shadow = false;
  std::optional<double> from_seconds, to_seconds;
  std::string audio = "keep";   // "keep", "mute", "drop"
  std::string codec = "auto";   // "auto", "h264", "hevc", "lossless"
  std::string engine = "auto";  // 1 to 64 of A-Z a-z 0-9 . _ -
  bool keep_metadata = false;
  // The job whose masks the prompts correct; only what they bear upon is tracked again.
  std::optional<JobId> corrects;
};
std::string ToJson(const MaskRequest& request);
MaskRequest MaskRequestFromJson(const std::string& json);

}  // namespace tapmask
