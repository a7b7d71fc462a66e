// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/filter.h"

#include <fmt/format.h>

namespace tapmask {
namespace {

constexpr const char* kConvertingFailed = "The picture could not be converted.";

}  // namespace

FrameFilter::FrameFilter(const std::string& chain, const AVFrame& first, AVRational time_base,
                         AVRational sample_aspect)
    : graph_(ffmpeg::CheckAllocated(avfilter_graph_alloc())), time_base_(time_base) {
  graph_->nb_threads = 1;
  graph_->scale_sws_opts =
      av_strdup("flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact");
  if (sample_aspect.num <= 0 || sample_aspect.den <= 0) sample_aspect = {1, 1};
  const std::string arguments = fmt::format(
      "video_size={}x{}:pix_fmt={}:time_base={}/{}:pixel_aspect={}/{}", first.width, first.height,
      first.format, time_base.num, time_base.den, sample_aspect.num, sample_aspect.den);
  ffmpeg::Check(avfilter_graph_create_filter(&source_, avfilter_get_by_name("buffer"), "in",
                                             arguments.c_str(), nullptr, graph_.get()),
                Code::kInternal, kConvertingFailed);
  ffmpeg::Check(avfilter_graph_create_filter(&sink_, avfilter_get_by_name("buffersink"), "out",
                                             nullptr, nullptr, graph_.get()),
                Code::kInternal, kConvertingFailed);
  AVFilterInOut* outputs = ffmpeg::CheckAllocated(avfilter_inout_alloc());
  AVFilterInOut* inputs = ffmpeg::CheckAllocated(avfilter_inout_alloc());
  *outputs = {av_strdup("in"), source_, 0, nullptr};
  *inputs = {av_strdup("out"), sink_, 0, nullptr};
  const int parsed =
      avfilter_graph_parse_ptr(graph_.get(), chain.c_str(), &inputs, &outputs, nullptr);
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&outputs);
  ffmpeg::Check(parsed, Code::kInternal, kConvertingFailed);
  ffmpeg::Check(avfilter_graph_config(graph_.get(), nullptr), Code::kInternal, kConvertingFailed);
}

void FrameFilter::Push(const AVFrame& frame) {
  // Colour tags travel beside the samples here, so that no filter converts on their account.
  ffmpeg::FramePtr plain(ffmpeg::CheckAllocated(av_frame_clone(&frame)));
  plain->color_range = AVCOL_RANGE_UNSPECIFIED;
  plain->colorspace = AVCOL_SPC_UNSPECIFIED;
  ffmpeg::Check(av_buffersrc_add_frame(source_, plain.get()), Code::kInternal, kConvertingFailed);
}

void FrameFilter::Finish() {
  ffmpeg::Check(av_buffersrc_add_frame(source_, nullptr), Code::kInternal, kConvertingFailed);
}

ffmpeg::FramePtr FrameFilter::Pull() {
  ffmpeg::FramePtr frame = ffmpeg::NewFrame();
  const int result = av_buffersink_get_frame(sink_, frame.get());
  if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return nullptr;
  ffmpeg::Check(result, Code::kInternal, kConvertingFailed);
  if (frame->pts != AV_NOPTS_VALUE) {
    frame->pts = av_rescale_q(frame->pts, av_buffersink_get_time_base(sink_), time_base_);
  }
  return frame;
}

const char* ScaleMatrix(const VideoInfo& source) {
  switch (source.color.matrix) {
    case 1: return "bt709";
    case 4: return "fcc";
    case 5:
    case 6: return "bt601";
    case 7: return "smpte240m";
    case 9:
    case 10: return "bt2020";
    default: return source.geometry.coded.height >= 720 ? "bt709" : "bt601";
  }
}

}  // namespace tapmask
