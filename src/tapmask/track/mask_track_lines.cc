// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/mask_track_lines.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"
#include "tapmask/core/rle.h"

namespace tapmask {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;  // Keeps the keys in the order of the format's page.

constexpr std::string_view kFormat = "tapmask-masks";
constexpr int kVersion = 1;

// Far beyond what is made, and small enough that a file of a few bytes cannot ask for gigabytes.
constexpr int64_t kMaxSide = 16384;
constexpr int64_t kMaxPixels = int64_t{1} << 26;
constexpr int64_t kMaxFrames = 1'000'000'000;
constexpr int64_t kMaxInt = std::numeric_limits<int>::max();
constexpr int64_t kMinInt64 = std::numeric_limits<int64_t>::min();
constexpr int64_t kMaxInt64 = std::numeric_limits<int64_t>::max();
constexpr double kMaxCoordinate = 1e6;
constexpr int kMaxNesting = 8;
constexpr int64_t kMaxValuesInLine = 1'000'000;

// Writing.

OrderedJson JsonFrom(const Rational& r) {
  return OrderedJson::array({r.num, r.den});
}

std::string Line(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

// Reading: the fields of one object of one line. Every getter refuses the line when the field is
// not there or not what it has to be.
class Fields {
 public:
  Fields(const Json& object, int64_t line) : object_(object), line_(line) {
    if (!object.is_object()) Refuse("is not a JSON object");
  }

  [[noreturn]] void Refuse(std::string_view what) const { RefuseLine(line_, what); }

  bool Has(const char* key) const { return object_.contains(key); }

  const Json& At(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) Refuse(fmt::format("has no \"{}\"", key));
    return *found;
  }

  int64_t Integer(const char* key, int64_t low, int64_t high) const {
    return IntegerFrom(At(key), key, low, high);
  }

  int Int(const char* key, int64_t low, int64_t high) const {
    return static_cast<int>(Integer(key, low, high));
  }

  double Number(const char* key, double low, double high) const {
    const Json& value = At(key);
    const double number = value.is_number() ? value.get<double>() : std::nan("");
    if (!(number >= low && number <= high)) {
      Refuse(fmt::format("needs a number from {} to {} as \"{}\"", low, high, key));
    }
    return number;
  }

  bool Bool(const char* key) const {
    const Json& value = At(key);
    if (!value.is_boolean()) Refuse(fmt::format("needs true or false as \"{}\"", key));
    return value.get<bool>();
  }

  const std::string& Text(const char* key) const {
    const Json& value = At(key);
    if (!value.is_string()) Refuse(fmt::format("needs a text as \"{}\"", key));
    return value.get_ref<const std::string&>();
  }

  const Json& List(const char* key) const {
    const Json& value = At(key);
    if (!value.is_array()) Refuse(fmt::format("needs a list as \"{}\"", key));
    return value;
  }

  std::vector<int64_t> Integers(const char* key, size_t count, int64_t low, int64_t high) const {
    const Json& list = List(key);
    if (list.size() != count) Refuse(fmt::format("needs {} numbers as \"{}\"", count, key));
    std::vector<int64_t> values;
    for (const Json& value : list) values.push_back(IntegerFrom(value, key, low, high));
    return values;
  }

  Rational Ratio(const char* key) const {
    const std::vector<int64_t> parts = Integers(key, 2, 1, kMaxInt);
    return {parts[0], parts[1]};
  }

 private:
  // A whole number, also when it is written as 3.0, as some tools write boxes.
  int64_t IntegerFrom(const Json& value, const char* key, int64_t low, int64_t high) const {
    std::optional<int64_t> number;
    if (value.is_number_unsigned()) {
      const auto n = value.get<uint64_t>();
      if (n <= static_cast<uint64_t>(kMaxInt64)) number = static_cast<int64_t>(n);
    } else if (value.is_number_integer()) {
      number = value.get<int64_t>();
    } else if (value.is_number_float()) {
      const auto n = value.get<double>();
      if (std::abs(n) <= 9e15 && n == std::trunc(n)) number = static_cast<int64_t>(n);
    }
    if (!number || *number < low || *number > high) {
      Refuse(fmt::format("needs a whole number from {} to {} as \"{}\"", low, high, key));
    }
    return *number;
  }

  const Json& object_;
  const int64_t line_;
};

// A line of brackets or of tiny values would take many times its length in memory.
Json ParseJson(std::string_view text, int64_t line) {
  int64_t values = 0;
  const auto check = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kMaxNesting) RefuseLine(line, "is nested too deeply");
    if (++values > kMaxValuesInLine) RefuseLine(line, "holds too many values");
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), check);
  } catch (const Json::exception&) {
    RefuseLine(line, "is not valid JSON");
  }
}

std::vector<Point> ParsePoints(const Json& list, int object, int64_t line) {
  std::vector<Point> points;
  for (const Json& json : list) {
    const Fields fields(json, line);
    Point point;
    point.in_shown = {fields.Number("x", -kMaxCoordinate, kMaxCoordinate),
                      fields.Number("y", -kMaxCoordinate, kMaxCoordinate)};
    point.frame = fields.Integer("frame", 0, kMaxFrames);
    point.is_object = fields.Bool("is_object");
    point.object = object;
    if (fields.Has("scale")) {
      point.scale = CandidateScaleFrom(fields.Text("scale"));
      if (!point.scale) RefuseLine(line, "has a \"scale\" that is not part, object or group");
    }
    points.push_back(point);
  }
  return points;
}

bool IsObjectOf(const MaskTrackHeader& header, int id) {
  const auto at = std::lower_bound(
      header.objects.begin(), header.objects.end(), id,
      [](const MaskTrackHeader::Object& object, int wanted) { return object.id < wanted; });
  return at != header.objects.end() && at->id == id;
}

