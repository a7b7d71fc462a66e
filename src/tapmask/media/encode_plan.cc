// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/encode_plan.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/media/picture_pattern.h"

namespace tapmask {
namespace {

using Model = PixelFormat::Model;

std::string ChromaName(const PixelFormat& format) {
  if (format.model == Model::kGray) return "grey";
  if (format.model == Model::kRgb) return "RGB";
  switch (format.chroma_shift_x * 10 + format.chroma_shift_y) {
    case 11: return "4:2:0";
    case 10: return "4:2:2";
    case 0: return "4:4:4";
    case 1: return "4:4:0";
    case 20: return "4:1:1";
    default: return "4:1:0";
  }
}

std::string YuvName(const PixelFormat& format) {
  const std::string chroma = format.chroma_shift_y ? "420" : format.chroma_shift_x ? "422" : "444";
  return "yuv" + chroma + "p" + (format.bits > 8 ? fmt::format("{}le", format.bits) : "");
}

bool IsCommonChroma(const PixelFormat& format) {
  const int shifts = format.chroma_shift_x * 10 + format.chroma_shift_y;
  return format.model == Model::kYuv && (shifts == 11 || shifts == 10 || shifts == 0);
}

// x265's master-display: chromaticities in 0.00002, luminance in 0.0001 cd/m2.
std::string HdrParameters(const VideoInfo& source) {
  std::string text;
  if (source.mastering_display) {
    const auto& m = *source.mastering_display;
    const auto c = [&](size_t i) { return std::lround(m.chromaticities[i].AsDouble() * 50000); };
    text += fmt::format(":hdr10=1:master-display=G({},{})B({},{})R({},{})WP({},{})L({},{})", c(2),
                        c(3), c(4), c(5), c(0), c(1), c(6), c(7),
                        std::lround(m.max_luminance.AsDouble() * 10000),
                        std::lround(m.min_luminance.AsDouble() * 10000));
  }
  if (source.content_light) {
    text += fmt::format(":hdr10=1:max-cll={},{}", source.content_light->max_content,
                        source.content_light->max_frame_average);
  }
  return text;
}

void UseX264(EncodePlan& plan, const WriteOptions& options, bool lossless) {
  plan.codec = "h264";
  plan.encoder = plan.format.model == Model::kRgb ? "libx264rgb" : "libx264";
  // x264's macroblock tree reads memory that it never set, so its choices depend on what lay there
  // before: equal input would not give equal bytes (docs/decisions/0006-equal-bytes.md).
  plan.options = {{"preset", options.preset}, {"a53cc", "0"}, {"mbtree", "0"}};
  plan.options.emplace_back(lossless ? "qp" : "crf",
                            lossless ? "0" : fmt::format("{:g}", options.crf));
}

void UseX265(EncodePlan& plan, const VideoInfo& source, const WriteOptions& options,
             bool lossless) {
  plan.codec = "hevc";
  plan.encoder = "libx265";
  plan.hvc1 = true;
  std::string parameters = "log-level=error:info=0:pools=4:frame-threads=2" + HdrParameters(source);
  if (lossless) parameters += ":lossless=1";
  plan.options = {{"preset", options.preset}, {"x265-params", parameters}};
  if (!lossless) plan.options.emplace_back("crf", fmt::format("{:g}", options.crf));
}

void PlanLossless(EncodePlan& plan, const VideoInfo& source, const WriteOptions& options,
                  OutputContainer container) {
  const PixelFormat& format = source.format;
  plan.format = format;
  const bool x264_depth = format.bits == 8 || format.bits == 10;
  if (format.model == Model::kGray && x264_depth) {
    UseX264(plan, options, true);
    plan.pixel_format = format.bits == 8 ? "gray" : "gray10le";
  } else if (format.model == Model::kRgb && format.bits == 8) {
    UseX264(plan, options, true);
    plan.pixel_format = "rgb24";
    plan.color.matrix = 0;  // H.273: the samples are RGB.
  } else if (IsCommonChroma(format) && x264_depth) {
    UseX264(plan, options, true);
    plan.pixel_format = YuvName(format);
  } else if (IsCommonChroma(format) && format.bits == 12) {
    UseX265(plan, source, options, true);
    plan.pixel_format = YuvName(format);
  } else if (container != OutputContainer::kMp4) {
    plan.codec = plan.encoder = "ffv1";
    plan.pixel_format = source.pixel_format;
    plan.options = {{"level", "3"}, {"slices", "4"}, {"g", "1"}};
  } else {
    throw Error(Code::kInvalidArgument,
                fmt::format("mp4 cannot hold {}-bit {} video without loss; write to a .mkv file "
                            "instead.",
                            format.bits, ChromaName(format)));
  }
}

void PlanLossy(EncodePlan& plan, const VideoInfo& source, const WriteOptions& options) {
  const PixelFormat& from = source.format;
  PixelFormat& to = plan.format;
  const bool deep = from.bits > 8;
  const bool hevc =
      options.codec == OutputCodec::kHevc || (options.codec == OutputCodec::kAuto && deep);
  to.model = Model::kYuv;
  to.bits = deep ? 10 : 8;
  const bool keep = options.keep_chroma && (IsCommonChroma(from) || from.model == Model::kRgb);
  to.chroma_shift_x = keep ? from.chroma_shift_x : 1;
  to.chroma_shift_y = keep ? from.chroma_shift_y : 1;
  if (from.model == Model::kRgb && keep) to.chroma_shift_x = to.chroma_shift_y = 0;
  // x265 codes fields only as frames of their own, which players do not expect.
  if (hevc && !plan.interlaced) {
    UseX265(plan, source, options, false);
  } else {
    UseX264(plan, options, false);
    if (hevc) {
      plan.changed.push_back(
          "The video is coded as H.264 instead of HEVC, because it is "
          "interlaced.");
    }
  }
  plan.pixel_format = YuvName(to);
  if (from.model == Model::kRgb) {
    plan.color = {Range::kLimited, 1, plan.color.transfer == 2 ? 1 : plan.color.transfer, 1, 0};
    plan.changed.push_back("The RGB picture was converted to YCbCr (BT.709, limited range).");
  } else if (from.model == Model::kYuv && (to.chroma_shift_x != from.chroma_shift_x ||
                                           to.chroma_shift_y != from.chroma_shift_y)) {
    plan.changed.push_back(fmt::format("The colour resolution was reduced from {} to 4:2:0{}.",
                                       ChromaName(from),
                                       IsCommonChroma(from) ? " (--keep-chroma keeps it)" : ""));
    plan.color.chroma_location = 0;
  }
  if (from.bits != to.bits) {
    plan.changed.push_back(
        fmt::format("The sample depth was changed from {} to {} bits.", from.bits, to.bits));
  }
}

// The output's times are counted in whole fractions of a second, fine enough for every source time.
void PlanTimeBase(EncodePlan& plan, const VideoInfo& source, OutputContainer container) {
  const int64_t divisor = std::max<int64_t>(1, source.time_base.num);
  plan.time_base = {1, source.time_base.den};
  plan.ticks_per_source_tick = divisor;
  if (container == OutputContainer::kMkv && 1000 % plan.time_base.den != 0) {
    plan.changed.push_back(
        "Times were rounded to the millisecond, since Matroska counts so; mp4 "
        "and mov keep them exactly.");
  }
}

}  // namespace

OutputContainer OutputContainerOf(const std::string& output) {
  if (PicturePattern::Parse(output)) return OutputContainer::kPictures;
  std::string suffix = std::filesystem::path(output).extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (suffix == ".mp4" || suffix == ".m4v") return OutputContainer::kMp4;
  if (suffix == ".mov") return OutputContainer::kMov;
  if (suffix == ".mkv") return OutputContainer::kMkv;
  throw Error(Code::kInvalidArgument,
              "The output's name must end in .mp4, .mov or .mkv, or be a picture pattern like "
              "out/%05d.png.");
}

EncodePlan PlanEncode(const VideoInfo& source, const WriteOptions& options,
                      OutputContainer container) {
  EncodePlan plan;
  plan.color = source.color;
  const bool fields = source.field_order != FieldOrder::kProgressive;
  plan.interlaced = fields && !options.deinterlace;
  if (container == OutputContainer::kPictures) {
    if (options.deinterlace) {
      plan.warnings.push_back(
          "Pictures are written as the frames are, so --deinterlace changes nothing.");
    }
    plan.codec = plan.encoder = "png";
    plan.format = {Model::kRgb, source.format.bits > 8 ? 16 : 8, 0, 0};
    plan.pixel_format = source.format.bits > 8 ? "rgb48be" : "rgb24";
    plan.size = source.geometry.coded;
    plan.time_base = source.time_base;
    return plan;
  }
  plan.deinterlace = options.deinterlace;
  plan.deinterlace_all = fields && options.deinterlace;
  if (plan.deinterlace_all) {
    plan.changed.push_back("Interlaced frames were made whole frames, one for one, as asked.");
  } else if (plan.deinterlace) {
    plan.warnings.push_back(
        "Neither the video nor its first frame is marked as interlaced, so --deinterlace changes "
        "only later frames that are.");
  }
  if (options.codec == OutputCodec::kLossless) {
    PlanLossless(plan, source, options, container);
  } else {
    PlanLossy(plan, source, options);
  }
  const Size from = source.geometry.coded;
  const int even_x = (1 << plan.format.chroma_shift_x) - 1;
  const int even_y = (1 << (plan.format.chroma_shift_y + (plan.interlaced ? 1 : 0))) - 1;
  const bool subsampled = plan.format.model == Model::kYuv && plan.codec != "ffv1";
  plan.size =
      subsampled ? Size{(from.width + even_x) & ~even_x, (from.height + even_y) & ~even_y} : from;
  if (plan.size != from) {
    plan.changed.push_back(fmt::format(
        "The picture was widened from {}x{} to {}x{} by repeating its edge, since its colour "
        "resolution asks for even sides.",
        from.width, from.height, plan.size.width, plan.size.height));
  }
  PlanTimeBase(plan, source, container);
  return plan;
}

}  // namespace tapmask
