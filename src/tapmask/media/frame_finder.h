// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "tapmask/core/image.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/read_options.h"
#include "tapmask/media/video_info.h"

namespace tapmask {

// Gives frames of a video by their number, in any order, as analysis copies.
//
// Frame numbers count what decoding from the beginning gives. With `frames` of the options known,
// the file's packets are listed once without decoding them; when they are as many, they tell the
// time of every frame, and a frame is reached by seeking. Otherwise, and where packets do not tell
// (no or repeated times), the video is decoded from its beginning up to the frame; what lies behind
// is then reached by seeking as well. Whichever way it is reached, a frame is the same; where the
// file is damaged that takes decoding from the beginning.
//
// The decoder stays where it is, so the frames that follow cost little. Memory grows by 17 bytes a
// frame. Not thread-safe.
class FrameFinder {
 public:
  struct Options {
    ReadOptions read;
    std::optional<int64_t> frames;  // How many could be decoded when all was; nothing: not known.
  };
  // Throws as VideoReader does.
  FrameFinder(const InputName& input, Options options);
  ~FrameFinder();

  const VideoInfo& info() const;

  struct Item {
    int64_t index = 0;
    int64_t pts = 0;
    BgrImage image;
  };
  // The frames [begin, end), fewer where the video ends before. 0 <= begin < end.
  // Throws kCancelled, kTooLarge, kUnsupportedMedia when a frame cannot be decoded again.
  std::vector<Item> Read(int64_t begin, int64_t end, const std::stop_token& stop);

  // The time of every frame, when they are known without decoding; else null.
  const std::vector<int64_t>* KnownTimes() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tapmask
