// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "tapmask/api/http_message.h"
#include "tapmask/api/services.h"
#include "tapmask/jobs/job.h"
#include "tapmask/jobs/results.h"
#include "tapmask/jobs/video.h"

namespace tapmask::api {

// What is the caller's, or the error that says why it cannot be had. What is another's, and what is
// no id at all, is answered like what does not exist. All of these block, and need a caller.

// Throws kNotFound.
Job NeedJob(Services& services, const Request& request, std::string_view id);
Video NeedVideo(Services& services, const Request& request, std::string_view id);
[[noreturn]] void ThrowNoJob();
[[noreturn]] void ThrowNoVideo();

// Throws HttpError 409 video_not_ready, video_refused.
void CheckReady(const Video& video);

// A job's video is kept, so that what came out of the job may be shown.
bool IsVideoKept(Services& services, const Job& job);
// The same for a job whose answer depends on it, and for all others false without asking.
bool HasKeptFile(Services& services, const Job& job);

// A complete mask job with its files.
struct FinishedMask {
  Video video;
  MaskResult result;
};
// Throws HttpError 409 job_not_complete, job_has_no_output, 410 expired.
FinishedMask NeedFinishedMask(Services& services, const Job& job);
// The same of a preview.
PreviewResult NeedFinishedPreview(Services& services, const Job& job);

}  // namespace tapmask::api
