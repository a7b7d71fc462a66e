// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "tapmask/media/track_copier.h"

namespace tapmask {
namespace {

class AudioTranscoder final : public TrackCopier {
 public:
  AudioTranscoder(const AVStream& from, AVStream& to, Muxer& muxer, AVCodecID codec, bool silent)
      : to_(to), muxer_(muxer), silent_(silent), decoder_(OpenTrackDecoder(from, kFailed)) {
    const AVCodec* encoder = avcodec_find_encoder(codec);
    if (!encoder) throw Error(Code::kInternal, kFailed, "no encoder");
    encoder_.reset(ffmpeg::CheckAllocated(avcodec_alloc_context3(encoder)));
    AVCodecContext& e = *encoder_;
    const AVCodecParameters& par = *from.codecpar;
    if (codec == AV_CODEC_ID_ALAC) {
      const bool deep = av_get_exact_bits_per_sample(par.codec_id) > 16;
      e.sample_fmt = deep ? AV_SAMPLE_FMT_S32P : AV_SAMPLE_FMT_S16P;
      e.bits_per_raw_sample = deep ? 24 : 16;
      e.sample_rate = par.sample_rate;
    } else {
      e.sample_fmt = AV_SAMPLE_FMT_FLTP;
      e.bit_rate = 256'000;
      e.sample_rate = NearestAacRate(par.sample_rate);
    }
    const int channels = std::min(par.ch_layout.nb_channels, 8);
    av_channel_layout_default(&e.ch_layout, channels);
    if (par.ch_layout.nb_channels <= 8 && par.ch_layout.order == AV_CHANNEL_ORDER_NATIVE) {
      av_channel_layout_copy(&e.ch_layout, &par.ch_layout);
    }
    e.time_base = {1, e.sample_rate};
    e.thread_count = 1;
    e.flags |= AV_CODEC_FLAG_BITEXACT;
    if (muxer.context().oformat->flags & AVFMT_GLOBALHEADER) e.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    ffmpeg::Check(avcodec_open2(encoder_.get(), encoder, nullptr), Code::kInternal, kFailed);
    ffmpeg::Check(avcodec_parameters_from_context(to.codecpar, encoder_.get()), Code::kInternal,
                  kFailed);
    to.time_base = e.time_base;
  }

  void Write(AVPacket& packet) override {
    if (avcodec_send_packet(decoder_.get(), &packet) < 0) return;  // A damaged packet is silence.
    Drain();
  }

  void Finish() override {
    avcodec_send_packet(decoder_.get(), nullptr);
    Drain();
    if (graph_) {
      ffmpeg::Check(av_buffersrc_add_frame(source_, nullptr), Code::kInternal, kFailed);
      PullAndEncode();
    }
    Encode(nullptr);
  }

 private:
  static constexpr const char* kFailed = "A sound track could not be converted.";

  static int NearestAacRate(int rate) {
    int best = 48000;
    for (int r :
         {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000}) {
      if (std::abs(r - rate) < std::abs(best - rate)) best = r;
    }
    return best;
  }

  static std::string LayoutName(const AVChannelLayout& layout) {
    char name[128] = {};
    av_channel_layout_describe(&layout, name, sizeof name);
    return name;
  }

  void Drain() {
    const ffmpeg::FramePtr frame = ffmpeg::NewFrame();
    while (avcodec_receive_frame(decoder_.get(), frame.get()) == 0) {
      if (silent_) {
        // The decoder may still look at its own buffer.
        ffmpeg::Check(av_frame_make_writable(frame.get()), Code::kUnavailable, kFailed);
        av_samples_set_silence(frame->extended_data, 0, frame->nb_samples,
                               frame->ch_layout.nb_channels,
                               static_cast<AVSampleFormat>(frame->format));
      }
      if (!graph_) BuildGraph(*frame);
      frame->pts = frame->best_effort_timestamp;
      ffmpeg::Check(av_buffersrc_add_frame(source_, frame.get()), Code::kInternal, kFailed);
      PullAndEncode();
    }
  }

