// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tapmask/api/http_message.h"
#include "tapmask/core/prompt.h"
#include "tapmask/jobs/requests.h"
#include "tapmask/jobs/video.h"

namespace tapmask::api {

// The bodies that say what to look for. All throw HttpError 415 and 400 invalid_json as
// ParseJsonObject does, and kInvalidArgument with a sentence that names the member; whether points
// are inside of a video is for CheckInside.

struct PreviewBody {
  std::string video_id;  // As it came: may be no id.
  PreviewRequest request;
};
PreviewBody PreviewBodyOf(const Request& request);

struct SegmentBody {
  std::string video_id;  // As it came: may be no id.
  MaskRequest request;   // `segmentationPoint` is the first of its points.
};
SegmentBody SegmentBodyOf(const Request& request);

// A job that does what `corrected` does, but for the body's points and boxes.
MaskRequest CorrectionOf(const Request& request, const JobId& corrected_id,
                         const MaskRequest& corrected);

// Throws HttpError 400 point_outside, which says how large or how long the video is.
void CheckInside(const Prompts& prompts, const VideoFacts& facts);

}  // namespace tapmask::api
