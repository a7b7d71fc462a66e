// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/prompts_json.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tapmask/api/error_response.h"
#include "tapmask/api/json_body.h"
#include "tapmask/core/error.h"
#include "tapmask/jobs/bounds.h"

namespace tapmask::api {
namespace {

using Json = nlohmann::json;

constexpr double kFarthest = 65'536;
constexpr double kMostSeconds = 1e6;

[[noreturn]] void RefusePrompt(std::string_view name, std::string_view what) {
  throw Error(Code::kInvalidArgument, fmt::format("\"{}\" {}.", name, what));
}

// Of members that are handed on as they are. Deeper ones the requests refuse.
void RefuseNulls(const Json& object, const std::string& path) {
  for (const auto& [name, value] : object.items()) {
    if (!value.is_null()) continue;
    // A name of the user's own is not repeated at any length.
    RefusePrompt(path + (name.size() <= 64 ? name : "..."), "must not be null; leave it out");
  }
}

// Leaves the rest in `body`.
std::string TakeVideoId(Json& body) {
  const auto found = body.find("videoId");
  if (found == body.end()) RefusePrompt("videoId", "is missing");
  if (!found->is_string()) RefusePrompt("videoId", "must be the id of a video");
  std::string id = found->get<std::string>();
  body.erase(found);
  return id;
}

void CheckCount(const Json& body, const char* name) {
  const auto list = body.find(name);
  if (list != body.end() && list->is_array() && list->size() > kMostPrompts) {
    RefusePrompt(name, fmt::format("must be a list of at most {}", kMostPrompts));
  }
}

// As one of `points`, checked.
Json SegmentationPoint(Json given) {
  if (given.is_object()) RefuseNulls(given, "segmentationPoint.");
  JsonMembers members(std::move(given), "segmentationPoint");
  Json point;
  for (const char* name : {"x", "y"}) {
    const auto pixels = members.Number(name, 0, kFarthest);
    if (!pixels) members.Refuse(name, "is missing");
    point[name] = *pixels;
  }
  point["frameNumber"] = members.NeedWhole("frameNumber", 0, kMostFrames);
  if (const auto seconds = members.Number("timeSec", 0, kMostSeconds)) point["timeSec"] = *seconds;
  if (const auto scale = members.Any("scale")) point["scale"] = *scale;
  members.NoMore();
  return point;
}

[[noreturn]] void Outside(std::string sentence) {
  throw HttpError(400, "point_outside", std::move(sentence));
}

void CheckFrame(int64_t frame, const VideoFacts& facts) {
  if (facts.frames > 0 && frame >= facts.frames) {
    Outside(fmt::format("Frame {} is outside the video, which has {} frames, counted from 0.",
                        frame, facts.frames));
  }
}

void CheckPoint(const Point& point, const VideoFacts& facts) {
  const auto [x, y] = point.in_shown;
  if (!(x >= 0 && y >= 0 && x < facts.width && y < facts.height)) {
    Outside(fmt::format("The point {:g},{:g} is outside the picture, which is {} by {}.", x, y,
                        facts.width, facts.height));
  }
  if (!point.seconds) {
    CheckFrame(point.frame, facts);
  } else if (facts.duration_seconds > 0 && *point.seconds > facts.duration_seconds) {
    Outside(fmt::format("The time {:g} s is outside the video, which is {:g} s long.",
                        *point.seconds, facts.duration_seconds));
  }
}

void CheckBox(const GivenBox& box, const VideoFacts& facts) {
  // One that reaches over an edge is cut there.
  if (Intersect(box.in_shown, {0, 0, facts.width, facts.height}).Empty()) {
    Outside(fmt::format("The box {},{},{},{} is outside the picture, which is {} by {}.",
                        box.in_shown.x, box.in_shown.y, box.in_shown.width, box.in_shown.height,
                        facts.width, facts.height));
  }
  CheckFrame(box.frame, facts);
}

}  // namespace

PreviewBody PreviewBodyOf(const Request& request) {
  Json body = ParseJsonObject(request);
  RefuseNulls(body, "");
  std::string video_id = TakeVideoId(body);
  return {std::move(video_id), PreviewRequestFromJson(body.dump())};
}

SegmentBody SegmentBodyOf(const Request& request) {
  Json body = ParseJsonObject(request);
  RefuseNulls(body, "");
  std::string video_id = TakeVideoId(body);
  CheckCount(body, "points");
  const auto tap = body.find("segmentationPoint");
  const bool has_tap = tap != body.end();
  if (has_tap) {
    Json point = SegmentationPoint(std::move(*tap));
    body.erase(tap);
    Json& points = body["points"];
    if (points.is_null()) points = Json::array();
    // At the end, so that errors count the other points as the user does; it goes first below.
    if (points.is_array()) points.push_back(std::move(point));
  }
  SegmentBody segment{std::move(video_id), MaskRequestFromJson(body.dump())};
  std::vector<Point>& points = segment.request.prompts.points;
  if (has_tap) std::rotate(points.begin(), points.end() - 1, points.end());
  return segment;
}

MaskRequest CorrectionOf(const Request& request, const JobId& corrected_id,
                         const MaskRequest& corrected) {
  Json body = ParseJsonObject(request);
  RefuseNulls(body, "");
  for (const char* name : {"points", "boxes"}) CheckCount(body, name);
  JsonMembers members(std::move(body));
  Json whole = Json::parse(ToJson(corrected));
  whole["points"] = members.Any("points").value_or(Json::array());
  whole["boxes"] = members.Any("boxes").value_or(Json::array());
  whole["corrects"] = corrected_id.text();
  members.NoMore();
  return MaskRequestFromJson(whole.dump());
}

void CheckInside(const Prompts& prompts, const VideoFacts& facts) {
  for (const Point& point : prompts.points) CheckPoint(point, facts);
  for (const GivenBox& box : prompts.boxes) CheckBox(box, facts);
}

}  // namespace tapmask::api
