// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "tapmask/api/blob_answer.h"
#include "tapmask/api/conditional.h"
#include "tapmask/api/error_response.h"
#include "tapmask/api/job_json.h"
#include "tapmask/api/mask_file.h"
#include "tapmask/api/mask_png.h"
#include "tapmask/api/output_name.h"
#include "tapmask/api/owned.h"
#include "tapmask/api/query.h"
#include "tapmask/api/routes.h"
#include "tapmask/core/error.h"
#include "tapmask/core/rle.h"
#include "tapmask/jobs/requests.h"
#include "tapmask/storage/content_disposition.h"

namespace tapmask::api {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr int64_t kMostFrame = 100'000'000;
constexpr int64_t kMostFramesInPage = 100;
constexpr int64_t kUsualFrames = 25;
constexpr int64_t kMostCandidate = 95;
// A page ends with the frame in which it gets that long, and no frame may be larger than that.
constexpr size_t kLongPageBytes = size_t{8} << 20;
constexpr size_t kMostPageBytes = size_t{96} << 20;

BlobKey OutputKey(const Job& job, std::string_view name) {
  return BlobKey::Make(job.output_key).Join(name);
}

// The files of a video go a moment after it is out of sight, and with them what was asked for.
[[noreturn]] void ThrowFileGone() {
  throw HttpError(410, "expired", "The files of this job were deleted. Upload the video again.");
}

[[noreturn]] void ThrowNoMask() {
  throw Error(Code::kNotFound, "There is no such mask.");
}

std::unique_ptr<BlobReader> OpenMasks(Services& services, const Job& job) {
  std::unique_ptr<BlobReader> file = services.blobs.Open(OutputKey(job, "masks.jsonl"));
  if (!file) ThrowFileGone();
  return file;
}

bool IsKnown(const Request& request, std::string_view etag) {
  return IsNoneMatchHit(request.headers, etag);
}

Response Cached(Response response, const std::string& etag) {
  response.headers.Set("ETag", etag);
  response.headers.Set("Cache-Control", "private, no-cache");
  return response;
}

// What comes out of a job does not change, so its rev names every answer about it.
std::string OutputETag(const Job& job) {
  return ETag(std::to_string(job.rev));
}

std::string PngUrl(const JobId& id, int64_t frame, int object) {
  return fmt::format("{}/{}.png?object={}", MasksUrl(id), frame, object);
}

OrderedJson MaskJson(const JobId& id, const MaskFile::Header& header, MaskFile::Record&& record) {
  const Rect& box = record.bounding_box;
  std::string png_url = PngUrl(id, record.frame, record.object);
  return {
      {"object", record.object},
      {"frameNumber", record.frame},
      {"pts", record.pts},
      {"state", TrackStateName(record.state)},
      {"confidence", record.confidence},
      {"boundingBox", {{"x", box.x}, {"y", box.y}, {"width", box.width}, {"height", box.height}}},
      {"rle", {{"size", {header.height, header.width}}, {"counts", std::move(record.rle)}}},
      {"pngUrl", std::move(png_url)}};
}

struct MaskPage {
  OrderedJson masks = OrderedJson::array();
  std::optional<int64_t> next;
};

MaskPage ReadPage(MaskFile& file, const JobId& id, int64_t from, int64_t limit,
                  std::optional<int64_t> object) {
  MaskPage page;
  std::optional<int64_t> last;  // Frame that was looked at.
  int64_t frames = 0;
  size_t bytes = 0;
  file.ForEachFrom(from, [&](MaskFile::Record&& record) {
    if (record.frame != last) {
      if (frames == limit || bytes > kLongPageBytes) {
        page.next = record.frame;
        return false;
      }
      last = record.frame;
      ++frames;
    }
    if (object && record.object != *object) return true;
    bytes += record.rle.size();
    if (bytes > kMostPageBytes) {
      throw Error(Code::kInternal, "The masks of this job are too large to be shown.");
    }
    page.masks.push_back(MaskJson(id, file.header(), std::move(record)));
    return true;
  });
  return page;
}

bool AcceptsLines(const Request& request) {
  const auto accept = request.headers.Get("Accept");
  return accept && accept->find("application/x-ndjson") != std::string_view::npos;
}

Response Lines(Services& services, Request& request, const Job& job, const Video& video) {
  BlobHeaders headers;
  headers.content_type = ContentTypeOf("masks.jsonl");
  headers.cache_control = "private, no-cache";
  headers.disposition = ContentDisposition(Disposition::kAttachment,
                                           SavedName(video.original_filename, "masks.jsonl"));
  auto response =
      WholeBlobAnswer(request, services, video, OutputKey(job, "masks.jsonl"), std::move(headers));
  if (!response) ThrowFileGone();
  response->headers.Set("Vary", "Accept");
  return std::move(*response);
}

Response ListMasks(Services& services, Request& request) {
  const int64_t from = QueryWhole(request, "from", 0, kMostFrame).value_or(0);
  const int64_t limit = QueryWhole(request, "limit", 1, kMostFramesInPage).value_or(kUsualFrames);
  const auto object = QueryWhole(request, "object", 1, kMostObjects);
  const Job job = NeedJob(services, request, request.PathParameter("jobId"));
  const FinishedMask finished = NeedFinishedMask(services, job);
  if (AcceptsLines(request)) return Lines(services, request, job, finished.video);

  const std::string etag = OutputETag(job);
  Response response = Response::Empty(304);
  if (!IsKnown(request, etag)) {
    const auto reader = OpenMasks(services, job);
    MaskFile file(*reader);
    const MaskFile::Header& header = file.header();
    MaskPage page = ReadPage(file, job.id, from, limit, object);
    OrderedJson json{
        {"jobId", job.id.text()},
        {"width", header.width},
        {"height", header.height},
        {"sampleAspect", {header.sample_aspect.num, header.sample_aspect.den}},
        {"timeBase", {header.time_base.num, header.time_base.den}},
        {"engine", header.engine},
        {"frames", file.frames()},
        {"masks", std::move(page.masks)},
        {"next", nullptr},
    };
    if (page.next) json["next"] = *page.next;
    response = Response::Json(Dumped(json));
  }
  response.headers.Set("Vary", "Accept");
  return Cached(std::move(response), etag);
}

std::string PngOf(int width, int height, const std::string& rle) {
  try {
    return MaskPng(DecodeRle(width, height, rle));
  } catch (const Error& error) {
    // What was stored are no run lengths: not the caller's mistake.
    throw Error(Code::kInternal, "The mask cannot be read.", error.what());
  }
}

std::string PreviewPicture(const PreviewResult& preview, int64_t frame, int64_t object,
                           int64_t candidate) {
  if (preview.frame != frame) ThrowNoMask();
  for (const PreviewResult::Candidate& one : preview.candidates) {
    if (one.object != object || candidate-- > 0) continue;
    return PngOf(one.width, one.height, one.rle);
  }
  ThrowNoMask();
}

std::string TrackPicture(Services& services, const Job& job, int64_t frame, int64_t object) {
  const auto reader = OpenMasks(services, job);
  MaskFile file(*reader);
  std::optional<std::string> rle;
  file.ForEachFrom(frame, [&](MaskFile::Record&& record) {
    if (record.frame != frame) return false;
    if (record.object == object) rle = std::move(record.rle);
    return !rle;
  });
  if (!rle) ThrowNoMask();
  return PngOf(file.header().width, file.header().height, *rle);
}

Response Picture(Services& services, Request& request) {
  const int64_t object = QueryWhole(request, "object", 1, kMostObjects).value_or(1);
  const int64_t candidate = QueryWhole(request, "candidate", 0, kMostCandidate).value_or(0);
  const Job job = NeedJob(services, request, request.PathParameter("jobId"));
  const auto frame = ParseWhole(request.PathParameter("frame"), 0, kMostFrame);
  if (!frame) ThrowNoMask();
  std::optional<PreviewResult> preview;
  if (job.kind == JobKind::kPreview) {
    preview = NeedFinishedPreview(services, job);
  } else {
    NeedFinishedMask(services, job);
  }
  const std::string etag = OutputETag(job);
  if (IsKnown(request, etag)) return Cached(Response::Empty(304), etag);
  std::string png = preview ? PreviewPicture(*preview, *frame, object, candidate)
                            : TrackPicture(services, job, *frame, object);
  return Cached(Response::Text(std::move(png), "image/png"), etag);
}

Response Report(Services& services, Request& request) {
  const Job job = NeedJob(services, request, request.PathParameter("jobId"));
  const FinishedMask finished = NeedFinishedMask(services, job);
  BlobHeaders headers;
  headers.content_type = ContentTypeOf("report.json");
  headers.cache_control = "private, no-cache";
  headers.disposition = ContentDisposition(
      Disposition::kAttachment, SavedName(finished.video.original_filename, "report.json"));
  auto response = WholeBlobAnswer(request, services, finished.video, OutputKey(job, "report.json"),
                                  std::move(headers));
  if (!response) ThrowFileGone();
  return std::move(*response);
}

Response Review(Services& services, Request& request) {
  const Job job = NeedJob(services, request, request.PathParameter("jobId"));
  const FinishedMask finished = NeedFinishedMask(services, job);
  const std::string etag = OutputETag(job);
  if (IsKnown(request, etag)) return Cached(Response::Empty(304), etag);
  OrderedJson spans = OrderedJson::array();
  for (const MaskResult::ReviewSpan& span : finished.result.to_review) {
    OrderedJson json{{"about", span.is_of_fill ? "fill" : "mask"}};
    if (!span.is_of_fill) {
      json["object"] = span.object.value_or(1);
      json["state"] = span.state;
    }
    json["firstFrame"] = span.first_frame;
    json["lastFrame"] = span.last_frame;
    json["lookAt"] = span.look_at;
    json["confidence"] = span.confidence;
    spans.push_back(std::move(json));
  }
  return Cached(Response::Json(Dumped({{"jobId", job.id.text()}, {"spans", std::move(spans)}})),
                etag);
}

}  // namespace

void AddMaskRoutes(RouteTable& routes, Services& services) {
  const auto add = [&](std::string pattern, std::string operation, auto handle) {
    Route route;
    route.pattern = std::move(pattern);
    route.operation_id = std::move(operation);
    route.handler = BlockingHandler(
        [&services, handle](Request& request) { return handle(services, request); });
    routes.Add(std::move(route));
  };
  add("/api/v1/jobs/{jobId}/masks", "listMasks", ListMasks);
  add("/api/v1/jobs/{jobId}/masks/{frame}.png", "getMaskPicture", Picture);
  add("/api/v1/jobs/{jobId}/report", "getReport", Report);
  add("/api/v1/jobs/{jobId}/review", "getReview", Review);
}

}  // namespace tapmask::api
