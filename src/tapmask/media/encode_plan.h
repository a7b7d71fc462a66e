// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tapmask/core/frame.h"
#include "tapmask/media/video_info.h"
#include "tapmask/media/write_options.h"

namespace tapmask {

enum class OutputContainer { kMp4, kMov, kMkv, kPictures };

// By the suffix, or kPictures for a numbered pattern. Throws kInvalidArgument for any other.
OutputContainer OutputContainerOf(const std::string& output);

// How the video of an output is coded: everything that follows from the input's facts and the
// options, before any frame is touched.
struct EncodePlan {
  std::string encoder;       // FFmpeg's name.
  std::string codec;         // "h264", "hevc", "ffv1", "png"
  PixelFormat format;        // What is coded. For RGB encoders the model is kRgb.
  std::string pixel_format;  // FFmpeg's name of it, as the encoder takes it.
  Size size;                 // The input's, made even where the format asks for it.
  Rational time_base;        // One over a whole number: the source's, made finer where it must.
  int64_t ticks_per_source_tick = 1;
  ColorInfo color;
  bool interlaced = false;
  // Interlaced frames are made whole; with `_all` also those that are not marked as interlaced,
  // since the video is.
  bool deinterlace = false;
  bool deinterlace_all = false;
  bool hvc1 = false;
  std::vector<std::pair<std::string, std::string>> options;  // Of the encoder.
  std::vector<std::string> changed;   // What differs from the input, in words.
  std::vector<std::string> warnings;  // What was asked for and does nothing, in words.
};

// Throws kInvalidArgument when the options cannot be had together, e.g. lossless in a container
// that cannot hold it.
EncodePlan PlanEncode(const VideoInfo& source, const WriteOptions& options,
                      OutputContainer container);

}  // namespace tapmask
