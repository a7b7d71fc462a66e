// SPDX-License-Identifier: Apache-2.0
#include "tapmask/jobs/requests.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"
#include "tapmask/jobs/bounds.h"

namespace tapmask {
namespace {

using Json = nlohmann::json;

constexpr int kMostDepth = 16;

[[noreturn]] void Refuse(std::string_view member, std::string_view what) {
  throw Error(Code::kInvalidArgument, fmt::format("\"{}\" {}.", member, what));
}

// At most 64 bytes of a name that the user made up, and whole characters of them.
std::string Shortened(std::string_view name) {
  if (name.size() <= 64) return std::string(name);
  size_t end = 64;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
  return std::string(name.substr(0, end)) + "...";
}

Json Parse(const std::string& text) {
  std::vector<std::set<std::string>> members;  // So far, of the objects around.
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kMostDepth)
      throw Error(Code::kInvalidArgument, "The request is nested too deeply.");
    if (event == Json::parse_event_t::object_start) members.emplace_back();
    if (event == Json::parse_event_t::object_end) members.pop_back();
    if (event == Json::parse_event_t::key &&
        !members.back().insert(parsed.get<std::string>()).second) {
      Refuse(Shortened(parsed.get<std::string>()), "is given twice");
    }
    return true;
  };
  Json json = Json::parse(text, watch, false);
  if (!json.is_object()) throw Error(Code::kInvalidArgument, "The request must be a JSON object.");
  return json;
}

// Takes the members of an object one by one; what is left in the end is unknown.
class Members {
 public:
  Members(const Json& json, std::string path) : path_(std::move(path)) {
    if (!json.is_object()) Refuse(path_, "must be an object");
    json_ = json;
  }

  std::string Name(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  }
  std::optional<Json> Take(const std::string& key) {
    const auto found = json_.find(key);
    if (found == json_.end()) return std::nullopt;
    Json value = std::move(*found);
    json_.erase(found);
    if (value.is_null()) Refuse(Name(key), "must not be null; leave it out");
    return value;
  }
  Json Need(const std::string& key) {
    std::optional<Json> value = Take(key);
    if (!value) Refuse(Name(key), "is missing");
    return *value;
  }
  std::optional<double> Number(const std::string& key, double least, double most) {
    const std::optional<Json> value = Take(key);
    if (!value) return std::nullopt;
    if (!value->is_number()) Refuse(Name(key), "must be a number");
    const double number = value->get<double>();
    if (!(number >= least && number <= most)) {
      Refuse(Name(key), fmt::format("must be between {} and {}", least, most));
    }
    return number;
  }
  double NeedNumber(const std::string& key, double least, double most) {
    const std::optional<double> number = Number(key, least, most);
    if (!number) Refuse(Name(key), "is missing");
    return *number;
  }
  std::optional<int64_t> Whole(const std::string& key, int64_t least, int64_t most) {
    const auto number = Number(key, static_cast<double>(least), static_cast<double>(most));
    if (!number) return std::nullopt;
    if (*number != std::floor(*number)) Refuse(Name(key), "must be a whole number");
    return static_cast<int64_t>(*number);
  }
  bool Bool(const std::string& key, bool otherwise) {
    const std::optional<Json> value = Take(key);
    if (!value) return otherwise;
    if (!value->is_boolean()) Refuse(Name(key), "must be true or false");
    return value->get<bool>();
  }
  std::string OneOf(const std::string& key, std::initializer_list<std::string_view> words,
                    std::optional<std::string> otherwise) {
    const std::optional<Json> value = Take(key);
    if (!value && otherwise) return *otherwise;
    if (!value) Refuse(Name(key), "is missing");
    const bool is_word = value->is_string() && std::find(words.begin(), words.end(),
                                                         value->get<std::string>()) != words.end();
    if (!is_word) Refuse(Name(key), fmt::format("must be one of {}", fmt::join(words, ", ")));
    return value->get<std::string>();
  }
  std::string Engine(const std::string& key, const std::string& otherwise) {
    const std::optional<Json> value = Take(key);
    if (!value) return otherwise;
    const std::string name = value->is_string() ? value->get<std::string>() : std::string();
    if (name.empty() || name.size() > 64 || name.find_first_not_of(kNameCharacters) != name.npos) {
      Refuse(Name(key), "must be a name of 1 to 64 letters, digits, dots, dashes and underscores");
    }
    return name;
  }
  void NoMore() const {
    if (!json_.empty()) Refuse(Name(Shortened(json_.begin().key())), "is not known here");
  }

