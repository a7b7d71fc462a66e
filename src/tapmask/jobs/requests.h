// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tapmask/core/id.h"
#include "tapmask/core/prompt.h"

namespace tapmask {

// What jobs are asked to do: written into Job::request by the API, read by the worker. Members of
// the JSON have the names that the HTTP interface gives them. Reading throws kInvalidArgument with
// a sentence that names the member; unknown members are refused, so that no wish is dropped
// silently.

// At most so many points and boxes; as of API bodies.
constexpr int kMostPrompts = 1'000;
constexpr int kMostObjects = 32;

struct PreviewRequest {
  std::vector<Point> points;  // All of one frame.
};
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
  std::string audio = "keep";  // "keep", "mute", "drop"
  std::string codec = "auto";  // "auto", "h264", "hevc", "lossless"
  std::string engine = "auto";
  bool keep_metadata = false;
  // The job whose masks the prompts correct; only what they bear upon is tracked again.
  std::optional<JobId> corrects;
};
std::string ToJson(const MaskRequest& request);
MaskRequest MaskRequestFromJson(const std::string& json);

}  // namespace tapmask
