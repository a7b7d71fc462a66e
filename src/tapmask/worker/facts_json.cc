// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/facts_json.h"

#include <array>
#include <cmath>
#include <cstdint>

#include "tapmask/core/error.h"
#include "tapmask/jobs/bounds.h"

namespace tapmask {
namespace {

constexpr std::array kFormats{"mp4", "mov", "avi", "webm", "mkv"};

bool IsPossible(const VideoFacts& facts) {
  bool is_known = false;
  for (const char* format : kFormats) is_known = is_known || facts.format == format;
  bool is_plain = !facts.codec.empty() && facts.codec.size() <= 64;
  for (const char c : facts.codec) is_plain = is_plain && c > ' ' && c < 0x7f;
  return is_known && is_plain && facts.width >= 1 && facts.width <= 65'536 && facts.height >= 1 &&
         facts.height <= 65'536 && facts.frames >= 1 && facts.frames <= kMostFrames &&
         std::isfinite(facts.duration_seconds) && facts.duration_seconds >= 0 &&
         facts.duration_seconds <= 1e6 && std::isfinite(facts.frame_rate) &&
         facts.frame_rate >= 0 && facts.frame_rate <= 1e6 && facts.rotation >= 0 &&
         facts.rotation < 360 && facts.rotation % 90 == 0;
}

// Values of other kinds, and those beyond what is taken, would come out as something else. -1: this
// is no such number, and no video has one.
int64_t Whole(const nlohmann::json& value) {
  if (!value.is_number_unsigned()) return -1;
  const auto number = value.get<uint64_t>();
  return number <= uint64_t{kMostFrames} ? static_cast<int64_t>(number) : -1;
}
double Number(const nlohmann::json& value) {
  return value.is_number() ? value.get<double>() : -1;
}

}  // namespace

nlohmann::json ToJson(const VideoFacts& facts) {
  return {{"format", facts.format},         {"duration_seconds", facts.duration_seconds},
          {"width", facts.width},           {"height", facts.height},
          {"frame_rate", facts.frame_rate}, {"frames", facts.frames},
          {"rotation", facts.rotation},     {"codec", facts.codec},
          {"has_audio", facts.has_audio}};
}

VideoFacts VideoFactsFromJson(const std::string& text) {
  VideoFacts facts;
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    json.at("format").get_to(facts.format);
    facts.duration_seconds = Number(json.at("duration_seconds"));
    facts.width = static_cast<int>(Whole(json.at("width")));
    facts.height = static_cast<int>(Whole(json.at("height")));
    facts.frame_rate = Number(json.at("frame_rate"));
    facts.frames = Whole(json.at("frames"));
    facts.rotation = static_cast<int>(Whole(json.at("rotation")));
    json.at("codec").get_to(facts.codec);
    json.at("has_audio").get_to(facts.has_audio);
  } catch (const nlohmann::json::exception& error) {
    throw Error(Code::kInternal, "The facts of a video are not of their form.", error.what());
  }
  if (!IsPossible(facts)) throw Error(Code::kInternal, "The facts of a video cannot be.");
  return facts;
}

}  // namespace tapmask
