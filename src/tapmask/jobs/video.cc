// SPDX-License-Identifier: Apache-2.0
#include "tapmask/jobs/video.h"

namespace tapmask {

std::string_view VideoStateName(VideoState state) {
  switch (state) {
    case VideoState::kIngesting: return "ingesting";
    case VideoState::kReady: return "ready";
    case VideoState::kRefused: return "refused";
  }
  return "";
}

std::optional<VideoState> ParseVideoState(std::string_view name) {
  for (const VideoState state :
       {VideoState::kIngesting, VideoState::kReady, VideoState::kRefused}) {
    if (name == VideoStateName(state)) return state;
  }
  return std::nullopt;
}

}  // namespace tapmask
