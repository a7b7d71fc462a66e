// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "tapmask/media/input_name.h"
#include "tapmask/media/notices.h"
#include "tapmask/media/read_options.h"
#include "tapmask/pipeline/progress.h"

namespace tapmask {

// When each frame of a proxy is shown: frame 0 at 0, every other one at the sum of the ticks of all
// before it. As the stts box of an MP4 says it, and the proxy's does.
struct FrameDurations {
  static constexpr int64_t kMostTicks = (int64_t{1} << 53) - 1;  // Of all frames together.
  struct Run {
    int64_t frames = 0;  // >= 1; so many frames in a row are
    int64_t ticks = 0;   // shown for so long, >= 1 each.
    bool operator==(const Run&) const = default;
  };
  int64_t timescale = 1;  // Ticks a second.
  std::vector<Run> runs;
};

// What a video really is, found by decoding all of it.
struct IngestResult {
  std::string format;  // "mp4", "mov", "avi", "webm", "mkv": what the bytes are, not the name.
  double duration_seconds = 0;
  int width = 0, height = 0;  // Of the shown picture.
  double frame_rate = 0;      // Average, frames a second.
  int64_t frames = 0;         // That could be decoded; frame numbers everywhere are below it.
  int rotation = 0;           // Clockwise degrees that players turn the picture by.
  std::string codec;          // FFmpeg's name.
  bool has_audio = false;
  bool truncated = false;  // The file breaks off; the facts are of what is there.
  int proxy_width = 0, proxy_height = 0;
  FrameDurations durations;  // The last frame's is often the file's guess.
  Notices notices;           // What an output of this video will not have or have otherwise.
};

// Reads a video once from its beginning to its end: checks it, and writes the proxy and the poster
// that the page shows (media/proxy_writer.h says what they are like). Both files appear together at
// the end or not at all. Stages are `kValidating`, then `kExtracting`, whose total is what the file
// says.
//
// Memory does not grow with the video but for 17 bytes a frame, and 16 a run of equal durations.
// Throws Error: kTooLarge when the file says or decoding shows that it is over the limits of
// `read`, which stops at the limit; kUnsupportedMedia, kNotFound, kStorageFull, kCancelled; the
// input's change meanwhile is kConflict.
IngestResult Ingest(const InputName& input, const ReadOptions& read,
                    const std::filesystem::path& proxy, const std::filesystem::path& poster,
                    const ProgressSink& progress, std::stop_token stop);

}  // namespace tapmask
