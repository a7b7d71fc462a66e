// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tapmask/api/blob_answer.h"
#include "tapmask/api/error_response.h"
#include "tapmask/api/output_name.h"
#include "tapmask/api/owned.h"
#include "tapmask/api/routes.h"
#include "tapmask/core/error.h"
#include "tapmask/storage/content_disposition.h"

namespace tapmask::api {
namespace {

constexpr std::string_view kFiles = "/api/v1/files/";

[[noreturn]] void ThrowNoFile() {
  throw Error(Code::kNotFound, "There is no such file.");
}

Response Download(Services& services, const Request& request) {
  const Job job = NeedJob(services, request, request.PathParameter("jobId"));
  const FinishedMask finished = NeedFinishedMask(services, job);
  const std::string path =
      std::string(kFiles) + BlobKey::Make(job.output_key).Join(finished.result.file).text();
  const auto query = services.signer.Sign("GET", path, job.user_id, finished.video.expires_at,
                                          services.clock.Now());
  if (!query) {
    throw HttpError(410, "expired", "The file is deleted within this second.");
  }
  Response response = Response::Empty(302);
  response.headers.Add("Location", path + "?" + *query);
  response.headers.Add("Cache-Control", "private, no-store");
  return response;
}

// Whom the link was given to.
UserId CheckLink(Services& services, const Request& request) {
  const size_t question = request.target.find('?');
  const std::string query =
      question == std::string::npos ? std::string() : request.target.substr(question + 1);
  const CheckedLink link =
      services.signer.Check(MethodName(request.method), request.path, query, services.clock.Now());
  switch (link.state) {
    case LinkState::kGood: return link.user_id;
    case LinkState::kExpired:
      throw HttpError(403, "link_expired", "The link's time is over. Get a new one.");
    case LinkState::kForged: break;
  }
  throw HttpError(403, "link_invalid", "The link is not as it was given. Get a new one.");
}

// What a key of ours is of: "{user}/{video}/{file}" or "{user}/{job}/{fence}/{file}".
struct KeyParts {
  std::string_view user, of, fence, file;  // `fence` is empty for files of a video.
};
std::optional<KeyParts> PartsOf(std::string_view key) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t slash = key.find('/');
    parts.push_back(key.substr(0, slash));
    if (slash == std::string_view::npos) break;
    key.remove_prefix(slash + 1);
  }
  if (parts.size() == 3) return KeyParts{parts[0], parts[1], {}, parts[2]};
  if (parts.size() == 4) return KeyParts{parts[0], parts[1], parts[2], parts[3]};
  return std::nullopt;
}

// The video that the file dies with.
Video VideoOfFile(Services& services, const UserId& user_id, const BlobKey& key) {
  const auto parts = PartsOf(key.text());
  if (!parts || parts->user != user_id.text()) ThrowNoFile();
  std::optional<VideoId> video_id = VideoId::Parse(parts->of);
  if (!parts->fence.empty()) {
    const std::optional<JobId> job_id = JobId::Parse(parts->of);
    if (!job_id) ThrowNoFile();
    const std::optional<Job> job = services.stores.jobs().Get(user_id, *job_id);
    // Not of an attempt that was given up.
    if (!job || job->output_key + "/" + std::string(parts->file) != key.text()) ThrowNoFile();
    video_id = job->video_id;
  }
  if (!video_id) ThrowNoFile();
  std::optional<Video> video =
      services.stores.videos().Get(user_id, *video_id, services.clock.Now());
  if (!video) ThrowNoFile();
  return std::move(*video);
}

Response File(Services& services, const Request& request) {
  const UserId user_id = CheckLink(services, request);
  const std::optional<BlobKey> key = BlobKey::Parse(request.PathParameter("blobKey"));
  if (!key) ThrowNoFile();
  const Video video = VideoOfFile(services, user_id, *key);
  const std::string file_name = key->text().substr(key->text().rfind('/') + 1);
  BlobHeaders headers;
  headers.content_type = ContentTypeOf(file_name);
  headers.disposition =
      ContentDisposition(Disposition::kAttachment, SavedName(video.original_filename, file_name));
  std::optional<Response> response = BlobAnswer(request, services, video, *key, std::move(headers));
  if (!response) ThrowNoFile();
  return std::move(*response);
}

}  // namespace

void AddDownloadRoutes(RouteTable& routes, Services& services) {
  Route download;
  download.pattern = "/api/v1/download/{jobId}";
  download.operation_id = "download";
  download.handler =
      BlockingHandler([&services](Request& request) { return Download(services, request); });
  routes.Add(std::move(download));

  Route file;
  file.pattern = "/api/v1/files/{blobKey...}";
  file.operation_id = "getFile";
  file.security = Security::kLink;
  file.handler = BlockingHandler([&services](Request& request) { return File(services, request); });
  routes.Add(std::move(file));
}

}  // namespace tapmask::api
