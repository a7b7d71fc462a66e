// SPDX-License-Identifier: Apache-2.0
// A chain of FFmpeg's video filters. For .cc files of media only.
#pragma once

#include <string>

#include "tapmask/media/ffmpeg.h"
#include "tapmask/media/video_info.h"

namespace tapmask {

// Frames in, frames out, in order and in the same time base; some filters give a frame only after
// the next one came. Built for frames of one size and format.
class FrameFilter {
 public:
  // `chain` as FFmpeg's filter syntax, e.g. "hflip,format=yuv420p". Throws kInternal.
  FrameFilter(const std::string& chain, const AVFrame& first, AVRational time_base,
              AVRational sample_aspect);

  void Push(const AVFrame& frame);
  void Finish();  // No more frames: the filter gives what it holds.
  // Null when it wants another frame first, or after `Finish` when it has no more.
  ffmpeg::FramePtr Pull();

  AVRational OutputSampleAspect() const { return av_buffersink_get_sample_aspect_ratio(sink_); }

 private:
  ffmpeg::FilterGraphPtr graph_;
  const AVRational time_base_;
  AVFilterContext* source_ = nullptr;  // Both belong to the graph.
  AVFilterContext* sink_ = nullptr;
};

// The filter "scale"'s name of the video's matrix; where the video names none, of the usual one.
const char* ScaleMatrix(const VideoInfo& source);

}  // namespace tapmask
