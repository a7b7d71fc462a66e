// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/owned.h"

#include <optional>
#include <utility>

#include "tapmask/api/error_response.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

[[noreturn]] void ThrowExpired() {
  throw HttpError(410, "expired",
                  "The files of this job were deleted. Upload the video again to have them made "
                  "anew.");
}

// Of a job that has something to give once it is complete.
void CheckComplete(const Job& job) {
  if (!HasEnded(job.status)) {
    throw HttpError(409, "job_not_complete",
                    "The job is not complete yet. Its status says how far it is.");
  }
  if (job.status != JobStatus::kComplete) {
    throw HttpError(409, "job_has_no_output",
                    job.status == JobStatus::kFailed
                        ? "The job failed, so it made nothing. Its status says why."
                        : "The job was cancelled, so it made nothing.");
  }
}

// Of the job's owner; nothing when it was deleted or its time is over.
std::optional<Video> VideoOf(Services& services, const Job& job) {
  return services.stores.videos().Get(job.user_id, job.video_id, services.clock.Now());
}

}  // namespace

void ThrowNoJob() {
  throw Error(Code::kNotFound, "There is no such job.");
}
void ThrowNoVideo() {
  throw Error(Code::kNotFound, "There is no such video.");
}

Job NeedJob(Services& services, const Request& request, std::string_view id) {
  const std::optional<JobId> job_id = JobId::Parse(id);
  if (!job_id) ThrowNoJob();
  std::optional<Job> job = services.stores.jobs().Get(request.caller->user_id, *job_id);
  if (!job) ThrowNoJob();
  return std::move(*job);
}

Video NeedVideo(Services& services, const Request& request, std::string_view id) {
  const std::optional<VideoId> video_id = VideoId::Parse(id);
  if (!video_id) ThrowNoVideo();
  std::optional<Video> video =
      services.stores.videos().Get(request.caller->user_id, *video_id, services.clock.Now());
  if (!video) ThrowNoVideo();
  return std::move(*video);
}

void CheckReady(const Video& video) {
  switch (video.state) {
    case VideoState::kIngesting:
      throw HttpError(409, "video_not_ready",
                      "The video is still being looked at. The status of its ingest job says when "
                      "that is done.");
    case VideoState::kRefused:
      throw HttpError(409, "video_refused",
                      "The video was refused; it says why. Upload another file.");
    case VideoState::kReady: break;
  }
}

bool IsVideoKept(Services& services, const Job& job) {
  return VideoOf(services, job).has_value();
}

bool HasKeptFile(Services& services, const Job& job) {
  return job.kind == JobKind::kMask && job.status == JobStatus::kComplete &&
         !job.output_key.empty() && IsVideoKept(services, job);
}

FinishedMask NeedFinishedMask(Services& services, const Job& job) {
  if (job.kind != JobKind::kMask) {
    throw HttpError(409, "job_has_no_output", "Only a job of the kind mask has this.");
  }
  CheckComplete(job);
  std::optional<Video> video = VideoOf(services, job);
  if (!video || job.output_key.empty()) ThrowExpired();
  return {std::move(*video), MaskResultFromJson(job.result)};
}

PreviewResult NeedFinishedPreview(Services& services, const Job& job) {
  CheckComplete(job);
  if (job.result.empty() || !IsVideoKept(services, job)) ThrowExpired();
  return PreviewResultFromJson(job.result);
}

}  // namespace tapmask::api