 private:
  const std::string path_;
  Json json_;
};

constexpr double kFarthest = 65'536;  // In pixels.
constexpr double kMostSeconds = 1e6;

// The one frame that something is about.
struct Moment {
  std::optional<int64_t> frame;
  std::optional<double> seconds;
};

Moment MomentFrom(Members& members) {
  Moment moment;
  moment.frame = members.Whole("frameNumber", 0, kMostFrames);
  moment.seconds = members.Number("timeSec", 0, kMostSeconds);
  return moment;
}

void Need(const Moment& moment, const Members& members) {
  if (!moment.frame && !moment.seconds) Refuse(members.Name("frameNumber"), "is missing");
}

// `around`: what the point need not say; null: it must.
Point PointFrom(const Json& json, const std::string& path, const Moment* around) {
  Members members(json, path);
  Point point;
  point.in_shown.x = members.NeedNumber("x", 0, kFarthest);
  point.in_shown.y = members.NeedNumber("y", 0, kFarthest);
  Moment moment = MomentFrom(members);
  if (around) {
    const bool is_other = (moment.frame && moment.frame != around->frame) ||
                          (moment.seconds && moment.seconds != around->seconds);
    if (is_other) Refuse("points", "must all be of the frame that the request names");
    moment = *around;
  }
  Need(moment, members);
  point.frame = moment.frame.value_or(0);
  point.seconds = moment.seconds;
  point.is_object = members.Whole("label", 0, 1).value_or(1) == 1;
  point.object = static_cast<int>(members.Whole("object", 1, kMostObjects).value_or(1));
  point.scale = CandidateScaleFrom(members.OneOf("scale", {"part", "object", "group"}, ""));
  members.NoMore();
  return point;
}

Json ToJsonValue(const Point& point) {
  Json json{{"x", point.in_shown.x},
            {"y", point.in_shown.y},
            {"frameNumber", point.frame},
            {"label", point.is_object ? 1 : 0},
            {"object", point.object}};
  if (point.seconds) json["timeSec"] = *point.seconds;
  if (point.scale) json["scale"] = CandidateScaleName(*point.scale);
  return json;
}

GivenBox BoxFrom(const Json& json, const std::string& path) {
  Members members(json, path);
  GivenBox box;
  const auto pixels = [&](const char* key, int64_t least) {
    const auto value = members.Whole(key, least, static_cast<int64_t>(kFarthest));
    if (!value) Refuse(members.Name(key), "is missing");
    return static_cast<int>(*value);
  };
  box.in_shown = {pixels("x", 0), pixels("y", 0), pixels("width", 1), pixels("height", 1)};
  const auto frame = members.Whole("frameNumber", 0, kMostFrames);
  if (!frame) Refuse(members.Name("frameNumber"), "is missing");
  box.frame = *frame;
  box.object = static_cast<int>(members.Whole("object", 1, kMostObjects).value_or(1));
  members.NoMore();
  return box;
}

Json ToJsonValue(const GivenBox& box) {
  return {{"x", box.in_shown.x},         {"y", box.in_shown.y},
          {"width", box.in_shown.width}, {"height", box.in_shown.height},
          {"frameNumber", box.frame},    {"object", box.object}};
}

template <class Thing, class From>
std::vector<Thing> List(Members& members, const char* key, int most, const From& from) {
  std::vector<Thing> list;
  const std::optional<Json> json = members.Take(key);
  if (!json) return list;
  if (!json->is_array() || json->size() > static_cast<size_t>(most)) {
    Refuse(members.Name(key), fmt::format("must be a list of at most {}", most));
  }
  for (size_t i = 0; i < json->size(); ++i) {
    list.push_back(from((*json)[i], fmt::format("{}[{}]", key, i)));
  }
  return list;
}

// A point that says "not this" needs something to be taken away from.
void CheckEveryObjectIsPointedAt(const Prompts& prompts) {
  std::set<int> shown;
  for (const GivenBox& box : prompts.boxes) shown.insert(box.object);
  for (const Point& point : prompts.points) {
    if (point.is_object) shown.insert(point.object);
  }
  for (const Point& point : prompts.points) {
    if (!shown.contains(point.object)) {
      Refuse("points", fmt::format("must have one that lies on object {}", point.object));
    }
  }
}

void CheckOneBoxAFrame(const std::vector<GivenBox>& boxes) {
  std::set<std::pair<int, int64_t>> seen;
  for (const GivenBox& box : boxes) {
    if (!seen.emplace(box.object, box.frame).second) {
      Refuse("boxes", fmt::format("has two of object {} in frame {}", box.object, box.frame));
    }
  }
}

