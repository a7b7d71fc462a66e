// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "tapmask/core/bounded_queue.h"
#include "tapmask/media/analysis_scaler.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/video_reader.h"
#include "tapmask/track/analysis_frame.h"

namespace tapmask {

// An analysis frame with its exact time.
struct TimedFrame {
  AnalysisFrame analysis;
  int64_t pts = 0;

  void Archive(StateArchive& archive) { archive(analysis, pts); }
};

// Decodes and scales ahead on a thread of its own, a few frames at most.
//
// `Next` and `times` belong to one thread; the reader inside is touched by the other one alone
// until `Next` gave nothing.
class AnalysisSource {
 public:
  AnalysisSource(const InputName& input, const ReadOptions& options);
  ~AnalysisSource();

  const VideoInfo& info() const { return info_; }

  // Begins to read. Frames before `first_image` come without their picture.
  void Start(int64_t first_image = 0);

  std::optional<TimedFrame> Next();  // Nothing at the end. Throws what the reader throws.

  // Reads no further. Afterwards, or after the end, `reader` may be used; `Next` no more.
  void Stop();
  const VideoReader& reader() const { return *reader_; }

 private:
  void Run(int64_t first_image);

  std::unique_ptr<VideoReader> reader_;
  const VideoInfo info_;
  BoundedQueue<TimedFrame> queue_{8};
  std::jthread thread_;  // Last, so that it is gone before what it uses.
};

// Those of `frames` that lie at `offsets` from the one at `position` and are in the same shot, in
// the order of `offsets`. `frames` are all from the first to the last wanted one, as far as the
// video goes, and no others: cuts are told by what comes before.
std::vector<AnalysisFrame> NeighboursAmong(const std::deque<TimedFrame>& frames, int position,
                                           std::span<const int> offsets);

// A frame with those around it, for engines that look at motion.
class FrameWindow {
 public:
  // `offsets`: which neighbours are wanted, in frames.
  FrameWindow(AnalysisSource& source, std::span<const int> offsets);

  bool Advance();  // False at the end.
  const TimedFrame& current() const { return frames_[static_cast<size_t>(position_)]; }
  const AnalysisFrame* Following() const;  // Null for the last.
  // The wanted neighbours that are there and in the same shot, ascending.
  std::vector<AnalysisFrame> Neighbours() const;

 private:
  AnalysisSource& source_;
  const std::vector<int> offsets_;  // Ascending.
  int behind_ = 0, ahead_ = 1;
  std::deque<TimedFrame> frames_;
  int position_ = -1;  // Of the current frame in `frames_`.
  bool ended_ = false;
};

}  // namespace tapmask