  void BuildGraph(const AVFrame& first) {
    graph_.reset(ffmpeg::CheckAllocated(avfilter_graph_alloc()));
    graph_->nb_threads = 1;
    const std::string from =
        fmt::format("time_base={}/{}:sample_rate={}:sample_fmt={}:channel_layout={}",
                    decoder_->pkt_timebase.num, decoder_->pkt_timebase.den, first.sample_rate,
                    av_get_sample_fmt_name(static_cast<AVSampleFormat>(first.format)),
                    first.ch_layout.order == AV_CHANNEL_ORDER_NATIVE
                        ? LayoutName(first.ch_layout)
                        : fmt::format("{}c", first.ch_layout.nb_channels));
    const std::string to = fmt::format(
        "aresample=dither_method=none,aformat=sample_fmts={}:sample_rates={}:"
        "channel_layouts={}",
        av_get_sample_fmt_name(encoder_->sample_fmt), encoder_->sample_rate,
        LayoutName(encoder_->ch_layout));
    ffmpeg::Check(avfilter_graph_create_filter(&source_, avfilter_get_by_name("abuffer"), "in",
                                               from.c_str(), nullptr, graph_.get()),
                  Code::kInternal, kFailed);
    ffmpeg::Check(avfilter_graph_create_filter(&sink_, avfilter_get_by_name("abuffersink"), "out",
                                               nullptr, nullptr, graph_.get()),
                  Code::kInternal, kFailed);
    AVFilterInOut* outputs = ffmpeg::CheckAllocated(avfilter_inout_alloc());
    AVFilterInOut* inputs = ffmpeg::CheckAllocated(avfilter_inout_alloc());
    *outputs = {av_strdup("in"), source_, 0, nullptr};
    *inputs = {av_strdup("out"), sink_, 0, nullptr};
    const int parsed =
        avfilter_graph_parse_ptr(graph_.get(), to.c_str(), &inputs, &outputs, nullptr);
    avfilter_inout_free(&inputs);
    avfilter_inout_free(&outputs);
    ffmpeg::Check(parsed, Code::kInternal, kFailed);
    ffmpeg::Check(avfilter_graph_config(graph_.get(), nullptr), Code::kInternal, kFailed);
    if (encoder_->frame_size > 0) {
      av_buffersink_set_frame_size(sink_, static_cast<unsigned>(encoder_->frame_size));
    }
  }

  void PullAndEncode() {
    const ffmpeg::FramePtr frame = ffmpeg::NewFrame();
    while (av_buffersink_get_frame(sink_, frame.get()) >= 0) {
      frame->pts =
          av_rescale_q(frame->pts, av_buffersink_get_time_base(sink_), encoder_->time_base);
      Encode(frame.get());
      av_frame_unref(frame.get());
    }
  }

  void Encode(AVFrame* frame) {
    ffmpeg::Check(avcodec_send_frame(encoder_.get(), frame), Code::kInternal, kFailed);
    const ffmpeg::PacketPtr packet = ffmpeg::NewPacket();
    while (avcodec_receive_packet(encoder_.get(), packet.get()) == 0) {
      muxer_.Write(*packet, to_, encoder_->time_base);
      av_packet_unref(packet.get());
    }
  }

  const AVStream& to_;
  Muxer& muxer_;
  const bool silent_;
  ffmpeg::CodecPtr decoder_;
  ffmpeg::CodecPtr encoder_;
  ffmpeg::FilterGraphPtr graph_;
  AVFilterContext* source_ = nullptr;
  AVFilterContext* sink_ = nullptr;
};

}  // namespace

bool IsPcm(AVCodecID codec) {
  return codec >= AV_CODEC_ID_FIRST_AUDIO && codec < AV_CODEC_ID_ADPCM_IMA_QT;
}

bool FitsAlac(AVCodecID codec, int channels) {
  if (channels < 1 || channels > 8) return false;
  switch (codec) {
    case AV_CODEC_ID_PCM_S16LE:
    case AV_CODEC_ID_PCM_S16BE:
    case AV_CODEC_ID_PCM_U8:
    case AV_CODEC_ID_PCM_S8:
    case AV_CODEC_ID_PCM_S24LE:
    case AV_CODEC_ID_PCM_S24BE:
    case AV_CODEC_ID_PCM_ALAW:
    case AV_CODEC_ID_PCM_MULAW: return true;
    default: return false;
  }
}

std::unique_ptr<TrackCopier> TranscodeAudio(const AVStream& from, AVStream& to, Muxer& muxer,
                                            AVCodecID codec, bool silent) {
  return std::make_unique<AudioTranscoder>(from, to, muxer, codec, silent);
}

}  // namespace tapmask
