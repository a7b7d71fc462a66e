// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tapmask/core/clock.h"
#include "tapmask/core/id.h"

namespace tapmask {

enum class VideoState {
  kIngesting,  // The file is stored; its ingest job has not ended.
  kReady,      // Can be tapped.
  kRefused,    // Its ingest job failed, as `error_code` of that job says, or was cancelled.
};

std::string_view VideoStateName(VideoState state);  // "ingesting", "ready", "refused"
std::optional<VideoState> ParseVideoState(std::string_view name);

// What the ingest job found out.
struct VideoFacts {
  std::string format;  // "mp4", "mov", "avi", "webm", "mkv": what the bytes are, not the name.
  double duration_seconds = 0;
  int width = 0, height = 0;  // Of the shown picture.
  double frame_rate = 0;      // Average, frames a second.
  int64_t frames = 0;
  int rotation = 0;  // Clockwise degrees that players turn the picture by.
  std::string codec;
  bool has_audio = false;
};

struct Video {
  VideoId id;
  UserId user_id;
  VideoState state = VideoState::kIngesting;
  std::string original_filename;  // As the user said; only ever shown.
  int64_t file_size_bytes = 0;
  std::string storage_key;  // Of the original.
  Time uploaded_at;
  std::optional<Time> expires_at;   // Nothing: kept until deleted.
  std::optional<VideoFacts> facts;  // From `kReady` on.
};

}  // namespace tapmask
