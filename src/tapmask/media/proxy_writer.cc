// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/proxy_writer.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "tapmask/media/encoder.h"
#include "tapmask/media/filter.h"
#include "tapmask/media/muxer.h"
#include "tapmask/media/pixel_format.h"
#include "tapmask/media/poster.h"
#include "tapmask/media/sound_feed.h"
#include "tapmask/media/temporary_file.h"

namespace tapmask {
namespace {

constexpr int kLongSide = 1280, kShortSide = 720;
constexpr double kSecondsBetweenKeys = 1;

// H.273's code points of the two common HDR transfer curves.
constexpr int kPq = 16, kHlg = 18;

// From the curve of a display as bright as the material's to that of any screen. Bright places are
// bent, not cut off.
std::string HdrToSdr(int transfer, bool full_range) {
  return fmt::format(
      "setparams=color_primaries=bt2020:colorspace=bt2020nc:color_trc={}:range={},"
      "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=709,tonemap=tonemap=hable:desat=0,"
      "zscale=t=709:m=709:r=limited,format=yuv420p",
      transfer == kPq ? "smpte2084" : "arib-std-b67", full_range ? "full" : "limited");
}

std::string ProxyChain(const VideoInfo& source, const Size& proxy) {
  std::string chain;
  if (source.field_order != FieldOrder::kProgressive) {
    chain += "bwdif=mode=send_frame:deint=interlaced,";
  }
  const int turns = source.geometry.quarter_turns;
  const Size coded = turns % 2 == 0 ? proxy : Size{proxy.height, proxy.width};
  const bool full = source.color.range == Range::kFull;
  const bool hdr = (source.color.transfer == kPq || source.color.transfer == kHlg) &&
                   source.format.model == PixelFormat::Model::kYuv &&
                   avfilter_get_by_name("zscale") && avfilter_get_by_name("tonemap");
  chain += fmt::format("scale={}:{}:flags=bilinear+accurate_rnd", coded.width, coded.height);
  if (hdr) {
    chain += ",format=yuv420p10le," + HdrToSdr(source.color.transfer, full);
  } else if (source.format.model == PixelFormat::Model::kGray && !full) {
    // FFmpeg takes every grey for full range; said of both sides the samples stay as they are.
    chain += ":in_range=full:out_range=full,format=yuv420p";
  } else {
    const bool from_full = full || source.format.model != PixelFormat::Model::kYuv;
    chain += fmt::format(
        ":in_color_matrix={}:out_color_matrix=bt709:in_range={}:out_range=limited"
        ",format=yuv420p",
        ScaleMatrix(source), from_full ? "full" : "limited");
  }
  switch (turns) {
    case 1: return chain + ",transpose=clock";
    case 2: return chain + ",hflip,vflip";
    case 3: return chain + ",transpose=cclock";
    default: return chain;
  }
}

VideoInfo ProxyInfo(const VideoInfo& source, const Size& size) {
  VideoInfo info;
  info.format = {PixelFormat::Model::kYuv, 8, 1, 1};
  info.geometry.coded = size;
  info.time_base = source.time_base;
  info.frame_rate = source.frame_rate;
  info.color = {Range::kLimited, 1, 1, 1, 1};
  return info;
}

EncodePlan ProxyPlan(const VideoInfo& proxy) {
  WriteOptions options;
  options.codec = OutputCodec::kH264;
  options.crf = 24;
  EncodePlan plan = PlanEncode(proxy, options, OutputContainer::kMp4);
  // Key frames are asked for by time; "g" is for very many frames a second. The rate is bounded, so
  // that noise does not fill the disk.
  plan.options.insert(
      plan.options.end(),
      {{"bf", "0"}, {"g", "300"}, {"forced-idr", "1"}, {"maxrate", "6M"}, {"bufsize", "12M"}});
  return plan;
}

}  // namespace

Size ProxySize(const FrameGeometry& geometry) {
  const Size shown = geometry.ShownSize();
  const double long_side = std::max(shown.width, shown.height);
  const double short_side = std::min(shown.width, shown.height);
  const double scale = std::min({1.0, kLongSide / long_side, kShortSide / short_side});
  const auto even = [scale](int side) {
    return std::max(2, static_cast<int>(std::floor(side * scale / 2 + 1e-9)) * 2);
  };
  return {even(shown.width), even(shown.height)};
}

class ProxyWriter::Impl {
 public:
  Impl(const std::filesystem::path& proxy, const std::filesystem::path& poster,
       const InputName& input, const ReadOptions& read, const VideoInfo& source)
      : source_(source),
        info_(ProxyInfo(source, ProxySize(source.geometry))),
        plan_(ProxyPlan(info_)),
        poster_(poster),
        muxer_(proxy, OutputContainer::kMp4),
        encoder_(plan_, info_, (muxer_.context().oformat->flags & AVFMT_GLOBALHEADER) != 0),
        video_(muxer_.AddStream()),
        sound_(input, read, source, muxer_),
        picker_(source.frames > 0
                    ? source.frames
                    : static_cast<int64_t>(source.duration_seconds * source.frame_rate.AsDouble())),
        key_interval_(std::llround(kSecondsBetweenKeys / source.time_base.AsDouble())) {
    ffmpeg::Check(avcodec_parameters_from_context(video_.codecpar, &encoder_.context()),
                  Code::kInternal, "The preview could not be encoded.");
    video_.time_base = ffmpeg::ToAv(plan_.time_base);
    video_.avg_frame_rate = ffmpeg::ToAv(source.frame_rate);
    video_.sample_aspect_ratio = {1, 1};
    video_.disposition = AV_DISPOSITION_DEFAULT;
  }

