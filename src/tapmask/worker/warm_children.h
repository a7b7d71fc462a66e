// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>

#include "tapmask/core/id.h"
#include "tapmask/storage/scratch_folder.h"
#include "tapmask/worker/child_process.h"

namespace tapmask {

// A child that has a video open, with the folder that it may write to.
struct VideoChild {
  UserId user_id;
  VideoId video_id;
  ScratchFolder scratch;
  std::unique_ptr<ChildProcess> process;  // Destroyed before the folder.
};

// Children that wait for the next tap in the same video: they have its frames decoded. May be used
// from any thread; but a child dies with the thread that made it, so slots must outlive this.
class WarmChildren {
 public:
  using Steady = std::chrono::steady_clock;
  struct Options {
    size_t most = 4;  // Each takes 100 to 300 MB.
    std::chrono::seconds patience{90};
  };
  explicit WarmChildren(Options options) : options_(options) {}

  // Takes the video's child out; null: there is none. It may have died while it waited.
  std::unique_ptr<VideoChild> Take(const VideoId& video_id);
  // The child has ended its task and may be asked again. The one that has waited longest goes when
  // there are too many.
  void PutBack(std::unique_ptr<VideoChild> child, Steady::time_point now);
  // Ends those that nobody has asked for a while, and those whose video is not there any more: as
  // long as it is open, its bytes stay on the disk. They can be taken while `is_there` thinks.
  void Trim(Steady::time_point now,
            const std::function<bool(const UserId&, const VideoId&)>& is_there);
  void Clear();

 private:
  struct Waiting {
    std::unique_ptr<VideoChild> child;
    Steady::time_point since;
  };
  const Options options_;
  std::mutex mutex_;
  std::list<Waiting> waiting_;  // The one that has waited longest first.
};

}  // namespace tapmask
