// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/decoder.h"

#include <fmt/format.h>

#include "tapmask/media/pixel_format.h"

namespace tapmask {
namespace {

ColorInfo ColorOf(const AVCodecParameters& par, const AVFrame& frame) {
  ColorInfo color;
  const auto range =
      frame.color_range != AVCOL_RANGE_UNSPECIFIED ? frame.color_range : par.color_range;
  color.range = IsFullRangeName(static_cast<AVPixelFormat>(frame.format)) ? Range::kFull
                : range == AVCOL_RANGE_JPEG                               ? Range::kFull
                : range == AVCOL_RANGE_MPEG                               ? Range::kLimited
                                                                          : Range::kUnspecified;
  const auto known = [](int from_frame, int from_stream) {
    return from_frame != 2 ? from_frame : from_stream;
  };
  color.primaries = known(frame.color_primaries, par.color_primaries);
  color.transfer = known(frame.color_trc, par.color_trc);
  color.matrix = known(frame.colorspace, par.color_space);
  color.chroma_location = frame.chroma_location != AVCHROMA_LOC_UNSPECIFIED ? frame.chroma_location
                                                                            : par.chroma_location;
  return color;
}

FieldOrder FieldOrderOf(const AVCodecParameters& par, const AVFrame& frame) {
  if (compat::IsInterlaced(frame)) {
    return compat::IsTopFieldFirst(frame) ? FieldOrder::kTopFieldFirst
                                          : FieldOrder::kBottomFieldFirst;
  }
  switch (par.field_order) {
    case AV_FIELD_TT:
    case AV_FIELD_TB: return FieldOrder::kTopFieldFirst;
    case AV_FIELD_BB:
    case AV_FIELD_BT: return FieldOrder::kBottomFieldFirst;
    default: return FieldOrder::kProgressive;
  }
}

// The filters that turn a picture upright.
std::string UprightChain(const Orientation& orientation, const Rational& aspect) {
  std::string chain = orientation.mirrored ? "hflip," : "";
  Orientation turned = orientation;
  turned.mirrored = false;
  if (const auto turns = turned.QuarterTurns()) {
    switch (*turns) {
      case 1: chain += "transpose=clock,"; break;
      case 2: chain += "hflip,vflip,"; break;
      case 3: chain += "transpose=cclock,"; break;
      default: break;
    }
    return chain;
  }
  if (!(aspect == Rational{1, 1})) chain += "scale=iw*sar:ih,setsar=1,";
  const double radians = turned.clockwise_degrees * 3.14159265358979323846 / 180;
  return chain + fmt::format(
                     "rotate={0:.9f}:ow='2*ceil(rotw({0:.9f})/2)':"
                     "oh='2*ceil(roth({0:.9f})/2)':c=black,",
                     radians);
}

// The same samples under the name without alpha and without "j"; a fourth plane is left behind.
void Relabel(AVFrame& frame) {
  if (const auto format = PlanarFormat(static_cast<AVPixelFormat>(frame.format))) {
    frame.format = AvFormat(*format);
  }
}

}  // namespace

Decoder::Decoder(const InputName& input, const ReadOptions& options)
    : options_(options), packet_(ffmpeg::NewPacket()) {
  OpenedInput opened = OpenInput(input, options);
  format_ = std::move(opened.format);
  info_ = std::move(opened.info);
  for (int i = 0; i < static_cast<int>(format_->nb_streams); ++i) {
    if (i != info_.stream) format_->streams[i]->discard = AVDISCARD_ALL;
  }
  const AVStream& stream = *format_->streams[info_.stream];
  const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
  if (!codec) {
    throw Error(Code::kUnsupportedMedia,
                "This FFmpeg cannot decode " + info_.codec + "; convert the video to H.264 first.");
  }
  codec_.reset(ffmpeg::CheckAllocated(avcodec_alloc_context3(codec)));
  ffmpeg::Check(avcodec_parameters_to_context(codec_.get(), stream.codecpar), Code::kInternal,
                "The decoder could not be set up.");
  codec_->pkt_timebase = stream.time_base;
  codec_->thread_count = options.threads;
  codec_->thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE;
  codec_->max_pixels = int64_t{options.limits.max_long_side_px} * options.limits.max_short_side_px;
  ffmpeg::Check(avcodec_open2(codec_.get(), codec, nullptr), Code::kUnsupportedMedia,
                "The video stream is damaged and cannot be decoded.");
}

ffmpeg::FramePtr Decoder::Decode() {
  constexpr int kMostErrorsAtEnd = 64;
  int errors_at_end = 0;
  ffmpeg::FramePtr frame = ffmpeg::NewFrame();
  while (true) {
    const int received = avcodec_receive_frame(codec_.get(), frame.get());
    if (received == 0) {
      if (frame->pts == AV_NOPTS_VALUE) frame->pts = frame->best_effort_timestamp;
      return frame;
    }
    if (received == AVERROR_EOF) return nullptr;
    if (received != AVERROR(EAGAIN)) {
      // What comes after a damaged packet may be whole, also at the end.
      ++damaged_packets_;
      if (draining_ && ++errors_at_end < kMostErrorsAtEnd) continue;
      if (draining_) return nullptr;
    }
    const int read = av_read_frame(format_.get(), packet_.get());
    if (read < 0) {
      // The decoder is drained at the end: the last frames count.
      read_failed_ = read_failed_ || (read != AVERROR_EOF);
      draining_ = true;
      avcodec_send_packet(codec_.get(), nullptr);
      continue;
    }
    if (packet_->stream_index == info_.stream) {
      if (packet_->flags & AV_PKT_FLAG_CORRUPT) ++damaged_packets_;
      const bool skips = packet_->pts != AV_NOPTS_VALUE && packet_->pts < skip_before_;
      codec_->skip_frame = skips ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
      if (avcodec_send_packet(codec_.get(), packet_.get()) < 0) ++damaged_packets_;
    }
    av_packet_unref(packet_.get());
  }
}

void Decoder::CompleteInfo(const AVFrame& first) {
  const AVCodecParameters& par = *format_->streams[info_.stream]->codecpar;
  const auto format = static_cast<AVPixelFormat>(first.format);
  info_.pixel_format = av_get_pix_fmt_name(format);
  info_.has_alpha = info_.has_alpha || HasAlpha(format);
  info_.color = ColorOf(par, first);
  info_.field_order = FieldOrderOf(par, first);
  info_.geometry.coded = {first.width, first.height};
  if (first.sample_aspect_ratio.num > 0 && par.sample_aspect_ratio.num <= 0) {
    info_.geometry.coded_aspect = ffmpeg::FromAv(first.sample_aspect_ratio);
  }
  if (const AVFrameSideData* side =
          av_frame_get_side_data(&first, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
      side && !info_.mastering_display) {
    info_.mastering_display = ReadMasteringDisplay(side->data);
  }
  if (const AVFrameSideData* side =
          av_frame_get_side_data(&first, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL);
      side && !info_.content_light) {
    const auto* light = reinterpret_cast<const AVContentLightMetadata*>(side->data);
    info_.content_light = ContentLight{light->MaxCLL, light->MaxFALL};
  }
}

void Decoder::BuildChain(const AVFrame& first) {
  const auto format = static_cast<AVPixelFormat>(first.format);
  chain_aspect_ = ffmpeg::ToAv(info_.geometry.coded_aspect);
  const AVPixelFormat planar = NearestPlanar(format);
  if (planar == AV_PIX_FMT_NONE) {
    throw Error(Code::kUnsupportedMedia,
                "Samples of the kind " + info_.pixel_format +
                    " are not accepted; convert the video to H.264 first.");
  }
  if (planar != format) chain_ += fmt::format("format={},", av_get_pix_fmt_name(planar));
  const auto turns = info_.orientation.QuarterTurns();
  if (!turns || (options_.bake_orientation && *turns != 0)) {
    chain_ += UprightChain(info_.orientation, info_.geometry.coded_aspect);
    info_.geometry.quarter_turns = 0;
  } else {
    info_.geometry.quarter_turns = *turns;
  }
  if (!chain_.empty()) chain_.pop_back();
}

void Decoder::NoteExtras(const AVFrame& frame) {
  for (int i = 0; i < frame.nb_side_data; ++i) {
    switch (frame.side_data[i]->type) {
      case AV_FRAME_DATA_A53_CC: extras_.captions = true; break;
      case AV_FRAME_DATA_DYNAMIC_HDR_PLUS: extras_.hdr10_plus = true; break;
      case AV_FRAME_DATA_SEI_UNREGISTERED: extras_.sei_user_data = true; break;
      case AV_FRAME_DATA_GOP_TIMECODE:
      case AV_FRAME_DATA_S12M_TIMECODE: extras_.timecode = true; break;
      default: break;
    }
  }
}

// A stream may change its size or format on the way; masks cannot, so such frames are scaled.
ffmpeg::FramePtr Decoder::ToFirstShape(ffmpeg::FramePtr frame) {
  if (frame->width == first_width_ && frame->height == first_height_ &&
      frame->format == first_format_) {
    return frame;
  }
  extras_.resized = true;
  const auto name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(first_format_));
  FrameFilter scale(fmt::format("scale={}:{},format={}", first_width_, first_height_, name), *frame,
                    codec_->pkt_timebase, {1, 1});
  scale.Push(*frame);
  scale.Finish();
  ffmpeg::FramePtr scaled = scale.Pull();
  if (!scaled) throw Error(Code::kInternal, "A frame of another size could not be scaled.");
  scaled->pts = frame->pts;
  return scaled;
}

ffmpeg::FramePtr Decoder::Next() {
  while (true) {
    if (filter_) {
      if (ffmpeg::FramePtr out = filter_->Pull()) return out;
      if (filter_finished_) return nullptr;
    }
    ffmpeg::FramePtr frame = Decode();
    if (!frame) {
      if (!filter_) return nullptr;
      filter_->Finish();
      filter_finished_ = true;
      continue;
    }
    if (!started_) {
      started_ = true;
      CompleteInfo(*frame);
      BuildChain(*frame);
      NoteExtras(*frame);
      Relabel(*frame);
      first_width_ = frame->width;
      first_height_ = frame->height;
      first_format_ = frame->format;
    } else {
      NoteExtras(*frame);
      Relabel(*frame);
    }
    frame = ToFirstShape(std::move(frame));
    if (chain_.empty()) {
      info_.format = *PlanarFormat(static_cast<AVPixelFormat>(frame->format));
      return frame;
    }
    if (!filter_) {
      filter_ = std::make_unique<FrameFilter>(chain_, *frame, codec_->pkt_timebase, chain_aspect_);
      filter_finished_ = false;
    }
    filter_->Push(*frame);
    if (ffmpeg::FramePtr out = filter_->Pull()) {
      info_.format = *PlanarFormat(static_cast<AVPixelFormat>(out->format));
      info_.geometry.coded = {out->width, out->height};
      const AVRational aspect = filter_->OutputSampleAspect();
      if (aspect.num > 0) info_.geometry.coded_aspect = ffmpeg::FromAv(aspect);
      return out;
    }
  }
}

bool Decoder::Seek(int64_t pts) {
  if (info_.container == "pictures") return false;
  if (av_seek_frame(format_.get(), info_.stream, pts, AVSEEK_FLAG_BACKWARD) < 0) return false;
  avcodec_flush_buffers(codec_.get());
  filter_.reset();
  draining_ = false;
  return true;
}

}  // namespace tapmask
