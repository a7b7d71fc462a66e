// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tapmask/api/blob_answer.h"
#include "tapmask/api/conditional.h"
#include "tapmask/api/error_response.h"
#include "tapmask/api/fingerprint.h"
#include "tapmask/api/job_json.h"
#include "tapmask/api/owned.h"
#include "tapmask/api/query.h"
#include "tapmask/api/routes.h"
#include "tapmask/api/video_json.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

constexpr int64_t kMostVideos = 100;
constexpr int64_t kUsualVideos = 20;
constexpr int64_t kVideoBodyLimit = 1'024;

// Where the page begins whose `before` was deleted since, or has expired. Its ingest job, which is
// kept, says when it came. Of videos of the same millisecond some may be shown again; none is left
// out.
std::vector<Video>::const_iterator FirstBefore(Services& services, const Request& request,
                                               const VideoId& before,
                                               const std::vector<Video>& videos) {
  const std::vector<Job> jobs =
      services.stores.jobs().OfVideo(request.caller->user_id, before);  // The newest first.
  if (jobs.empty()) RefuseParameter("before", "must be a video of yours");
  const Time came_at = jobs.back().created_at;
  return std::find_if(videos.begin(), videos.end(),
                      [&](const Video& video) { return video.uploaded_at <= came_at; });
}

Response ListVideos(Services& services, const Request& request) {
  const auto limit =
      static_cast<size_t>(QueryWhole(request, "limit", 1, kMostVideos).value_or(kUsualVideos));
  const std::optional<VideoId> before = QueryId<VideoId>(request, "before");
  const std::vector<Video> videos =
      services.stores.videos().List(request.caller->user_id, services.clock.Now());
  auto next = videos.begin();
  if (before) {
    next = std::find_if(videos.begin(), videos.end(),
                        [&](const Video& video) { return video.id == *before; });
    next = next != videos.end() ? std::next(next) : FirstBefore(services, request, *before, videos);
  }
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (; next != videos.end() && list.size() < limit; ++next) {
    list.push_back(VideoJson(services, *next));
  }
  nlohmann::ordered_json page{{"videos", std::move(list)}, {"next", nullptr}};
  if (next != videos.end()) page["next"] = std::prev(next)->id.text();
  Response response = Response::Json(Dumped(page));
  response.headers.Set("Cache-Control", "private, no-store");
  return response;
}

Response GetVideo(Services& services, const Request& request) {
  const Video video = NeedVideo(services, request, request.PathParameter("videoId"));
  std::string json = Dumped(VideoJson(services, video));
  const std::string etag = ETag(fmt::format("{:x}", Fingerprint(json)));
  Response response = Response::Json(std::move(json));
  response.headers.Set("Cache-Control", "private, no-cache");
  return WithETag(request, etag, std::move(response));
}

BlobKey FileKey(const Video& video, std::string_view name) {
  return BlobKey::Make(fmt::format("{}/{}/{}", video.user_id.text(), video.id.text(), name));
}

Response Proxy(Services& services, Request& request) {
  const Video video = NeedVideo(services, request, request.PathParameter("videoId"));
  CheckReady(video);
  auto response = BlobAnswer(request, services, video, FileKey(video, "proxy.mp4"),
                             {ContentTypeOf("proxy.mp4")});
  if (!response) ThrowNoVideo();
  return std::move(*response);
}

Response Poster(Services& services, Request& request) {
  const Video video = NeedVideo(services, request, request.PathParameter("videoId"));
  CheckReady(video);
  auto response = WholeBlobAnswer(request, services, video, FileKey(video, "poster.jpg"),
                                  {ContentTypeOf("poster.jpg")});
  if (!response) ThrowNoVideo();
  return std::move(*response);
}

Response Frames(Services& services, Request& request) {
  const Video video = NeedVideo(services, request, request.PathParameter("videoId"));
  CheckReady(video);
  auto response = WholeBlobAnswer(request, services, video, FileKey(video, "frames.json"),
                                  {ContentTypeOf("frames.json")});
  if (!response) {
    throw Error(Code::kNotFound,
                "The times of this video's frames were not kept when it was looked at. Upload it "
                "again to have them.");
  }
  return std::move(*response);
}

Response Delete(Services& services, const Request& request) {
  const Video video = NeedVideo(services, request, request.PathParameter("videoId"));
  const bool is_deleted =
      services.stores.videos().Delete(video.user_id, video.id, "deleted", services.clock.Now());
  if (!is_deleted) ThrowNoVideo();
  return Response::Json(R"({"success":true})");
}

}  // namespace

void AddVideoRoutes(RouteTable& routes, Services& services) {
  const auto add = [&](Method method, std::string pattern, std::string operation, auto handle) {
    Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.operation_id = std::move(operation);
    route.body_limit_bytes = method == Method::kDelete ? kVideoBodyLimit : 0;
    route.handler = BlockingHandler(
        [&services, handle](Request& request) { return handle(services, request); });
    routes.Add(std::move(route));
  };
  add(Method::kGet, "/api/v1/videos", "listVideos", ListVideos);
  add(Method::kGet, "/api/v1/videos/{videoId}", "getVideo", GetVideo);
  add(Method::kGet, "/api/v1/videos/{videoId}/proxy", "getProxy", Proxy);
  add(Method::kGet, "/api/v1/videos/{videoId}/poster", "getPoster", Poster);
  add(Method::kGet, "/api/v1/videos/{videoId}/frames", "getFrames", Frames);
  add(Method::kDelete, "/api/v1/video/{videoId}", "deleteVideo", Delete);
}

}  // namespace tapmask::api
