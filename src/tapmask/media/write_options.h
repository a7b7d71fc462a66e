// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace tapmask {

enum class AudioMode {
  kKeep,
  kMute,  // The tracks stay, silent.
  kDrop,
};

enum class OutputCodec {
  kAuto,  // 8 bit: H.264; deeper: HEVC Main 10.
  kH264,
  kHevc,
  kLossless,  // Every sample outside what is hidden equals the decoded input's.
};

// How an output is written.
struct WriteOptions {
  OutputCodec codec = OutputCodec::kAuto;
  double crf = 18;                  // 0 to 51; smaller is better and larger.
  std::string preset = "veryfast";  // x264's and x265's: ultrafast to placebo.
  bool keep_chroma = false;         // Keep 4:2:2 and 4:4:4, which fewer players show.
  bool deinterlace = false;         // One frame a frame; after the effect, never before it.
  AudioMode audio = AudioMode::kKeep;
  bool keep_metadata = false;  // Keep location, device, dates, cover art, data tracks.
};

}  // namespace tapmask