template <class Thing>
Json ListJson(const std::vector<Thing>& list) {
  Json json = Json::array();
  for (const Thing& thing : list) json.push_back(ToJsonValue(thing));
  return json;
}

}  // namespace

std::string ToJson(const PreviewRequest& request) {
  Json points = Json::array();
  for (const Point& point : request.points) {
    points.push_back({{"x", point.in_shown.x},
                      {"y", point.in_shown.y},
                      {"label", point.is_object ? 1 : 0},
                      {"object", point.object}});
    if (point.scale) points.back()["scale"] = CandidateScaleName(*point.scale);
  }
  Json json{{"frameNumber", request.frame}, {"points", std::move(points)}};
  if (request.seconds) json["timeSec"] = *request.seconds;
  return json.dump();
}

PreviewRequest PreviewRequestFromJson(const std::string& json) {
  Members members(Parse(json), "");
  const Moment moment = MomentFrom(members);
  Need(moment, members);
  PreviewRequest request;
  request.frame = moment.frame.value_or(0);
  request.seconds = moment.seconds;
  request.points = List<Point>(
      members, "points", kMostPrompts,
      [&](const Json& point, const std::string& path) { return PointFrom(point, path, &moment); });
  members.NoMore();
  if (request.points.empty()) Refuse("points", "must have at least one point");
  CheckEveryObjectIsPointedAt({request.points, {}, {}});
  return request;
}

std::string ToJson(const MaskRequest& request) {
  Json json{{"points", ListJson(request.prompts.points)},
            {"boxes", ListJson(request.prompts.boxes)},
            {"mode", request.mode},
            {"style", request.style},
            {"onLost", request.on_lost},
            {"invert", request.invert},
            {"shadow", request.shadow},
            {"audio", request.audio},
            {"codec", request.codec},
            {"engine", request.engine},
            {"keepMetadata", request.keep_metadata}};
  if (request.grow_px) json["growPx"] = *request.grow_px;
  if (request.from_seconds) json["fromSec"] = *request.from_seconds;
  if (request.to_seconds) json["toSec"] = *request.to_seconds;
  if (request.corrects) json["corrects"] = request.corrects->text();
  return json.dump();
}

MaskRequest MaskRequestFromJson(const std::string& json) {
  Members members(Parse(json), "");
  MaskRequest request;
  request.prompts.points = List<Point>(
      members, "points", kMostPrompts + 1,
      [](const Json& point, const std::string& path) { return PointFrom(point, path, nullptr); });
  request.prompts.boxes = List<GivenBox>(members, "boxes", kMostPrompts, BoxFrom);
  request.mode = members.OneOf("mode", {"privacy_blur", "magic_eraser"}, std::nullopt);
  request.style =
      members.OneOf("style", {"secure", "gaussian", "pixelate", "solid"}, request.style);
  if (const auto grow = members.Whole("growPx", 1, 1'000))
    request.grow_px = static_cast<int>(*grow);
  request.on_lost = members.OneOf("onLost", {"cover", "frame", "clear"}, request.on_lost);
  request.invert = members.Bool("invert", false);
  request.shadow = members.Bool("shadow", false);
  request.from_seconds = members.Number("fromSec", 0, kMostSeconds);
  request.to_seconds = members.Number("toSec", 0, kMostSeconds);
  request.audio = members.OneOf("audio", {"keep", "mute", "drop"}, request.audio);
  request.codec = members.OneOf("codec", {"auto", "h264", "hevc", "lossless"}, request.codec);
  request.engine = members.Engine("engine", request.engine);
  request.keep_metadata = members.Bool("keepMetadata", false);
  if (const auto corrects = members.Take("corrects")) {
    if (corrects->is_string()) request.corrects = JobId::Parse(corrects->get<std::string>());
    if (!request.corrects) Refuse("corrects", "must be the id of a job");
  }
  members.NoMore();
  if (request.prompts.Empty()) Refuse("points", "must have at least one point, or \"boxes\" a box");
  // What a correction is taken away from may be in the masks that it corrects.
  if (!request.corrects) CheckEveryObjectIsPointedAt(request.prompts);
  CheckOneBoxAFrame(request.prompts.boxes);
  if (request.from_seconds && request.to_seconds && *request.from_seconds >= *request.to_seconds) {
    Refuse("toSec", "must be later than \"fromSec\"");
  }
  if (request.invert && request.shadow) Refuse("shadow", "and \"invert\" do not go together");
  return request;
}

}  // namespace tapmask
