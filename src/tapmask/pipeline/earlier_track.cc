// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/earlier_track.h"

#include <algorithm>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

[[noreturn]] void RefuseAsOfAnotherVideo() {
  throw Error(Code::kInvalidArgument,
              "The masks are of another video than the input; name the video they were made from.");
}

}  // namespace

EarlierTrack::EarlierTrack(const std::filesystem::path& file, const VideoInfo& info)
    : track_(file) {
  const Size size = info.geometry.MaskSize();
  if (header().width != size.width || header().height != size.height) RefuseAsOfAnotherVideo();
  for (const MaskTrackHeader::Object& object : header().objects) {
    for (const Point& point : object.points) said_[object.id].push_back(point.frame);
  }
  for (const MaskTrackReader::Summary& record : track_.summaries()) {
    if (record.state == TrackState::kGiven) said_[record.object].push_back(record.frame);
  }
  for (auto& [object, frames] : said_) std::sort(frames.begin(), frames.end());
}

std::vector<MaskRecord> EarlierTrack::Frame(int64_t frame, int64_t pts) {
  if (frame >= frames()) RefuseAsOfAnotherVideo();
  std::vector<MaskRecord> records = track_.Frame(frame);
  for (const MaskRecord& record : records) {
    if (record.pts != pts) RefuseAsOfAnotherVideo();
  }
  return records;
}

void EarlierTrack::CheckFrames(int64_t of_video) const {
  if (of_video != frames()) RefuseAsOfAnotherVideo();
}

bool EarlierTrack::SaidAt(int object, int64_t frame) const {
  const auto found = said_.find(object);
  return found != said_.end() &&
         std::binary_search(found->second.begin(), found->second.end(), frame);
}

std::optional<int64_t> EarlierTrack::LastSaidBefore(int object, int64_t frame) const {
  const auto found = said_.find(object);
  if (found == said_.end()) return std::nullopt;
  const auto after = std::lower_bound(found->second.begin(), found->second.end(), frame);
  if (after == found->second.begin()) return std::nullopt;
  return *std::prev(after);
}

}  // namespace tapmask
