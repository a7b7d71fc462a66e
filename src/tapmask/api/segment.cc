// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tapmask/api/enqueue_job.h"
#include "tapmask/api/error_response.h"
#include "tapmask/api/job_json.h"
#include "tapmask/api/owned.h"
#include "tapmask/api/prompts_json.h"
#include "tapmask/api/routes.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

constexpr int64_t kSegmentBodyLimit = 262'144;

void CheckEngine(const Services& services, const std::string& engine) {
  const auto& engines = services.settings.engines;
  if (engine == "auto" || std::find(engines.begin(), engines.end(), engine) != engines.end()) {
    return;
  }
  throw HttpError(400, "engine_unknown",
                  fmt::format("There is no engine \"{}\" here; there are auto, {}.", engine,
                              fmt::join(engines, ", ")));
}

void CheckSpan(const MaskRequest& request, const VideoFacts& facts) {
  if (request.from_seconds && facts.duration_seconds > 0 &&
      *request.from_seconds >= facts.duration_seconds) {
    throw Error(Code::kInvalidArgument,
                fmt::format("\"fromSec\" must be before the video's end, at {:g} s.",
                            facts.duration_seconds));
  }
}

Response Accept(Services& services, const Request& request, const Video& video,
                const MaskRequest& mask) {
  const VideoFacts facts = video.facts.value_or(VideoFacts{});
  CheckInside(mask.prompts, facts);
  CheckSpan(mask, facts);
  const JobId id = EnqueueJob(services, *request.caller, JobKind::kMask, video.id, ToJson(mask));
  Response response = Response::Json(AcceptedJson(id), 202);
  response.headers.Add("Location", StatusUrl(id));
  return response;
}

Response Segment(Services& services, const Request& request) {
  const SegmentBody body = SegmentBodyOf(request);
  CheckEngine(services, body.request.engine);
  const Video video = NeedVideo(services, request, body.video_id);
  CheckReady(video);
  if (body.request.corrects) {
    const Job corrected = NeedJob(services, request, body.request.corrects->text());
    NeedFinishedMask(services, corrected);
    if (corrected.video_id != video.id) {
      throw Error(Code::kInvalidArgument, "\"corrects\" must be a job of the same video.");
    }
  }
  return Accept(services, request, video, body.request);
}

Response Correct(Services& services, const Request& request) {
  const Job corrected = NeedJob(services, request, request.PathParameter("jobId"));
  const FinishedMask finished = NeedFinishedMask(services, corrected);
  const MaskRequest mask =
      CorrectionOf(request, corrected.id, MaskRequestFromJson(corrected.request));
  return Accept(services, request, finished.video, mask);
}

}  // namespace

void AddSegmentRoutes(RouteTable& routes, Services& services) {
  const auto add = [&](std::string pattern, std::string operation, auto handle) {
    Route route;
    route.method = Method::kPost;
    route.pattern = std::move(pattern);
    route.operation_id = std::move(operation);
    route.body_limit_bytes = kSegmentBodyLimit;
    route.handler = BlockingHandler(
        [&services, handle](Request& request) { return handle(services, request); });
    routes.Add(std::move(route));
  };
  add("/api/v1/segment", "segment", Segment);
  add("/api/v1/jobs/{jobId}/corrections", "correctMasks", Correct);
}

}  // namespace tapmask::api
