// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace tapmask {

// What this build's FFmpeg can do, for `tapmask doctor`.
struct MediaFacts {
  std::string ffmpeg_version;
  std::vector<std::string> missing_decoders;  // Of the accepted codecs.
  std::vector<std::string> missing_encoders;  // Of those that outputs need.
};
MediaFacts ReadMediaFacts();

// Sends FFmpeg's own log nowhere (the default) or to stderr. Process-wide.
void SetFfmpegLogging(bool to_stderr);

}  // namespace tapmask
