// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/job_json.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "tapmask/api/conditional.h"
#include "tapmask/core/clock.h"
#include "tapmask/core/error.h"

namespace tapmask::api {
namespace {

using OrderedJson = nlohmann::ordered_json;

// What both forms of a job have.
void AddState(OrderedJson& json, const Job& job) {
  json["kind"] = JobKindName(job.kind);
  json["status"] = JobStatusName(job.status);
  json["progress"] = job.progress_percent;
  json["attempt"] = job.attempt;
  json["rev"] = job.rev;
  json["createdAt"] = TimeText(job.created_at);
  if (job.started_at) json["startedAt"] = TimeText(*job.started_at);
  if (job.completed_at) json["completedAt"] = TimeText(*job.completed_at);
  if (job.status == JobStatus::kFailed) {
    if (!job.error_code.empty()) json["errorCode"] = job.error_code;
    if (!job.error_message.empty()) json["errorMessage"] = job.error_message;
  }
}

// What was asked, as we wrote it; an empty object when it is no more.
OrderedJson RequestOf(const Job& job) {
  OrderedJson json = OrderedJson::parse(job.request, nullptr, false);
  return json.is_object() ? json : OrderedJson::object();
}

void AddRequest(OrderedJson& json, const OrderedJson& request) {
  const auto points = request.find("points");
  if (points != request.end() && points->is_array() && !points->empty()) {
    json["segmentationPoint"] = points->front();
  }
  for (const char* name : {"mode", "style", "engine"}) {
    const auto member = request.find(name);
    if (member != request.end()) json[name] = *member;
  }
}

// One result that cannot be read must not hide all other jobs of a list.
void AddResult(OrderedJson& json, const Job& job) {
  try {
    const MaskResult result = MaskResultFromJson(job.result);
    json["engine"] = result.engine;
    json["outputBytes"] = result.bytes;
  } catch (const Error&) {
    // Whoever asks for what came out is told.
  }
}

}  // namespace

std::string Dumped(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string StatusUrl(const JobId& id) {
  return "/api/v1/status/" + id.text();
}
std::string DownloadUrl(const JobId& id) {
  return "/api/v1/download/" + id.text();
}
std::string MasksUrl(const JobId& id) {
  return "/api/v1/jobs/" + id.text() + "/masks";
}

std::string AcceptedJson(const JobId& id) {
  return Dumped({{"jobId", id.text()}, {"statusUrl", StatusUrl(id)}});
}

OrderedJson PreviewJson(const JobId& id, const PreviewResult& result) {
  OrderedJson json{{"jobId", id.text()}, {"frameNumber", result.frame}};
  if (!(result.sample_aspect == Rational{1, 1})) {
    json["sampleAspect"] = {result.sample_aspect.num, result.sample_aspect.den};
  }
  OrderedJson candidates = OrderedJson::array();
  std::map<int, int> seen;  // Candidates of each object so far.
  for (const PreviewResult::Candidate& candidate : result.candidates) {
    candidates.push_back(
        {{"object", candidate.object},
         {"rle", {{"size", {candidate.height, candidate.width}}, {"counts", candidate.rle}}},
         {"pngUrl", fmt::format("{}/{}.png?object={}&candidate={}", MasksUrl(id), result.frame,
                                candidate.object, seen[candidate.object]++)},
         {"confidence", candidate.confidence},
         {"scale", candidate.scale}});
  }
  json["candidates"] = std::move(candidates);
  return json;
}

std::string JobStatusJson(const Job& job, bool has_file) {
  OrderedJson json{{"jobId", job.id.text()}, {"videoId", job.video_id.text()}};
  AddState(json, job);
  if (has_file) json["downloadUrl"] = DownloadUrl(job.id);
  if (job.kind == JobKind::kPreview && job.status == JobStatus::kComplete && !job.result.empty()) {
    json["preview"] = PreviewJson(job.id, PreviewResultFromJson(job.result));
  }
  return Dumped(json);
}

std::string JobETag(const Job& job, bool has_file) {
  // A file whose time is over is no change of the job.
  return ETag(fmt::format("{}{}", job.rev, has_file ? "-f" : ""));
}

OrderedJson JobJson(const Job& job, bool has_file, bool with_request) {
  OrderedJson json{
      {"jobId", job.id.text()}, {"videoId", job.video_id.text()}, {"userId", job.user_id.text()}};
  AddState(json, job);
  if (job.started_at && job.completed_at && *job.completed_at >= *job.started_at) {
    json["processingTimeMs"] = (*job.completed_at - *job.started_at).count();
  }
  if (job.kind != JobKind::kMask) return json;
  OrderedJson request = RequestOf(job);
  AddRequest(json, request);
  if (has_file) {
    json["outputVideoUrl"] = DownloadUrl(job.id);
    AddResult(json, job);
  }
  if (with_request && !request.empty()) json["request"] = std::move(request);
  return json;
}

}  // namespace tapmask::api
