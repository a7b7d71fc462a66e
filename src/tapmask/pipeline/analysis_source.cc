// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/analysis_source.h"

#include <algorithm>

#include "tapmask/motion/cut_detector.h"

namespace tapmask {
namespace {

// The first frame after a cut, for each frame of a window; 0 for the first.
std::vector<int> Shots(const std::deque<TimedFrame>& frames) {
  constexpr int kHeight = 120;
  CutDetector detector;
  std::vector<int> shots;
  int shot = 0;
  for (const TimedFrame& frame : frames) {
    const BgrImage& image = frame.analysis.image;
    const int width = std::max(16, image.width() * kHeight / image.height());
    if (detector.Next(GrayFromBgr(image, {width, kHeight}))) ++shot;
    shots.push_back(shot);
  }
  return shots;
}

}  // namespace

AnalysisSource::AnalysisSource(const InputName& input, const ReadOptions& options)
    : reader_(std::make_unique<VideoReader>(input, options)), info_(reader_->info()) {}

void AnalysisSource::Start(int64_t first_image) {
  thread_ = std::jthread([this, first_image] { Run(first_image); });
}

AnalysisSource::~AnalysisSource() {
  queue_.Abandon();
}

void AnalysisSource::Stop() {
  queue_.Abandon();
  if (thread_.joinable()) thread_.join();
}

void AnalysisSource::Run(int64_t first_image) {
  try {
    AnalysisScaler scaler(info_.geometry, info_.color);
    const double tick = info_.time_base.AsDouble();
    while (std::optional<Frame> frame = reader_->Next()) {
      TimedFrame timed{{frame->index, static_cast<double>(frame->pts) * tick, {}}, frame->pts};
      if (frame->index >= first_image) timed.analysis.image = scaler.Scale(*frame);
      frame.reset();
      if (!queue_.Push(std::move(timed))) return;
    }
    queue_.Close();
  } catch (...) {
    queue_.Close(std::current_exception());
  }
}

std::optional<TimedFrame> AnalysisSource::Next() {
  return queue_.Pop();
}

FrameWindow::FrameWindow(AnalysisSource& source, std::span<const int> offsets)
    : source_(source), offsets_(offsets.begin(), offsets.end()) {
  for (const int offset : offsets_) {
    behind_ = std::max(behind_, -offset);
    ahead_ = std::max(ahead_, offset);
  }
}

bool FrameWindow::Advance() {
  ++position_;
  while (!ended_ && static_cast<int>(frames_.size()) <= position_ + ahead_) {
    std::optional<TimedFrame> next = source_.Next();
    if (!next) {
      ended_ = true;
      break;
    }
    frames_.push_back(std::move(*next));
  }
  if (position_ >= static_cast<int>(frames_.size())) return false;
  while (position_ > behind_) {
    frames_.pop_front();
    --position_;
  }
  return true;
}

const AnalysisFrame* FrameWindow::Following() const {
  const auto next = static_cast<size_t>(position_) + 1;
  return next < frames_.size() ? &frames_[next].analysis : nullptr;
}

std::vector<AnalysisFrame> FrameWindow::Neighbours() const {
  return NeighboursAmong(frames_, position_, offsets_);
}

std::vector<AnalysisFrame> NeighboursAmong(const std::deque<TimedFrame>& frames, int position,
                                           std::span<const int> offsets) {
  const std::vector<int> shots = Shots(frames);
  std::vector<AnalysisFrame> neighbours;
  for (const int offset : offsets) {
    const int at = position + offset;
    if (at < 0 || at >= static_cast<int>(frames.size()) || offset == 0) continue;
    const auto i = static_cast<size_t>(at);
    if (shots[i] == shots[static_cast<size_t>(position)]) {
      neighbours.push_back(frames[i].analysis);
    }
  }
  return neighbours;
}

}  // namespace tapmask
