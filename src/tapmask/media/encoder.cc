// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/encoder.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "tapmask/media/pixel_format.h"

namespace tapmask {
namespace {

using Model = PixelFormat::Model;

constexpr const char* kEncodingFailed = "The video could not be encoded.";

AVColorRange AvRange(Range range) {
  return range == Range::kFull      ? AVCOL_RANGE_JPEG
         : range == Range::kLimited ? AVCOL_RANGE_MPEG
                                    : AVCOL_RANGE_UNSPECIFIED;
}

// A copy of the planes that `to` has, with the last column and row repeated where it is larger.
// Grey becomes YCbCr with neutral colour.
Frame Fit(const Frame& frame, const PixelFormat& to, const Size& size) {
  Frame out = Frame::Allocate(to, size.width, size.height);
  const auto bytes = static_cast<size_t>(to.bytes_per_sample());
  for (int plane = 0; plane < to.planes(); ++plane) {
    const auto width = static_cast<size_t>(out.PlaneWidth(plane));
    if (plane >= frame.format().planes()) {
      for (int y = 0; y < out.PlaneHeight(plane); ++y) {
        if (bytes == 1) {
          std::fill_n(out.MutableRow<uint8_t>(plane, y), width, uint8_t{128});
        } else {
          std::fill_n(out.MutableRow<uint16_t>(plane, y), width,
                      static_cast<uint16_t>(1 << (to.bits - 1)));
        }
      }
      continue;
    }
    const auto have = static_cast<size_t>(frame.PlaneWidth(plane));
    for (int y = 0; y < out.PlaneHeight(plane); ++y) {
      const uint8_t* from = frame.Row<uint8_t>(plane, std::min(y, frame.PlaneHeight(plane) - 1));
      uint8_t* row = out.MutableRow<uint8_t>(plane, y);
      std::memcpy(row, from, std::min(have, width) * bytes);
      for (size_t x = have; x < width; ++x) {
        std::memcpy(row + x * bytes, from + (have - 1) * bytes, bytes);
      }
    }
  }
  return out;
}

}  // namespace

VideoEncoder::VideoEncoder(const EncodePlan& plan, const VideoInfo& source, bool global_header)
    : plan_(plan), source_aspect_(source.geometry.coded_aspect), packet_(ffmpeg::NewPacket()) {
  const AVCodec* codec = avcodec_find_encoder_by_name(plan.encoder.c_str());
  if (!codec) {
    throw Error(Code::kInternal, "This FFmpeg lacks the encoder " + plan.encoder +
                                     "; install FFmpeg with x264 and x265.");
  }
  codec_.reset(ffmpeg::CheckAllocated(avcodec_alloc_context3(codec)));
  AVCodecContext& c = *codec_;
  c.width = plan.size.width;
  c.height = plan.size.height;
  c.pix_fmt = av_get_pix_fmt(plan.pixel_format.c_str());
  c.time_base = ffmpeg::ToAv(plan.time_base);
  c.framerate = ffmpeg::ToAv(source.frame_rate);
  c.sample_aspect_ratio = ffmpeg::ToAv(source.geometry.coded_aspect);
  c.color_range = AvRange(plan.color.range);
  c.color_primaries = static_cast<AVColorPrimaries>(plan.color.primaries);
  c.color_trc = static_cast<AVColorTransferCharacteristic>(plan.color.transfer);
  c.colorspace = static_cast<AVColorSpace>(plan.color.matrix);
  if (plan.format.chroma_shift_x == 1 && plan.format.chroma_shift_y == 1) {
    c.chroma_sample_location = static_cast<AVChromaLocation>(plan.color.chroma_location);
  }
  c.thread_count = kThreads;
  if (plan.interlaced) {
    c.flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME;
    c.field_order = source.field_order == FieldOrder::kTopFieldFirst ? AV_FIELD_TT : AV_FIELD_BB;
  } else {
    c.field_order = AV_FIELD_PROGRESSIVE;
  }
  if (global_header) c.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (plan.hvc1) c.codec_tag = MKTAG('h', 'v', 'c', '1');
  ffmpeg::Dictionary dict;
  for (const auto& [key, value] : plan.options) dict.Set(key.c_str(), value);
  const int opened = avcodec_open2(codec_.get(), codec, dict.Address());
  // An encoder may have been built without a depth, or have limits of its own.
  const std::string refused =
      fmt::format("This FFmpeg's {} cannot code {}x{} pixels as {}; choose another --codec.",
                  plan.encoder, plan.size.width, plan.size.height, plan.pixel_format);
  ffmpeg::Check(opened, Code::kUnavailable, refused.c_str());
}

Frame VideoEncoder::Fitted(const Frame& frame) const {
  const bool grey_to_color =
      frame.format().model == Model::kGray && plan_.format.model == Model::kYuv;
  if (!grey_to_color && frame.size() == plan_.size) return frame;
  PixelFormat shape = frame.format();
  if (grey_to_color) shape = {Model::kYuv, frame.format().bits, 1, 1};
  return Fit(frame, shape, plan_.size);
}

void VideoEncoder::BuildFilter(const Frame& first, const AVFrame& borrowed) {
  const bool from_rgb = first.format().model == Model::kRgb;
  const bool to_rgb = plan_.format.model == Model::kRgb;
  std::string chain;
  if (plan_.deinterlace) {
    chain += fmt::format("bwdif=mode=send_frame:deint={},",
                         plan_.deinterlace_all ? "all" : "interlaced");
  }
  chain += "scale=";
  if (plan_.interlaced) chain += "interl=1:";
  if (from_rgb && !to_rgb) chain += "out_color_matrix=bt709:out_range=tv:";
  filter_ = std::make_unique<FrameFilter>(
      fmt::format("{}w=iw:h=ih,format={}", chain, plan_.pixel_format), borrowed,
      ffmpeg::ToAv(plan_.time_base), ffmpeg::ToAv(source_aspect_));
}

void VideoEncoder::Tag(AVFrame& frame, FieldOrder field_order) const {
  frame.color_range = codec_->color_range;
  frame.color_primaries = codec_->color_primaries;
  frame.color_trc = codec_->color_trc;
  frame.colorspace = codec_->colorspace;
  frame.chroma_location = codec_->chroma_sample_location;
  frame.sample_aspect_ratio = codec_->sample_aspect_ratio;
  if (plan_.interlaced && field_order != FieldOrder::kProgressive) {
    compat::SetInterlaced(frame, field_order == FieldOrder::kTopFieldFirst);
  }
}

void VideoEncoder::Write(const Frame& frame, const PacketSink& sink, bool as_key_frame) {
  const Frame fitted = Fitted(frame);
  const ffmpeg::FramePtr borrowed = BorrowFrame(fitted);
  borrowed->pts = frame.pts * plan_.ticks_per_source_tick;
  borrowed->pict_type = as_key_frame ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  durations_[borrowed->pts] = frame.duration * plan_.ticks_per_source_tick;
  if (plan_.deinterlace || borrowed->format != av_get_pix_fmt(plan_.pixel_format.c_str())) {
    if (frame.field_order != FieldOrder::kProgressive) {
      compat::SetInterlaced(*borrowed, frame.field_order == FieldOrder::kTopFieldFirst);
    }
    if (!filter_) BuildFilter(fitted, *borrowed);
    last_field_order_ = frame.field_order;
    filter_->Push(*borrowed);
    SendFiltered(sink);
    return;
  }
  // The samples are borrowed from `fitted`, which ends here; a reference must own them.
  const ffmpeg::FramePtr owned = ffmpeg::NewFrame();
  ffmpeg::Check(av_frame_ref(owned.get(), borrowed.get()), Code::kUnavailable, kEncodingFailed);
  Tag(*owned, frame.field_order);
  Send(owned.get(), sink);
}

void VideoEncoder::SendFiltered(const PacketSink& sink) {
  while (const ffmpeg::FramePtr out = filter_->Pull()) {
    Tag(*out, last_field_order_);
    Send(out.get(), sink);
  }
}

void VideoEncoder::Finish(const PacketSink& sink) {
  if (filter_) {
    filter_->Finish();
    SendFiltered(sink);
  }
  Send(nullptr, sink);
}

void VideoEncoder::Send(const AVFrame* frame, const PacketSink& sink) {
  ffmpeg::Check(avcodec_send_frame(codec_.get(), frame), Code::kInternal, kEncodingFailed);
  while (true) {
    const int result = avcodec_receive_packet(codec_.get(), packet_.get());
    if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
    ffmpeg::Check(result, Code::kInternal, kEncodingFailed);
    const auto known = durations_.find(packet_->pts);
    if (known != durations_.end()) {
      packet_->duration = known->second;
      durations_.erase(known);
    }
    sink(*packet_);
    av_packet_unref(packet_.get());
  }
}

}  // namespace tapmask
