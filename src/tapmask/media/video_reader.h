// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/core/frame.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/notices.h"
#include "tapmask/media/read_options.h"
#include "tapmask/media/video_info.h"

namespace tapmask {

// The times of the frames that were read, as the backwards reader needs them.
struct FrameTimes {
  std::vector<int64_t> pts;       // As given out: strictly increasing.
  std::vector<int64_t> file_pts;  // As the file has them.
  std::vector<bool> key;          // Decoding can begin there.
};

// Reads the frames of a video file or a numbered picture pattern one by one, with the decoder's
// own samples and the file's own times. Equal or backward times move on by one tick.
//
// Memory does not grow with the length of the video but for `times()` (17 bytes a frame).
// Not thread-safe; frames may be used on any thread and outlive the reader.
class VideoReader {
 public:
  // Checks everything that headers tell before it decodes; then decodes the first frame.
  // Throws Error: kNotFound, kInvalidArgument, kUnsupportedMedia, kTooLarge.
  VideoReader(const InputName& input, const ReadOptions& options);
  ~VideoReader();

  const VideoInfo& info() const;

  // The next frame in shown order; nothing at the end. Throws kTooLarge when the video turns out
  // to be longer than it said and than the limits allow.
  std::optional<Frame> Next();

  const FrameTimes& times() const;

  // Complete after the last frame.
  bool truncated() const;  // The file broke off, or lacks frames that its index lists.
  int64_t damaged_packets() const;
  std::vector<int64_t> moved_frames() const;  // Those whose time had to move.

  // What the frames brought that an output will not have, in words; complete after the last frame.
  void AddNotices(Notices& notices) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// What a file says of itself, and its first frame. Throws as VideoReader does. With `limits` unset
// a file over them is described as well.
VideoInfo Probe(const InputName& input, const ReadOptions& options);

}  // namespace tapmask
