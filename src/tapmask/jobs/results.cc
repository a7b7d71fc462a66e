// SPDX-License-Identifier: Apache-2.0
#include "tapmask/jobs/results.h"

#include <cmath>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "tapmask/core/candidate_scale.h"
#include "tapmask/core/error.h"
#include "tapmask/core/mask_record.h"
#include "tapmask/jobs/bounds.h"

namespace tapmask {
namespace {

using Json = nlohmann::json;

constexpr int64_t kMostSide = 16'384;
constexpr int64_t kMostPixels = int64_t{1} << 26;  // As of a mask track.
constexpr int64_t kMostBytes = 9'007'199'254'740'991;
constexpr int64_t kMostRatio = 2'147'483'647;

[[noreturn]] void Malformed(std::string_view member) {
  throw Error(Code::kInternal, "What came out of the job cannot be read.",
              "a job's result: " + std::string(member));
}

Json Parsed(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) Malformed("is no object");
  return json;
}

const Json& At(const Json& json, const char* key) {
  if (!json.is_object()) Malformed("has something that is no object");
  const auto found = json.find(key);
  if (found == json.end()) Malformed(key);
  return *found;
}

int64_t Whole(const Json& value, const char* key, int64_t least, int64_t most) {
  if (!value.is_number_integer()) Malformed(key);
  if (value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(most)) {
    Malformed(key);
  }
  const auto number = value.get<int64_t>();
  if (number < least || number > most) Malformed(key);
  return number;
}
int64_t Whole(const Json& json, const char* key, int64_t most) {
  return Whole(At(json, key), key, 0, most);
}

double Probability(const Json& json, const char* key) {
  const Json& value = At(json, key);
  const double number = value.is_number() ? value.get<double>() : std::nan("");
  if (!(number >= 0 && number <= 1)) Malformed(key);
  return number;
}

std::string Text(const Json& json, const char* key) {
  const Json& value = At(json, key);
  if (!value.is_string()) Malformed(key);
  return value.get<std::string>();
}

// That may stand in a key of storage and in an answer.
std::string Name(const Json& json, const char* key, size_t longest) {
  std::string name = Text(json, key);
  const bool is_name = !name.empty() && name.size() <= longest && name[0] != '.' &&
                       name.find_first_not_of(kNameCharacters) == std::string::npos;
  if (!is_name) Malformed(key);
  return name;
}

bool Bool(const Json& json, const char* key) {
  const Json& value = At(json, key);
  if (!value.is_boolean()) Malformed(key);
  return value.get<bool>();
}

const Json& List(const Json& json, const char* key) {
  const Json& value = At(json, key);
  if (!value.is_array()) Malformed(key);
  return value;
}

// Texts of a child that may have been taken over need not be UTF-8.
std::string Dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

PreviewResult::Candidate CandidateFrom(const Json& json) {
  PreviewResult::Candidate candidate;
  candidate.object = static_cast<int>(Whole(At(json, "object"), "object", 1, 32));
  candidate.width = static_cast<int>(Whole(At(json, "width"), "width", 1, kMostSide));
  candidate.height = static_cast<int>(Whole(At(json, "height"), "height", 1, kMostSide));
  if (int64_t{candidate.width} * candidate.height > kMostPixels) Malformed("width");
  candidate.rle = Text(json, "rle");
  candidate.confidence = Probability(json, "confidence");
  candidate.scale = Text(json, "scale");
  if (!CandidateScaleFrom(candidate.scale)) Malformed("scale");
  return candidate;
}

MaskResult::ReviewSpan SpanFrom(const Json& json) {
  MaskResult::ReviewSpan span;
  span.is_of_fill = Bool(json, "isOfFill");
  if (!span.is_of_fill) {
    span.object = static_cast<int>(Whole(At(json, "object"), "object", 1, 32));
    span.state = Text(json, "state");
    if (!TrackStateFromName(span.state)) Malformed("state");
  }
  span.first_frame = Whole(json, "firstFrame", kMostFrames);
  span.last_frame = Whole(json, "lastFrame", kMostFrames);
  span.look_at = Whole(json, "lookAt", kMostFrames);
  span.confidence = Probability(json, "confidence");
  return span;
}

Json SpanJson(const MaskResult::ReviewSpan& span) {
  Json json{{"isOfFill", span.is_of_fill},
            {"firstFrame", span.first_frame},
            {"lastFrame", span.last_frame},
            {"lookAt", span.look_at},
            {"confidence", span.confidence}};
  if (!span.is_of_fill) {
    json["object"] = span.object.value_or(1);
    json["state"] = span.state;
  }
  return json;
}

}  // namespace

std::string ToJson(const PreviewResult& result) {
  Json candidates = Json::array();
  for (const PreviewResult::Candidate& candidate : result.candidates) {
    candidates.push_back({{"object", candidate.object},
                          {"width", candidate.width},
                          {"height", candidate.height},
                          {"rle", candidate.rle},
                          {"confidence", candidate.confidence},
                          {"scale", candidate.scale}});
  }
  return Dumped({{"frame", result.frame},
                 {"sampleAspect", {result.sample_aspect.num, result.sample_aspect.den}},
                 {"candidates", std::move(candidates)}});
}

PreviewResult PreviewResultFromJson(const std::string& json) {
  const Json parsed = Parsed(json);
  PreviewResult result;
  result.frame = Whole(parsed, "frame", kMostFrames);
  const Json& aspect = List(parsed, "sampleAspect");
  if (aspect.size() != 2) Malformed("sampleAspect");
  result.sample_aspect = {Whole(aspect[0], "sampleAspect", 1, kMostRatio),
                          Whole(aspect[1], "sampleAspect", 1, kMostRatio)};
  const Json& candidates = List(parsed, "candidates");
  if (candidates.size() > 96) Malformed("candidates");
  for (const Json& candidate : candidates) result.candidates.push_back(CandidateFrom(candidate));
  return result;
}

std::string ToJson(const MaskResult& result) {
  Json spans = Json::array();
  for (const MaskResult::ReviewSpan& span : result.to_review) spans.push_back(SpanJson(span));
  return Dumped({{"file", result.file},
                 {"bytes", result.bytes},
                 {"frames", result.frames},
                 {"truncated", result.truncated},
                 {"engine", result.engine},
                 {"toReview", std::move(spans)},
                 {"notices", result.notices}});
}

MaskResult MaskResultFromJson(const std::string& json) {
  const Json parsed = Parsed(json);
  MaskResult result;
  result.file = Name(parsed, "file", 100);
  result.bytes = Whole(parsed, "bytes", kMostBytes);
  result.frames = Whole(parsed, "frames", kMostFrames);
  result.truncated = Bool(parsed, "truncated");
  result.engine = Name(parsed, "engine", 64);
  for (const Json& span : List(parsed, "toReview")) result.to_review.push_back(SpanFrom(span));
  for (const Json& notice : List(parsed, "notices")) {
    if (!notice.is_string()) Malformed("notices");
    result.notices.push_back(notice.get<std::string>());
  }
  return result;
}

}  // namespace tapmask
