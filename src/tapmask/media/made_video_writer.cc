// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/made_video_writer.h"

#include "tapmask/media/encoder.h"
#include "tapmask/media/muxer.h"

namespace tapmask {
namespace {

VideoInfo MadeInfo(Size size, const PixelFormat& format, Rational rate) {
  VideoInfo info;
  info.format = format;
  info.geometry.coded = size;
  info.time_base = {rate.den, rate.num};
  info.frame_rate = rate;
  info.color = {Range::kLimited, 1, 1, 1, 1};
  return info;
}

WriteOptions MadeOptions(bool lossless) {
  WriteOptions options;
  options.codec = lossless ? OutputCodec::kLossless : OutputCodec::kAuto;
  options.keep_chroma = true;
  return options;
}

}  // namespace

class MadeVideoWriter::Impl {
 public:
  Impl(const std::filesystem::path& path, Size size, const PixelFormat& format, Rational rate,
       bool lossless)
      : plan_(PlanEncode(MadeInfo(size, format, rate), MadeOptions(lossless),
                         OutputContainerOf(path.string()))),
        muxer_(path, OutputContainerOf(path.string())),
        encoder_(plan_, MadeInfo(size, format, rate), true),
        stream_(muxer_.AddStream()) {
    avcodec_parameters_from_context(stream_.codecpar, &encoder_.context());
    stream_.time_base = ffmpeg::ToAv(plan_.time_base);
    stream_.avg_frame_rate = ffmpeg::ToAv(rate);
    muxer_.Start(plan_.time_base.den, false);
  }

  void Write(Frame frame) {
    frame.pts = written_++;
    frame.duration = 1;
    encoder_.Write(frame, Sink());
  }

  void Finish() {
    encoder_.Finish(Sink());
    muxer_.Finish();
    muxer_.Commit();
  }

 private:
  VideoEncoder::PacketSink Sink() {
    return [this](AVPacket& p) { muxer_.Write(p, stream_, ffmpeg::ToAv(plan_.time_base)); };
  }

  const EncodePlan plan_;
  Muxer muxer_;
  VideoEncoder encoder_;
  AVStream& stream_;
  int64_t written_ = 0;
};

MadeVideoWriter::MadeVideoWriter(const std::filesystem::path& path, Size size,
                                 const PixelFormat& format, Rational frames_per_second,
                                 bool lossless)
    : impl_(std::make_unique<Impl>(path, size, format, frames_per_second, lossless)) {}
MadeVideoWriter::~MadeVideoWriter() = default;
void MadeVideoWriter::Write(const Frame& frame) {
  impl_->Write(frame);
}
void MadeVideoWriter::Finish() {
  impl_->Finish();
}

}  // namespace tapmask
