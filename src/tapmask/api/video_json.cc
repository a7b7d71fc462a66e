// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/video_json.h"

#include <string>
#include <string_view>

#include "tapmask/core/clock.h"

namespace tapmask::api {
namespace {

constexpr size_t kMostShownNameCharacters = 255;

// At most so many characters of UTF-8.
std::string Cut(std::string_view text) {
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (begins && ++characters > kMostShownNameCharacters) return std::string(text.substr(0, i));
  }
  return std::string(text);
}

void AddFacts(nlohmann::ordered_json& json, const VideoFacts& facts) {
  json["format"] = facts.format;
  json["duration"] = facts.duration_seconds;
  json["resolution"] = {{"width", facts.width}, {"height", facts.height}};
  json["frameRate"] = facts.frame_rate;
  json["frames"] = facts.frames;
  json["rotation"] = facts.rotation;
  json["codec"] = facts.codec;
  json["hasAudio"] = facts.has_audio;
}

void AddRefusal(nlohmann::ordered_json& json, Services& services, const Video& video) {
  for (const Job& job : services.stores.jobs().OfVideo(video.user_id, video.id)) {
    if (job.kind != JobKind::kIngest || job.status != JobStatus::kFailed) continue;
    if (!job.error_code.empty()) json["errorCode"] = job.error_code;
    if (!job.error_message.empty()) json["errorMessage"] = job.error_message;
    return;
  }
}

}  // namespace

nlohmann::ordered_json VideoJson(Services& services, const Video& video) {
  nlohmann::ordered_json json{{"videoId", video.id.text()},
                              {"userId", video.user_id.text()},
                              {"state", VideoStateName(video.state)},
                              {"originalFilename", Cut(video.original_filename)},
                              {"fileSize", video.file_size_bytes},
                              {"uploadedAt", TimeText(video.uploaded_at)},
                              {"expiresAt", nullptr}};
  if (video.expires_at) json["expiresAt"] = TimeText(*video.expires_at);
  if (video.facts) AddFacts(json, *video.facts);
  if (video.state == VideoState::kReady) {
    const std::string url = "/api/v1/videos/" + video.id.text();
    json["proxyUrl"] = url + "/proxy";
    json["posterUrl"] = url + "/poster";
  }
  if (video.state == VideoState::kRefused) AddRefusal(json, services, video);
  return json;
}

}  // namespace tapmask::api