// The run lengths of a record, once they are known to be a mask of the header's size with the
// box that the record says: a wrong box would let a reader that plans with boxes miss the mask.
std::string ParseMask(const Fields& record, int64_t line, const MaskTrackHeader& header,
                      const Rect& box) {
  const Fields rle(record.At("rle"), line);
  const std::vector<int64_t> size = rle.Integers("size", 2, 0, kMaxInt);
  if (size[0] != header.height || size[1] != header.width) {
    record.Refuse(fmt::format("has a mask of {}x{}, but the file is for {}x{}", size[1], size[0],
                              header.width, header.height));
  }
  const std::string& counts = rle.Text("counts");
  Rect real_box;
  try {
    real_box = BoundingBoxOfRle(header.width, header.height, counts);
  } catch (const Error&) {
    record.Refuse("has run lengths that do not fit its size");
  }
  if (box != real_box) {
    record.Refuse(fmt::format("needs the mask's own box, [{},{},{},{}], as \"bbox\"", real_box.x,
                              real_box.y, real_box.width, real_box.height));
  }
  return counts;
}

}  // namespace

void RefuseLine(int64_t line, std::string_view what) {
  throw Error(Code::kInvalidArgument,
              fmt::format("Line {} of the mask file {}; write the file again.", line, what));
}

std::string HeaderLine(const MaskTrackHeader& header) {
  OrderedJson objects = OrderedJson::array();
  for (const MaskTrackHeader::Object& object : header.objects) {
    OrderedJson points = OrderedJson::array();
    for (const Point& point : object.points) {
      points.push_back({{"x", point.in_shown.x},
                        {"y", point.in_shown.y},
                        {"frame", point.frame},
                        {"is_object", point.is_object}});
      if (point.scale) points.back()["scale"] = CandidateScaleName(*point.scale);
    }
    objects.push_back({{"id", object.id}, {"points", std::move(points)}});
  }
  return Line({{"format", kFormat},
               {"version", kVersion},
               {"width", header.width},
               {"height", header.height},
               {"sample_aspect", JsonFrom(header.sample_aspect)},
               {"time_base", JsonFrom(header.time_base)},
               {"engine", header.engine},
               {"objects", std::move(objects)}});
}

std::string RecordLine(const MaskRecord& record) {
  const Rect box = record.mask.BoundingBox();
  return Line({{"object", record.object},
               {"frame", record.frame},
               {"pts", record.pts},
               {"state", TrackStateName(record.state)},
               {"confidence", record.confidence},
               {"bbox", OrderedJson::array({box.x, box.y, box.width, box.height})},
               {"rle",
                {{"size", OrderedJson::array({record.mask.height(), record.mask.width()})},
                 {"counts", EncodeRle(record.mask)}}}});
}

std::string EndLine(int64_t frames) {
  return Line({{"end", true}, {"frames", frames}});
}

MaskTrackHeader ParseHeaderLine(std::string_view text, int64_t line) {
  const Json json = ParseJson(text, line);
  const Fields fields(json, line);
  if (fields.Text("format") != kFormat) fields.Refuse("does not begin a TapMask mask track");
  if (fields.Integer("version", 0, kMaxInt64) != kVersion) {
    fields.Refuse(
        fmt::format("has a version other than {}, which this program does not know", kVersion));
  }
  MaskTrackHeader header;
  header.width = fields.Int("width", 1, kMaxSide);
  header.height = fields.Int("height", 1, kMaxSide);
  if (int64_t{1} * header.width * header.height > kMaxPixels) fields.Refuse("has too many pixels");
  header.sample_aspect = fields.Ratio("sample_aspect");
  header.time_base = fields.Ratio("time_base");
  header.engine = fields.Text("engine");
  for (const Json& object_json : fields.List("objects")) {
    const Fields object(object_json, line);
    const int id = object.Int("id", 1, kMaxInt);
    if (!header.objects.empty() && id <= header.objects.back().id) {
      fields.Refuse("does not list its objects by rising \"id\"");
    }
    header.objects.push_back({id, ParsePoints(object.List("points"), id, line)});
  }
  return header;
}

std::variant<ParsedRecord, ParsedEnd> ParseLine(std::string_view text, int64_t line,
                                                const MaskTrackHeader& header) {
  const Json json = ParseJson(text, line);
  const Fields fields(json, line);
  if (fields.Has("end")) {
    if (!fields.Bool("end")) fields.Refuse("needs true as \"end\"");
    return ParsedEnd{fields.Integer("frames", 0, kMaxFrames)};
  }

  ParsedRecord record;
  MaskTrackReader::Summary& summary = record.summary;
  summary.object = fields.Int("object", 1, kMaxInt);
  if (!IsObjectOf(header, summary.object)) {
    fields.Refuse("is of an object that the first line does not list");
  }
  summary.frame = fields.Integer("frame", 0, kMaxFrames);
  summary.pts = fields.Integer("pts", kMinInt64, kMaxInt64);
  const std::optional<TrackState> state = TrackStateFromName(fields.Text("state"));
  if (!state) fields.Refuse("needs tracked, held, lost, absent or given as \"state\"");
  summary.state = *state;
  summary.confidence = fields.Number("confidence", 0, 1);
  const std::vector<int64_t> box = fields.Integers("bbox", 4, 0, kMaxSide);
  summary.box = {static_cast<int>(box[0]), static_cast<int>(box[1]), static_cast<int>(box[2]),
                 static_cast<int>(box[3])};
  record.counts = ParseMask(fields, line, header, summary.box);
  if (summary.state == TrackState::kAbsent && !summary.box.Empty()) {
    fields.Refuse("says \"absent\" and has a mask all the same");
  }
  return record;
}

}  // namespace tapmask
