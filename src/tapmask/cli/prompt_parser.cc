// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/prompt_parser.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "tapmask/cli/value_parser.h"
#include "tapmask/core/error.h"

namespace tapmask {
namespace {

constexpr int64_t kMostFrame = 999'999'999;
constexpr int64_t kMostObject = 1000;
constexpr double kMostPixel = 100'000;  // Far outside of every frame; keeps sums in an int.

[[noreturn]] void Refuse(const std::string& sentence) {
  throw Error(Code::kInvalidArgument, sentence);
}

[[noreturn]] void RefusePoint(std::string_view text) {
  Refuse(
      fmt::format("--point takes X,Y, then ,- for \"not this\", ,part or ,group to choose, "
                  "@FRAME and #OBJECT if needed, such as 640,360 or 640,360,-@12#2; not '{}'.",
                  text));
}

[[noreturn]] void RefuseBox(std::string_view text) {
  Refuse(
      fmt::format("--box takes X,Y,W,H@FRAME, then #OBJECT if needed, such as "
                  "100,80,64,64@12#2; not '{}'.",
                  text));
}

// Takes "<sign><digits>" off the end of `text`; nothing when it does not end so.
std::optional<std::string_view> TakeSuffix(std::string_view& text, char sign) {
  const size_t place = text.rfind(sign);
  if (place == std::string_view::npos || place + 1 == text.size()) return std::nullopt;
  const std::string_view digits = text.substr(place + 1);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  text = text.substr(0, place);
  return digits;
}

struct Suffixes {
  std::optional<int64_t> frame;
  int object = 1;
};

// Takes [@FRAME][#OBJECT] off the end of `text`.
Suffixes TakeSuffixes(std::string_view option, std::string_view& text) {
  Suffixes suffixes;
  if (const auto object = TakeSuffix(text, '#')) {
    suffixes.object = static_cast<int>(
        ParseInteger(fmt::format("#OBJECT of {}", option), *object, 1, kMostObject));
  }
  if (const auto frame = TakeSuffix(text, '@')) {
    suffixes.frame = ParseInteger(fmt::format("@FRAME of {}", option), *frame, 0, kMostFrame);
  }
  return suffixes;
}

// The numbers between the commas; nothing when one is no number or far outside of any frame.
std::optional<std::vector<double>> Coordinates(std::string_view text) {
  std::vector<double> numbers;
  for (;;) {
    const size_t comma = text.find(',');
    const std::optional<double> number = NumberFrom(text.substr(0, comma));
    if (!number || std::abs(*number) > kMostPixel) return std::nullopt;
    numbers.push_back(*number);
    if (comma == std::string_view::npos) return numbers;
    text.remove_prefix(comma + 1);
  }
}

void CheckEveryObjectIsPointedAt(const Prompts& prompts) {
  std::set<int> shown;
  for (const GivenBox& box : prompts.boxes) shown.insert(box.object);
  for (const GivenMask& mask : prompts.masks) shown.insert(mask.object);
  for (const Point& point : prompts.points) {
    if (point.is_object) shown.insert(point.object);
  }
  for (const Point& point : prompts.points) {
    if (!shown.contains(point.object)) {
      Refuse(fmt::format("Object {} has only points that say what it is not; add a --point on it.",
                         point.object));
    }
  }
}

// `what` is "mask" or "box".
void CheckOnce(std::set<std::pair<int, int64_t>>& seen, std::string_view what, int object,
               int64_t frame) {
  if (!seen.emplace(object, frame).second) {
    Refuse(fmt::format("Object {} has two --{} in frame {}; give one.", object, what, frame));
  }
}

}  // namespace

Point ParsePoint(std::string_view text, std::optional<int64_t> default_frame,
                 std::optional<double> default_seconds) {
  std::string_view rest = text;
  const Suffixes suffixes = TakeSuffixes("--point", rest);
  Point point;
  point.object = suffixes.object;
  if (suffixes.frame) {
    point.frame = *suffixes.frame;
  } else {
    point.frame = default_frame.value_or(0);
    point.seconds = default_seconds;
  }
  if (const size_t comma = rest.rfind(','); comma != std::string_view::npos) {
    point.scale = CandidateScaleFrom(rest.substr(comma + 1));
    if (point.scale) rest = rest.substr(0, comma);
  }
  if (rest.ends_with(",-")) {
    point.is_object = false;
    rest.remove_suffix(2);
  }
  const auto numbers = Coordinates(rest);
  if (!numbers || numbers->size() != 2) RefusePoint(text);
  point.in_shown = {(*numbers)[0], (*numbers)[1]};
  if (point.in_shown.x < 0 || point.in_shown.y < 0) {
    Refuse(fmt::format("--point {} is outside the frame; 0,0 is its top left corner.", text));
  }
  return point;
}

GivenBox ParseBox(std::string_view text) {
  std::string_view rest = text;
  const Suffixes suffixes = TakeSuffixes("--box", rest);
  const auto numbers = Coordinates(rest);
  if (!suffixes.frame || !numbers || numbers->size() != 4) RefuseBox(text);
  const double x = (*numbers)[0];
  const double y = (*numbers)[1];
  const double width = (*numbers)[2];
  const double height = (*numbers)[3];
  if (width <= 0 || height <= 0) {
    Refuse(fmt::format("--box {} is empty; its width and height must be above 0.", text));
  }
  GivenBox box;
  box.frame = *suffixes.frame;
  box.object = suffixes.object;
  box.in_shown.x = static_cast<int>(std::floor(x));
  box.in_shown.y = static_cast<int>(std::floor(y));
  box.in_shown.width = static_cast<int>(std::ceil(x + width)) - box.in_shown.x;
  box.in_shown.height = static_cast<int>(std::ceil(y + height)) - box.in_shown.y;
  return box;
}

MaskPlace ParseMaskPlace(std::string_view text) {
  std::string_view rest = text;
  const Suffixes suffixes = TakeSuffixes("--mask", rest);
  if (rest.empty()) {
    Refuse(
        fmt::format("--mask takes a picture file, then @FRAME and #OBJECT if needed, such as "
                    "mask.png@12#2; not '{}'.",
                    text));
  }
  return {rest, suffixes.frame, suffixes.object};
}

Prompts MakePrompts(const PromptOptions& options, const MaskLoader& load) {
  if (options.frame && options.seconds) {
    Refuse("--frame and --time both say when; give one of them.");
  }
  Prompts prompts;
  for (const std::string& text : options.points) {
    prompts.points.push_back(ParsePoint(text, options.frame, options.seconds));
  }
  std::set<std::pair<int, int64_t>> seen;
  for (const std::string& text : options.boxes) {
    prompts.boxes.push_back(ParseBox(text));
    CheckOnce(seen, "box", prompts.boxes.back().object, prompts.boxes.back().frame);
  }
  seen.clear();
  for (const std::string& text : options.masks) {
    const MaskPlace place = ParseMaskPlace(text);
    if (!place.frame && options.seconds) {
      Refuse(
          fmt::format("--time is for points; say the frame of the mask: --mask {}@FRAME.", text));
    }
    const int64_t frame = place.frame.value_or(options.frame.value_or(0));
    CheckOnce(seen, "mask", place.object, frame);
    prompts.masks.push_back({load(place.file), frame, place.object});
  }
  if (prompts.Empty()) {
    Refuse("Nothing says what is meant; point at it with --point X,Y (or give --mask or --box).");
  }
  if (!options.corrects) CheckEveryObjectIsPointedAt(prompts);
  return prompts;
}

}  // namespace tapmask
