// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/warm_children.h"

#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace tapmask {

std::unique_ptr<VideoChild> WarmChildren::Take(const VideoId& video_id) {
  const std::lock_guard lock(mutex_);
  for (auto place = waiting_.begin(); place != waiting_.end(); ++place) {
    if (place->child->video_id != video_id) continue;
    std::unique_ptr<VideoChild> child = std::move(place->child);
    waiting_.erase(place);
    return child;
  }
  return nullptr;
}

void WarmChildren::PutBack(std::unique_ptr<VideoChild> child, Steady::time_point now) {
  std::list<Waiting> gone;  // Declared before the lock, so ended after it: that takes a while.
  const std::lock_guard lock(mutex_);
  waiting_.push_back({std::move(child), now});
  if (waiting_.size() > options_.most) gone.splice(gone.end(), waiting_, waiting_.begin());
}

void WarmChildren::Trim(Steady::time_point now,
                        const std::function<bool(const UserId&, const VideoId&)>& is_there) {
  std::map<VideoId, UserId> videos;
  {
    const std::lock_guard lock(mutex_);
    for (const Waiting& one : waiting_) videos.emplace(one.child->video_id, one.child->user_id);
  }
  std::set<VideoId> missing;  // Found without the lock: the store may take its time.
  for (const auto& [video_id, user_id] : videos) {
    if (!is_there(user_id, video_id)) missing.insert(video_id);
  }
  std::list<Waiting> gone;  // As above.
  const std::lock_guard lock(mutex_);
  for (auto place = waiting_.begin(); place != waiting_.end();) {
    const auto next = std::next(place);
    const bool is_over = now - place->since >= options_.patience;
    if (is_over || missing.contains(place->child->video_id)) {
      gone.splice(gone.end(), waiting_, place);
    }
    place = next;
  }
}

void WarmChildren::Clear() {
  std::list<Waiting> gone;
  const std::lock_guard lock(mutex_);
  gone.swap(waiting_);
}

}  // namespace tapmask
