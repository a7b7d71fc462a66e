// SPDX-License-Identifier: Apache-2.0
// The video encoder. For .cc files of media only.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "tapmask/core/frame.h"
#include "tapmask/media/encode_plan.h"
#include "tapmask/media/ffmpeg.h"
#include "tapmask/media/filter.h"

namespace tapmask {

// Codes frames as a plan says, with a fixed number of threads, so that the bytes do not depend on
// the machine's cores.
class VideoEncoder {
 public:
  static constexpr int kThreads = 4;
  using PacketSink = std::function<void(AVPacket&)>;

  VideoEncoder(const EncodePlan& plan, const VideoInfo& source, bool global_header);

  // Packets come in decoding order, times in the plan's time base. With `as_key_frame` decoding can
  // begin at this frame.
  void Write(const Frame& frame, const PacketSink& sink, bool as_key_frame = false);
  void Finish(const PacketSink& sink);

  const AVCodecContext& context() const { return *codec_; }

 private:
  Frame Fitted(const Frame& frame) const;
  void BuildFilter(const Frame& first, const AVFrame& borrowed);
  void SendFiltered(const PacketSink& sink);
  void Tag(AVFrame& frame, FieldOrder field_order) const;
  void Send(const AVFrame* frame, const PacketSink& sink);

  const EncodePlan plan_;
  const Rational source_aspect_;
  ffmpeg::CodecPtr codec_;
  ffmpeg::PacketPtr packet_;
  std::unique_ptr<FrameFilter> filter_;  // Set when samples must be converted or deinterlaced.
  FieldOrder last_field_order_ = FieldOrder::kProgressive;
  std::map<int64_t, int64_t> durations_;  // Of the frames inside the encoder, by pts.
};

}  // namespace tapmask
