// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/demuxer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "tapmask/media/container.h"
#include "tapmask/media/format_input.h"
#include "tapmask/media/picture_pattern.h"
#include "tapmask/media/pixel_format.h"

namespace tapmask {
namespace {

constexpr std::array kVideoCodecs{AV_CODEC_ID_H264,  AV_CODEC_ID_HEVC,  AV_CODEC_ID_VP8,
                                  AV_CODEC_ID_VP9,   AV_CODEC_ID_AV1,   AV_CODEC_ID_MPEG4,
                                  AV_CODEC_ID_MJPEG, AV_CODEC_ID_PRORES};
// What the lossless output is made of can be read again.
constexpr std::array kLosslessCodecs{AV_CODEC_ID_FFV1};
constexpr std::array kPictureCodecs{AV_CODEC_ID_PNG, AV_CODEC_ID_MJPEG, AV_CODEC_ID_BMP,
                                    AV_CODEC_ID_TIFF, AV_CODEC_ID_WEBP};

template <class List>
bool Contains(const List& list, AVCodecID id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

std::string Language(const AVStream& stream) {
  const AVDictionaryEntry* entry = av_dict_get(stream.metadata, "language", nullptr, 0);
  return entry && std::strcmp(entry->value, "und") != 0 ? entry->value : "";
}

std::string CodecText(const AVCodecParameters& par) {
  if (par.codec_id != AV_CODEC_ID_NONE && par.codec_id != AV_CODEC_ID_BIN_DATA) {
    return avcodec_get_name(par.codec_id);
  }
  char tag[AV_FOURCC_MAX_STRING_SIZE] = {};
  return av_fourcc_make_string(tag, par.codec_tag);
}

ffmpeg::InputPtr OpenFile(InputFile file, const std::string& demuxer, const ReadOptions& options) {
  ffmpeg::Dictionary dict;
  dict.Set("protocol_whitelist", "none");
  dict.Set("probesize", "5000000");
  dict.Set("analyzeduration", "5000000");
  dict.Set("max_streams", std::to_string(options.limits.max_streams + 64));
  if (demuxer == "mov") {
    dict.Set("enable_drefs", "0");
    dict.Set("use_absolute_path", "0");
  }
  return OpenFormat(std::move(file), demuxer, dict,
                    "The file is damaged or cut off before its index, so no video in it can be "
                    "read; copy it again from its source.");
}

ffmpeg::InputPtr OpenPictures(const PicturePattern& pattern, const PicturePattern::Span& span,
                              Rational rate) {
  std::string escaped;  // A percent sign in a folder's name is not a number.
  for (const char c : pattern.folder.string()) escaped += c == '%' ? "%%" : std::string(1, c);
  const std::string number = pattern.digits > 0 ? fmt::format("%0{}d", pattern.digits) : "%d";
  const std::string name =
      (escaped.empty() ? "" : escaped + "/") + pattern.before + number + pattern.after;
  ffmpeg::Dictionary dict;
  dict.Set("pattern_type", "sequence");
  dict.Set("start_number", std::to_string(span.first));
  dict.Set("framerate", fmt::format("{}/{}", rate.num, rate.den));
  dict.Set("protocol_whitelist", "file");
  AVFormatContext* raw = nullptr;
  const int result =
      avformat_open_input(&raw, name.c_str(), av_find_input_format("image2"), dict.Address());
  ffmpeg::Check(result, Code::kUnsupportedMedia,
                "The pictures cannot be read; check that " + pattern.Path(span.first).string() +
                    " is a picture.");
  return ffmpeg::InputPtr(raw);
}

OtherStream::Kind KindOf(const AVStream& stream) {
  const AVCodecParameters& par = *stream.codecpar;
  if (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) return OtherStream::Kind::kCoverArt;
  switch (par.codec_type) {
    case AVMEDIA_TYPE_VIDEO: return OtherStream::Kind::kVideo;
    case AVMEDIA_TYPE_ATTACHMENT: return OtherStream::Kind::kAttachment;
    case AVMEDIA_TYPE_SUBTITLE: {
      const AVCodecDescriptor* d = avcodec_descriptor_get(par.codec_id);
      const bool text = d && (d->props & AV_CODEC_PROP_TEXT_SUB);
      return text ? OtherStream::Kind::kTextSubtitle : OtherStream::Kind::kBitmapSubtitle;
    }
    default: return OtherStream::Kind::kData;
  }
}

// Frames in the index that are meant to be shown; 0 when the container has no index.
int64_t IndexedFrames(AVStream& stream, const std::string& container) {
  if (container == "matroska") return 0;  // Its index holds key frames only.
  int64_t frames = 0;
  for (int i = 0; i < avformat_index_get_entries_count(&stream); ++i) {
    const AVIndexEntry* entry = avformat_index_get_entry(&stream, i);
    frames += (entry->flags & AVINDEX_DISCARD_FRAME) == 0;
  }
  return frames;
}

Orientation ReadOrientation(const AVStream& stream) {
  size_t size = 0;
  const auto* m = reinterpret_cast<const int32_t*>(
      compat::StreamSideData(stream, AV_PKT_DATA_DISPLAYMATRIX, &size));
  Orientation out;
  if (!m || size < 9 * sizeof(int32_t)) return out;
  // A picture's x axis is shown along (m[0], m[1]), its y axis along (m[3], m[4]).
  double ax = m[0], ay = m[1];
  const double determinant = ax * m[4] - ay * m[3];
  if (determinant == 0) return out;  // Shows nothing; players ignore such a matrix.
  out.mirrored = determinant < 0;
  if (out.mirrored) ax = -ax, ay = -ay;
  constexpr double kDegrees = 180 / 3.14159265358979323846;
  const double degrees = std::atan2(ay, ax) * kDegrees;
  out.clockwise_degrees = std::fmod(degrees + 360, 360);
  return out;
}

void ReadLight(const AVStream& stream, VideoInfo& info) {
  size_t size = 0;
  if (const auto* data =
          compat::StreamSideData(stream, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, &size)) {
    info.mastering_display = ReadMasteringDisplay(data);
  }
  if (const auto* data = compat::StreamSideData(stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, &size)) {
    const auto* light = reinterpret_cast<const AVContentLightMetadata*>(data);
    info.content_light = ContentLight{light->MaxCLL, light->MaxFALL};
  }
  info.has_dolby_vision = compat::StreamSideData(stream, AV_PKT_DATA_DOVI_CONF, &size) != nullptr;
  info.has_spherical = compat::StreamSideData(stream, AV_PKT_DATA_SPHERICAL, &size) != nullptr;
}

int ChooseVideoStream(AVFormatContext& format, const ReadOptions& options) {
  if (options.video_stream) {
    const int wanted = *options.video_stream;
    const bool fits = wanted >= 0 && wanted < static_cast<int>(format.nb_streams) &&
                      format.streams[wanted]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
                      !(format.streams[wanted]->disposition & AV_DISPOSITION_ATTACHED_PIC);
    if (!fits) {
      throw Error(Code::kInvalidArgument,
                  fmt::format("Stream {} is not a video stream of this file; `tapmask probe` lists "
                              "them.",
                              wanted));
    }
    return wanted;
  }
  const int best = av_find_best_stream(&format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (best < 0 || (format.streams[best]->disposition & AV_DISPOSITION_ATTACHED_PIC)) {
    throw Error(Code::kUnsupportedMedia, "There is no video in this file, only sound or data.");
  }
  return best;
}

void CheckLimits(const VideoInfo& info, size_t streams, const Limits& limits) {
  const auto too_large = [](std::string text) { throw Error(Code::kTooLarge, std::move(text)); };
  const int long_side = std::max(info.geometry.coded.width, info.geometry.coded.height);
  const int short_side = std::min(info.geometry.coded.width, info.geometry.coded.height);
  if (long_side > limits.max_long_side_px || short_side > limits.max_short_side_px) {
    too_large(fmt::format("The picture is {}x{}, over the limit of {}x{}; scale it down first.",
                          info.geometry.coded.width, info.geometry.coded.height,
                          limits.max_long_side_px, limits.max_short_side_px));
  }
  if (info.duration_seconds > limits.max_duration_seconds) {
    too_large(fmt::format("The video is {:.0f} s long, over the limit of {:.0f} s; cut it first.",
                          info.duration_seconds, limits.max_duration_seconds));
  }
  const double estimate = info.duration_seconds * info.frame_rate.AsDouble();
  const int64_t frames = info.frames > 0 ? info.frames : static_cast<int64_t>(estimate);
  if (frames > limits.max_frames) {
    too_large(fmt::format("The video has {} frames, over the limit of {}; cut it first.", frames,
                          limits.max_frames));
  }
  if (static_cast<int64_t>(streams) > limits.max_streams) {
    too_large(
        fmt::format("The file has {} streams, over the limit of {}; export it with fewer "
                    "tracks.",
                    streams, limits.max_streams));
  }
  if (info.file_bytes > limits.max_file_bytes) {
    too_large(fmt::format("The file has {} bytes, over the limit of {}; cut it first.",
                          info.file_bytes, limits.max_file_bytes));
  }
}

void ReadVideoStream(AVFormatContext& format, VideoInfo& info) {
  AVStream& stream = *format.streams[info.stream];
  const AVCodecParameters& par = *stream.codecpar;
  info.codec = avcodec_get_name(par.codec_id);
  const bool accepted = info.container == "pictures" ? Contains(kPictureCodecs, par.codec_id)
                                                     : Contains(kVideoCodecs, par.codec_id) ||
                                                           Contains(kLosslessCodecs, par.codec_id);
  if (!accepted) {
    throw Error(
        Code::kUnsupportedMedia,
        fmt::format("Video coded as {} is not accepted; convert it to H.264 first.", info.codec));
  }
  info.geometry.coded = {par.width, par.height};
  if (par.width <= 0 || par.height <= 0) {
    throw Error(Code::kUnsupportedMedia,
                "The size of the picture cannot be found; the file is damaged.");
  }
  const AVRational aspect = av_guess_sample_aspect_ratio(&format, &stream, nullptr);
  if (aspect.num > 0 && aspect.den > 0) info.geometry.coded_aspect = {aspect.num, aspect.den};
  info.orientation = ReadOrientation(stream);
  // WebM keeps transparency beside the pictures.
  const AVDictionaryEntry* alpha = av_dict_get(stream.metadata, "alpha_mode", nullptr, 0);
  info.has_alpha = alpha && std::strcmp(alpha->value, "1") == 0;
  ReadLight(stream, info);
  info.time_base = ffmpeg::FromAv(stream.time_base);
  AVRational rate = stream.avg_frame_rate;
  if (rate.num <= 0 || rate.den <= 0) rate = stream.r_frame_rate;
  if (rate.num > 0 && rate.den > 0) info.frame_rate = ffmpeg::FromAv(rate);
  if (stream.duration != AV_NOPTS_VALUE && stream.duration > 0) {
    info.duration_seconds = static_cast<double>(stream.duration) * info.time_base.AsDouble();
  } else if (format.duration != AV_NOPTS_VALUE && format.duration > 0) {
    info.duration_seconds = static_cast<double>(format.duration) / AV_TIME_BASE;
  }
}

void ReadOtherStreams(const AVFormatContext& format, VideoInfo& info) {
  for (int i = 0; i < static_cast<int>(format.nb_streams); ++i) {
    const AVStream& stream = *format.streams[i];
    const AVCodecParameters& par = *stream.codecpar;
    if (i == info.stream) continue;
    if (par.codec_type == AVMEDIA_TYPE_AUDIO) {
      info.audio.push_back(
          {i, CodecText(par), par.ch_layout.nb_channels, par.sample_rate, Language(stream)});
      continue;
    }
    OtherStream other{i, KindOf(stream), CodecText(par), Language(stream)};
    if (par.codec_type == AVMEDIA_TYPE_VIDEO) {
      other.detail = fmt::format("{}x{}", par.width, par.height);
    }
    info.others.push_back(std::move(other));
  }
  info.chapters = static_cast<int>(format.nb_chapters);
}

}  // namespace

std::optional<MasteringDisplay> ReadMasteringDisplay(const uint8_t* data) {
  const auto* m = reinterpret_cast<const AVMasteringDisplayMetadata*>(data);
  if (!m->has_primaries || !m->has_luminance) return std::nullopt;
  MasteringDisplay display;
  for (size_t i = 0; i < 3; ++i) {
    display.chromaticities[2 * i] = ffmpeg::FromAv(m->display_primaries[i][0]);
    display.chromaticities[2 * i + 1] = ffmpeg::FromAv(m->display_primaries[i][1]);
  }
  display.chromaticities[6] = ffmpeg::FromAv(m->white_point[0]);
  display.chromaticities[7] = ffmpeg::FromAv(m->white_point[1]);
  display.min_luminance = ffmpeg::FromAv(m->min_luminance);
  display.max_luminance = ffmpeg::FromAv(m->max_luminance);
  return display;
}

std::optional<int> Orientation::QuarterTurns() const {
  if (mirrored) return std::nullopt;
  const double turns = clockwise_degrees / 90;
  if (std::abs(turns - std::round(turns)) > 0.005) return std::nullopt;
  return static_cast<int>(std::round(turns)) % 4;
}

OpenedInput OpenInput(const InputName& input, const ReadOptions& options) {
  OpenedInput opened;
  VideoInfo& info = opened.info;
  if (const auto pattern = PatternOf(input)) {
    const PicturePattern::Span span = pattern->Find();
    opened.format = OpenPictures(*pattern, span, options.pictures_per_second);
    info.container = "pictures";
    info.frames = span.count;
  } else {
    InputFile file(input, "a video file");
    const ContainerInfo container = SniffContainer(file);
    info.container = ContainerName(container.container);
    info.file_format = container.format;
    info.file_bytes = container.file_bytes;
    info.cut_off = container.cut_off;
    opened.format = OpenFile(std::move(file), info.container, options);
  }
  AVFormatContext& format = *opened.format;
  // Sizes and limits first, as far as the headers tell them, since probing decodes frames.
  for (unsigned i = 0; i < format.nb_streams; ++i) {
    const AVCodecParameters& par = *format.streams[i]->codecpar;
    if (par.codec_type == AVMEDIA_TYPE_VIDEO && par.width > 0) {
      VideoInfo declared;
      declared.geometry.coded = {par.width, par.height};
      CheckLimits(declared, format.nb_streams, options.limits);
    }
  }
  ffmpeg::Check(avformat_find_stream_info(&format, nullptr), Code::kUnsupportedMedia,
                "No video in this file can be read; it is damaged.");
  info.stream = ChooseVideoStream(format, options);
  ReadVideoStream(format, info);
  if (info.container == "pictures") {
    info.time_base = {options.pictures_per_second.den, options.pictures_per_second.num};
    info.frame_rate = options.pictures_per_second;
    info.duration_seconds = static_cast<double>(info.frames) / info.frame_rate.AsDouble();
  } else {
    info.frames = IndexedFrames(*format.streams[info.stream], info.container);
  }
  if (format.start_time != AV_NOPTS_VALUE) {
    info.start_seconds = static_cast<double>(format.start_time) / AV_TIME_BASE;
  }
  ReadOtherStreams(format, info);
  CheckLimits(info, format.nb_streams, options.limits);
  return opened;
}

}  // namespace tapmask
