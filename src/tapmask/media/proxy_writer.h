// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "tapmask/core/frame.h"
#include "tapmask/core/geometry.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/read_options.h"
#include "tapmask/media/video_info.h"

namespace tapmask {

// The size of the proxy of a video: the shown picture, its long side at most 1280 and its short
// side at most 720 pixels, never enlarged, both sides even.
Size ProxySize(const FrameGeometry& geometry);

// Writes what the page plays instead of a video, and a still picture of it.
//
// The proxy is H.264 4:2:0 8 bit (BT.709, limited range) in mp4 with its index in front: upright,
// square pixels, one frame for each of the source's with its number. Its times are the source's,
// in the source's time base, less the time of the first frame, which is at 0. There is a key frame
// at least once a second and none but the frames before are referred to, so decoding order is shown
// order. Interlaced frames are made whole, HDR becomes SDR by a fixed curve. The best sound track
// comes along as AAC, in step; no other track, tag or chapter does.
//
// Both files appear with `Commit`; nothing is left without it. Not thread-safe. Memory does not
// grow with the video but for what waits in the encoder.
class ProxyWriter {
 public:
  // `source` is what VideoReader says of `input` with these options.
  // Throws kInvalidArgument when a place cannot be written.
  ProxyWriter(const std::filesystem::path& proxy, const std::filesystem::path& poster,
              const InputName& input, const ReadOptions& read, const VideoInfo& source);
  ~ProxyWriter();

  void Write(const Frame& frame);  // Every frame of the source, in order. Throws kStorageFull.
  void Finish();
  void Commit();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tapmask
