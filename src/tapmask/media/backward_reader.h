// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "tapmask/core/image.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/read_options.h"
#include "tapmask/media/video_reader.h"

namespace tapmask {

// Reads a video backwards, as analysis copies: from the frame before `end` down to `begin`.
//
// Seeks to the key frame before, decodes its group of pictures forwards and keeps the copies;
// beyond `memory_bytes` they are spilled to a scratch file without loss and read from there, so
// memory grows neither with the video nor with its groups. Frames are told by their times, which a
// forward pass has listed; where times repeat or seeking does not lead there, the video is decoded
// from its beginning instead.
//
// Not thread-safe.
class BackwardReader {
 public:
  struct Options {
    ReadOptions read;
    int64_t begin = 0;  // First frame of the span, given out last.
    int64_t end = 0;    // One past the last frame, given out first.
    std::filesystem::path scratch_folder;
    int64_t memory_bytes = 128 << 20;
  };
  // `times` are those of a VideoReader of the same input and options, at least up to `end`.
  BackwardReader(const InputName& input, Options options, const FrameTimes& times);
  ~BackwardReader();

  struct Item {
    int64_t index = 0;
    int64_t pts = 0;
    BgrImage image;
  };
  // Nothing after the frame `begin`. Throws kUnsupportedMedia when a frame that was there in the
  // forward pass cannot be decoded again, kStorageFull when the scratch folder is full.
  std::optional<Item> Next();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tapmask