  void Write(const Frame& frame) {
    const ffmpeg::FramePtr borrowed = BorrowFrame(frame);
    borrowed->pts = frame.pts;
    if (frame.field_order != FieldOrder::kProgressive) {
      compat::SetInterlaced(*borrowed, frame.field_order == FieldOrder::kTopFieldFirst);
    }
    if (!first_pts_) {
      first_pts_ = frame.pts;
      muxer_.SetOffset(-frame.pts * plan_.ticks_per_source_tick, ffmpeg::ToAv(plan_.time_base));
      muxer_.Start(plan_.time_base.den, false);
      filter_ = std::make_unique<FrameFilter>(ProxyChain(source_, info_.geometry.coded), *borrowed,
                                              ffmpeg::ToAv(source_.time_base),
                                              ffmpeg::ToAv(source_.geometry.coded_aspect));
    }
    waiting_.push_back({frame.pts, frame.duration});
    filter_->Push(*borrowed);
    Encode();
  }

  void Finish() {
    if (!first_pts_) throw Error(Code::kInternal, "A proxy needs a frame.");
    filter_->Finish();
    Encode();
    if (!waiting_.empty()) throw Error(Code::kInternal, "A frame of the proxy was lost.");
    encoder_.Finish(Sink());
    sound_.Finish(end_seconds_);
    muxer_.Finish();
    WriteJpeg(poster_.path(), picker_.frame());
    poster_.Sync();
  }

  void Commit() {
    muxer_.Commit();
    poster_.Commit();
  }

 private:
  struct Time {
    int64_t pts = 0;
    int64_t duration = 0;
  };

  VideoEncoder::PacketSink Sink() {
    return [this](AVPacket& packet) {
      sound_.Advance(static_cast<double>(packet.dts) * plan_.time_base.AsDouble());
      muxer_.Write(packet, video_, ffmpeg::ToAv(plan_.time_base));
    };
  }

  // Filters give a frame for each that went in; the times are those of the source, not theirs.
  void Encode() {
    while (const ffmpeg::FramePtr out = filter_->Pull()) {
      if (waiting_.empty()) throw Error(Code::kInternal, "A frame of the proxy came from nowhere.");
      Frame frame = WrapFrame(*out);
      frame.pts = waiting_.front().pts;
      frame.duration = waiting_.front().duration;
      waiting_.pop_front();
      end_seconds_ = static_cast<double>(frame.pts + frame.duration) * source_.time_base.AsDouble();
      const bool key = !last_key_ || frame.pts + frame.duration - *last_key_ > key_interval_;
      if (key) last_key_ = frame.pts;
      picker_.Look(frame);
      encoder_.Write(frame, Sink(), key);
    }
  }

  const VideoInfo source_;
  const VideoInfo info_;  // Of the proxy.
  const EncodePlan plan_;
  TemporaryFile poster_;
  Muxer muxer_;
  VideoEncoder encoder_;
  AVStream& video_;  // Belongs to the muxer.
  SoundFeed sound_;
  PosterPicker picker_;
  const int64_t key_interval_;  // In the source's ticks.
  std::unique_ptr<FrameFilter> filter_;
  std::deque<Time> waiting_;  // Of the frames inside the filter.
  std::optional<int64_t> first_pts_;
  std::optional<int64_t> last_key_;
  double end_seconds_ = 0;  // Of the frames so far, in the source's time.
};

ProxyWriter::ProxyWriter(const std::filesystem::path& proxy, const std::filesystem::path& poster,
                         const InputName& input, const ReadOptions& read, const VideoInfo& source)
    : impl_(std::make_unique<Impl>(proxy, poster, input, read, source)) {}
ProxyWriter::~ProxyWriter() = default;
void ProxyWriter::Write(const Frame& frame) {
  impl_->Write(frame);
}
void ProxyWriter::Finish() {
  impl_->Finish();
}
void ProxyWriter::Commit() {
  impl_->Commit();
}

}  // namespace tapmask
