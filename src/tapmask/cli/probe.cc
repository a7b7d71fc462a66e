// SPDX-License-Identifier: Apache-2.0
#include "tapmask/cli/probe.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tapmask/cli/command.h"
#include "tapmask/cli/job_options.h"
#include "tapmask/cli/progress_printer.h"
#include "tapmask/media/video_reader.h"

namespace tapmask {
namespace {

constexpr int kTransferPq = 16;
constexpr int kTransferHlg = 18;

// A video over the limits is described as well, but one frame of it is decoded: what would not fit
// into memory is refused here too.
Limits LimitsOfProbing() {
  Limits limits;
  limits.max_long_side_px = 16384;
  limits.max_short_side_px = 16384;
  limits.max_duration_seconds = std::numeric_limits<double>::max();
  limits.max_frames = std::numeric_limits<int64_t>::max();
  limits.max_streams = 1000;
  return limits;
}

// The number of frames is exact when the file lists them, else computed from time and rate.
int64_t FramesOf(const VideoInfo& info) {
  if (info.frames > 0) return info.frames;
  const double estimate = info.duration_seconds * info.frame_rate.AsDouble();
  return estimate > 0 && estimate < 1e15 ? std::llround(estimate) : 0;
}

const char* RangeName(Range range) {
  switch (range) {
    case Range::kUnspecified: return "unspecified";
    case Range::kLimited: return "limited";
    case Range::kFull: return "full";
  }
  return "";
}

const char* FieldOrderName(FieldOrder order) {
  switch (order) {
    case FieldOrder::kProgressive: return "progressive";
    case FieldOrder::kTopFieldFirst: return "top_field_first";
    case FieldOrder::kBottomFieldFirst: return "bottom_field_first";
  }
  return "";
}

const char* KindName(OtherStream::Kind kind) {
  switch (kind) {
    case OtherStream::Kind::kVideo: return "video";
    case OtherStream::Kind::kCoverArt: return "cover_art";
    case OtherStream::Kind::kTextSubtitle: return "text_subtitle";
    case OtherStream::Kind::kBitmapSubtitle: return "bitmap_subtitle";
    case OtherStream::Kind::kData: return "data";
    case OtherStream::Kind::kAttachment: return "attachment";
  }
  return "";
}

const char* HdrName(const VideoInfo& info) {
  if (info.color.transfer == kTransferPq) return info.has_dolby_vision ? "dolby_vision" : "pq";
  if (info.color.transfer == kTransferHlg) return "hlg";
  return nullptr;
}

// A whole number stays one in JSON: 90, not 90.0.
nlohmann::ordered_json Degrees(double degrees) {
  if (degrees == std::round(degrees)) return std::llround(degrees);
  return degrees;
}

nlohmann::ordered_json Ratio(const Rational& ratio) {
  return {ratio.num, ratio.den};
}

}  // namespace

bool WithinLimits(const VideoInfo& info, const Limits& limits) {
  const Size size = info.geometry.coded;
  const auto streams = static_cast<int64_t>(1 + info.audio.size() + info.others.size());
  return std::max(size.width, size.height) <= limits.max_long_side_px &&
         std::min(size.width, size.height) <= limits.max_short_side_px &&
         info.duration_seconds <= limits.max_duration_seconds &&
         FramesOf(info) <= limits.max_frames && streams <= limits.max_streams &&
         info.file_bytes <= limits.max_file_bytes;
}

nlohmann::ordered_json ProbeJson(const VideoInfo& info) {
  using Json = nlohmann::ordered_json;
  const Size shown = info.geometry.ShownSize();
  const int64_t frames = FramesOf(info);
  Json json;
  json["width"] = shown.width;
  json["height"] = shown.height;
  json["frames"] = frames > 0 ? Json(frames) : Json();
  json["frames_exact"] = info.frames > 0;
  json["duration"] = info.duration_seconds > 0 ? Json(info.duration_seconds) : Json();
  json["fps"] = info.frame_rate.AsDouble();
  json["rotation"] = Degrees(info.orientation.clockwise_degrees);
  json["mirrored"] = info.orientation.mirrored;
  json["codec"] = info.codec;
  json["pixel_format"] = info.pixel_format;
  json["audio"] = Json::array();
  for (const AudioInfo& audio : info.audio) {
    json["audio"].push_back({{"stream", audio.stream},
                             {"codec", audio.codec},
                             {"channels", audio.channels},
                             {"sample_rate", audio.sample_rate},
                             {"language", audio.language}});
  }
  json["limits_ok"] = WithinLimits(info, Limits());
  json["truncated"] = info.cut_off;
  json["container"] = info.container;
  json["file_bytes"] = info.file_bytes;
  json["stream"] = info.stream;
  json["stored_width"] = info.geometry.coded.width;
  json["stored_height"] = info.geometry.coded.height;
  json["sample_aspect"] = Ratio(info.geometry.coded_aspect);
  json["frame_rate"] = Ratio(info.frame_rate);
  json["time_base"] = Ratio(info.time_base);
  json["bits"] = info.format.bits;
  json["alpha"] = info.has_alpha;
  json["field_order"] = FieldOrderName(info.field_order);
  json["color"] = {{"range", RangeName(info.color.range)},
                   {"primaries", info.color.primaries},
                   {"transfer", info.color.transfer},
                   {"matrix", info.color.matrix}};
  json["hdr"] = HdrName(info) ? Json(HdrName(info)) : Json();
  json["others"] = Json::array();
  for (const OtherStream& other : info.others) {
    json["others"].push_back({{"stream", other.stream},
                              {"kind", KindName(other.kind)},
                              {"codec", other.codec},
                              {"detail", other.detail}});
  }
  json["chapters"] = info.chapters;
  return json;
}

std::string ProbeText(const VideoInfo& info) {
  std::string text;
  const auto line = [&](std::string_view name, const std::string& value) {
    text += fmt::format("{:<10}{}\n", name, Printable(value));
  };
  const Size shown = info.geometry.ShownSize();
  const Size stored = info.geometry.coded;
  std::string size = fmt::format("{}x{} as shown", shown.width, shown.height);
  if (!(shown == stored)) size += fmt::format(", {}x{} as stored", stored.width, stored.height);
  if (info.orientation.clockwise_degrees != 0) {
    size += fmt::format(", turned {:g} degrees clockwise", info.orientation.clockwise_degrees);
  }
  if (info.orientation.mirrored) size += ", mirrored";
  line("Picture", size);

  const int64_t frames = FramesOf(info);
  std::string length = info.frames > 0 ? fmt::format("{} frames", frames)
                       : frames > 0    ? fmt::format("about {} frames", frames)
                                       : std::string("unknown number of frames");
  if (info.duration_seconds > 0) {
    length += fmt::format(", {:.3f} s", info.duration_seconds);
    if (info.duration_seconds > 60) {
      length += fmt::format(" ({})", ClockText(info.duration_seconds));
    }
  }
  line("Length", length + fmt::format(", {:.5g} frames/s", info.frame_rate.AsDouble()));

  std::string video = fmt::format("stream {}: {}, {}", info.stream, info.codec, info.pixel_format);
  if (info.field_order != FieldOrder::kProgressive) video += ", interlaced";
  if (const char* hdr = HdrName(info)) video += fmt::format(", HDR ({})", hdr);
  line("Video", video);
  for (const AudioInfo& audio : info.audio) {
    line("Sound", fmt::format("stream {}: {}, {} channel{}, {} Hz{}", audio.stream, audio.codec,
                              audio.channels, audio.channels == 1 ? "" : "s", audio.sample_rate,
                              audio.language.empty() ? "" : ", " + audio.language));
  }
  for (const OtherStream& other : info.others) {
    line("Also", fmt::format("stream {}: {} {} {}", other.stream, KindName(other.kind), other.codec,
                             other.detail));
  }
  if (info.chapters > 0) line("Chapters", std::to_string(info.chapters));
  line("File", fmt::format("{}, {} bytes{}", info.container, info.file_bytes,
                           info.cut_off ? ", cut off before its end" : ""));
  line("Limits", WithinLimits(info, Limits()) ? "within all limits"
                                              : "over a limit; tapmask refuses this video");
  return text;
}

Command AddProbe(CLI::App& program) {
  auto arguments = std::make_shared<JobArguments>();
  CLI::App* app = program.add_subcommand("probe", "Say what a video is");
  AddInputOptions(*app, *arguments);
  AddTalkOptions(*app, arguments->talk);
  return {app, [arguments](const Streams& streams) {
            CheckFiles(arguments->files);
            ReadOptions options = arguments->job.read;
            options.limits = LimitsOfProbing();
            const VideoInfo info = Probe(arguments->files.input, options);
            Answer(streams,
                   arguments->talk.json ? JsonText(ProbeJson(info)) + "\n" : ProbeText(info));
            return ExitCode::kDone;
          }};
}

}  // namespace tapmask
