// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "tapmask/api/conditional.h"
#include "tapmask/api/error_response.h"
#include "tapmask/api/job_json.h"
#include "tapmask/api/job_status.h"
#include "tapmask/api/owned.h"
#include "tapmask/api/query.h"
#include "tapmask/api/routes.h"

namespace tapmask::api {
namespace {

constexpr int64_t kMostJobs = 100;
constexpr int64_t kUsualJobs = 20;
constexpr int64_t kJobBodyLimit = 1'024;

bool HasOutput(const Job& job) {
  return job.kind == JobKind::kMask && job.status == JobStatus::kComplete &&
         !job.output_key.empty();
}

Response ListJobs(Services& services, const Request& request) {
  const auto limit =
      static_cast<size_t>(QueryWhole(request, "limit", 1, kMostJobs).value_or(kUsualJobs));
  const UserId& user_id = request.caller->user_id;
  const std::optional<JobId> before = QueryId<JobId>(request, "before");
  // Jobs are kept also when their video is deleted.
  if (before && !services.stores.jobs().Get(user_id, *before)) {
    RefuseParameter("before", "must be a job of yours");
  }
  std::vector<Job> jobs = services.stores.jobs().List(user_id, before, static_cast<int>(limit) + 1);
  const bool has_more = jobs.size() > limit;
  if (has_more) jobs.resize(limit);
  // One question for all of them.
  std::set<VideoId> kept;
  if (std::any_of(jobs.begin(), jobs.end(), HasOutput)) {
    for (const Video& video : services.stores.videos().List(user_id, services.clock.Now())) {
      kept.insert(video.id);
    }
  }
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Job& job : jobs) {
    list.push_back(JobJson(job, HasOutput(job) && kept.contains(job.video_id), false));
  }
  nlohmann::ordered_json page{{"jobs", std::move(list)}, {"next", nullptr}};
  if (has_more) page["next"] = jobs.back().id.text();
  Response response = Response::Json(Dumped(page));
  response.headers.Set("Cache-Control", "private, no-store");
  return response;
}

Response GetJob(Services& services, const Request& request) {
  const Job job = NeedJob(services, request, request.PathParameter("jobId"));
  const bool is_kept = IsVideoKept(services, job);
  const bool has_file = HasOutput(job) && is_kept;
  Response response = Response::Json(Dumped(JobJson(job, has_file, is_kept)));
  response.headers.Set("Cache-Control", "private, no-cache");
  // Whether the video is kept shows in `request` as well.
  const std::string etag = JobETag(job, has_file);
  return WithETag(request, is_kept ? etag : ETag(std::to_string(job.rev) + "-gone"),
                  std::move(response));
}

Response Cancel(Services& services, const Request& request) {
  const std::optional<JobId> id = JobId::Parse(request.PathParameter("jobId"));
  if (!id) ThrowNoJob();
  const bool is_asked =
      services.stores.jobs().Cancel(request.caller->user_id, *id, services.clock.Now());
  const Job job = NeedJob(services, request, id->text());
  // Asking again is no mistake, also when the first time was heard at once.
  if (!is_asked && job.status != JobStatus::kCancelled) {
    throw HttpError(409, "job_ended", "The job has ended already, so it cannot be cancelled.");
  }
  return JobStatusAnswer(request, job, HasKeptFile(services, job), 202);
}

}  // namespace

void AddJobRoutes(RouteTable& routes, Services& services) {
  const auto add = [&](Method method, std::string pattern, std::string operation, auto handle) {
    Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.operation_id = std::move(operation);
    route.body_limit_bytes = method == Method::kPost ? kJobBodyLimit : 0;
    route.handler = BlockingHandler(
        [&services, handle](Request& request) { return handle(services, request); });
    routes.Add(std::move(route));
  };
  add(Method::kGet, "/api/v1/jobs", "listJobs", ListJobs);
  add(Method::kGet, "/api/v1/jobs/{jobId}", "getJob", GetJob);
  add(Method::kPost, "/api/v1/jobs/{jobId}/cancel", "cancelJob", Cancel);
}

}  // namespace tapmask::api
