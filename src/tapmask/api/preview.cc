// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "tapmask/api/enqueue_job.h"
#include "tapmask/api/error_response.h"
#include "tapmask/api/job_json.h"
#include "tapmask/api/owned.h"
#include "tapmask/api/prompts_json.h"
#include "tapmask/api/routes.h"

namespace tapmask::api {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int64_t kPreviewBodyLimit = 262'144;
constexpr milliseconds kMostWait{2'000};

struct PreviewLook {
  int64_t last_rev = 0;  // Of all jobs, read before this one: a later change is not missed.
  JobId id;
  std::optional<Job> job;
};

PreviewLook LookAtPreview(Services& services, const UserId& user_id, const JobId& id) {
  PreviewLook look{services.stores.jobs().LastRev(), id, {}};
  look.job = services.stores.jobs().Get(user_id, id);
  return look;
}

PreviewLook Begin(Services& services, const Request& request) {
  const PreviewBody body = PreviewBodyOf(request);
  const Video video = NeedVideo(services, request, body.video_id);
  CheckReady(video);
  CheckInside({body.request.points, {}, {}}, video.facts.value_or(VideoFacts{}));
  const JobId id =
      EnqueueJob(services, *request.caller, JobKind::kPreview, video.id, ToJson(body.request));
  return LookAtPreview(services, request.caller->user_id, id);
}

Response Answer(const PreviewLook& look) {
  if (!look.job || look.job->status == JobStatus::kCancelled ||
      (look.job->status == JobStatus::kComplete && look.job->result.empty())) {
    throw HttpError(409, "cancelled", "The video was deleted meanwhile.");
  }
  if (look.job->status == JobStatus::kComplete) {
    return Response::Json(Dumped(PreviewJson(look.id, PreviewResultFromJson(look.job->result))));
  }
  Response response = Response::Json(AcceptedJson(look.id), 202);
  response.headers.Add("Location", StatusUrl(look.id));
  response.headers.Add("Retry-After", "1");
  return response;
}

Task<Response> Preview(Services& services, Request& request) {
  const auto until = SteadyClock::now() + kMostWait;
  PreviewLook look = co_await services.pool.Run([&] { return Begin(services, request); });
  const UserId& user_id = request.caller->user_id;
  while (look.job && !HasEnded(look.job->status)) {
    const auto left = std::chrono::ceil<milliseconds>(until - SteadyClock::now());
    if (left <= milliseconds(0)) break;
    const int64_t rev = co_await services.watch.WaitFor(look.last_rev, left, request.stop);
    if (rev <= look.last_rev) break;  // The time is over, or the server stops.
    PreviewLook next = co_await services.pool.RunAdmitted(
        [&] { return LookAtPreview(services, user_id, look.id); });
    look = std::move(next);
  }
  co_return Answer(look);
}

}  // namespace

void AddPreviewRoutes(RouteTable& routes, Services& services) {
  Route route;
  route.method = Method::kPost;
  route.pattern = "/api/v1/preview";
  route.operation_id = "previewMask";
  route.body_limit_bytes = kPreviewBodyLimit;
  route.handler =
      AsyncHandler([&services](Request& request) { return Preview(services, request); });
  routes.Add(std::move(route));
}

}  // namespace tapmask::api
