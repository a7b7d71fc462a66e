// SPDX-License-Identifier: Apache-2.0
// Between FFmpeg's pixel formats and ours. For .cc files of media only.
#pragma once

#include <optional>

#include "tapmask/core/frame.h"
#include "tapmask/media/ffmpeg.h"

namespace tapmask {

// Nothing when the samples do not lie one plane a component in native words.
std::optional<PixelFormat> PlanarFormat(AVPixelFormat format);

// The planar format that holds everything of `format` but alpha.
AVPixelFormat NearestPlanar(AVPixelFormat format);

// FFmpeg's name for ours; AV_PIX_FMT_NONE when it has none. Full range is said beside it, never by
// the old "yuvj" formats.
AVPixelFormat AvFormat(const PixelFormat& format);

bool HasAlpha(AVPixelFormat format);
bool IsFullRangeName(AVPixelFormat format);  // "yuvj420p" and its like.

// A Frame over the decoder's planes, which stay alive with it. The format must be planar.
Frame WrapFrame(const AVFrame& frame);

// A new AVFrame over the frame's samples, without copying; `frame` must outlive it. Only samples,
// size and format are set.
ffmpeg::FramePtr BorrowFrame(const Frame& frame);

}  // namespace tapmask
