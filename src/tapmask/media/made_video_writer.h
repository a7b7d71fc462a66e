// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "tapmask/core/frame.h"
#include "tapmask/core/geometry.h"

namespace tapmask {

// Writes made-up frames as a video without sound: H.264 4:2:0 in mp4, or lossless in mkv.
// The file appears with `Finish`, whole or not at all. Not thread-safe.
class MadeVideoWriter {
 public:
  // Sides of `format`'s subsampling must divide the size. Throws kInvalidArgument.
  MadeVideoWriter(const std::filesystem::path& path, Size size, const PixelFormat& format,
                  Rational frames_per_second, bool lossless);
  ~MadeVideoWriter();

  void Write(const Frame& frame);  // Times are counted from 0, one frame a tick.
  void Finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tapmask
