// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/preview_session.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <list>
#include <map>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/core/mask_scale.h"
#include "tapmask/media/frame_finder.h"
#include "tapmask/pipeline/analysis_source.h"
#include "tapmask/pipeline/first_masks.h"
#include "tapmask/pipeline/prompt_schedule.h"
#include "tapmask/pipeline/refuse.h"
#include "tapmask/pipeline/threads.h"
#include "tapmask/track/engine.h"

namespace tapmask {
namespace {

constexpr size_t kObjectsKept = 4;

ReadOptions WithThreads(ReadOptions read, int threads) {
  read.threads = threads;
  return read;
}

bool SamePoints(const std::vector<Point>& a, const std::vector<Point>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Point& p, const Point& q) {
    return p.in_shown == q.in_shown && p.is_object == q.is_object && p.scale == q.scale;
  });
}

// A frame with what engines want to see beside it.
struct Look {
  int64_t index = -1;
  AnalysisFrame frame;
  std::vector<AnalysisFrame> neighbours;
};

// Working-size frames, those used last.
class FrameCache {
 public:
  const TimedFrame* Find(int64_t index) {
    const auto found = frames_.find(index);
    if (found == frames_.end()) return nullptr;
    found->second.used = ++clock_;
    return &found->second.frame;
  }

  void Add(TimedFrame frame) {
    const int64_t index = frame.analysis.index;
    bytes_ += BytesOf(frame);
    const auto [place, is_new] = frames_.insert({index, {std::move(frame), ++clock_}});
    if (!is_new) bytes_ -= BytesOf(place->second.frame);
    while (bytes_ > PreviewSession::kMemoryBytes && frames_.size() > 1) {
      const auto oldest = std::min_element(
          frames_.begin(), frames_.end(),
          [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
      bytes_ -= BytesOf(oldest->second.frame);
      frames_.erase(oldest);
    }
  }

 private:
  struct Entry {
    TimedFrame frame;
    int64_t used = 0;
  };
  static int64_t BytesOf(const TimedFrame& frame) {
    return int64_t{3} * frame.analysis.image.width() * frame.analysis.image.height();
  }
  std::map<int64_t, Entry> frames_;
  int64_t bytes_ = 0;
  int64_t clock_ = 0;
};

}  // namespace

class PreviewSession::Impl {
 public:
  Impl(const InputName& input, const PreviewOptions& options)
      : input_(input),
        threads_(ThreadsOf(options.threads)),
        read_(WithThreads(options.read, threads_)),
        engine_(ChooseEngine(options.engine)),
        finder_(input, {read_, options.frames}),
        geometry_(finder_.info().geometry) {}

  const FrameGeometry& geometry() const { return geometry_; }

  PreviewAnswer Find(const std::vector<Point>& points, const std::stop_token& stop) {
    Prompts prompts;
    prompts.points = points;
    const PromptSchedule schedule(Resolved(std::move(prompts)), geometry_);
    if (schedule.first_frame() != schedule.last_frame()) {
      Refuse("A preview shows one frame; give points of one frame only.");
    }
    PreviewAnswer answer;
    answer.frame = schedule.first_frame();
    answer.sample_aspect = geometry_.MaskAspect();
    for (const PromptSchedule::Said& said : schedule.At(answer.frame)) {
      if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
      for (const MaskCandidate& candidate : Candidates(said, answer.frame, stop)) {
        answer.candidates.push_back({said.object, ScaleMask(candidate.mask, geometry_.MaskSize()),
                                     candidate.confidence, candidate.scale});
      }
    }
    return answer;
  }

 private:
  // What is kept for an object. Its segmenter remembers the last frame and points by itself.
  struct Kept {
    int object = 1;
    FirstMasks masks;
    int64_t frame = -1;  // Of the answer.
    std::vector<Point> points;
    std::vector<MaskCandidate> answer;
  };

  // As ResolveTimes, which decodes, where the times are known already.
  Prompts Resolved(Prompts prompts) {
    const std::vector<int64_t>* times = finder_.KnownTimes();
    const VideoInfo& info = finder_.info();
    for (Point& point : prompts.points) {
      if (!point.seconds || !times) continue;
      if (*point.seconds < 0) RefuseAsOutside("A time before the video's beginning was given.");
      const double tick = info.time_base.AsDouble();
      const auto next = std::upper_bound(
          times->begin(), times->end(), *point.seconds, [&](double seconds, int64_t pts) {
            return seconds < static_cast<double>(pts) * tick - info.start_seconds;
          });
      // How long the last frame is shown only decoding tells.
      if (next == times->end()) break;
      point.frame = std::max<int64_t>(0, next - times->begin() - 1);
      point.seconds.reset();
    }
    return ResolveTimes(input_, read_, std::move(prompts));
  }

  const std::vector<MaskCandidate>& Candidates(const PromptSchedule::Said& said, int64_t frame,
                                               const std::stop_token& stop) {
    Kept& kept = KeptOf(said.object);
    if (kept.frame == frame && SamePoints(kept.points, said.points)) return kept.answer;
    LookAt(frame, kept.masks.NeighbourOffsets(), stop);
    kept.frame = -1;
    kept.answer = kept.masks.Candidates(said.points, look_.frame, look_.neighbours, nullptr);
    kept.points = said.points;
    kept.frame = frame;
    return kept.answer;
  }

  Kept& KeptOf(int object) {
    const auto found = std::find_if(kept_.begin(), kept_.end(),
                                    [&](const Kept& kept) { return kept.object == object; });
    if (found != kept_.end()) {
      kept_.splice(kept_.begin(), kept_, found);
      return kept_.front();
    }
    if (kept_.size() >= kObjectsKept) kept_.pop_back();
    kept_.push_front({object, FirstMasks(engine_.make_segmenter(threads_), geometry_), -1, {}, {}});
    return kept_.front();
  }

  void LookAt(int64_t index, std::span<const int> offsets, const std::stop_token& stop) {
    if (look_.index == index) return;
    const auto beyond_end = [index] {
      RefuseAsOutside(fmt::format("Frame {} is beyond the end of the video.", index));
    };
    if (index >= read_.limits.max_frames) beyond_end();
    int behind = 0, ahead = 1;
    for (const int offset : offsets) {
      behind = std::max(behind, -offset);
      ahead = std::max(ahead, offset);
    }
    const int64_t begin = std::max<int64_t>(0, index - behind);
    const std::deque<TimedFrame> frames = Frames(begin, index + ahead + 1, stop);
    const auto position = static_cast<size_t>(index - begin);
    if (position >= frames.size()) beyond_end();
    look_ = {index, frames[position].analysis,
             NeighboursAmong(frames, static_cast<int>(position), offsets)};
  }

  // From memory as far as they are there.
  std::deque<TimedFrame> Frames(int64_t begin, int64_t end, const std::stop_token& stop) {
    std::deque<TimedFrame> frames;
    const double tick = finder_.info().time_base.AsDouble();
    for (int64_t i = begin; i < end;) {
      if (const TimedFrame* known = cache_.Find(i)) {
        frames.push_back(*known);
        ++i;
        continue;
      }
      int64_t until = i + 1;
      while (until < end && !cache_.Find(until)) ++until;
      const std::vector<FrameFinder::Item> read = finder_.Read(i, until, stop);
      for (const FrameFinder::Item& item : read) {
        const double seconds = static_cast<double>(item.pts) * tick;
        frames.push_back({{item.index, seconds, item.image}, item.pts});
      }
      if (static_cast<int64_t>(read.size()) < until - i) break;  // The video ends.
      i = until;
    }
    for (const TimedFrame& frame : frames) cache_.Add(frame);
    return frames;
  }

  const InputName input_;
  const int threads_;
  const ReadOptions read_;
  const Engine engine_;
  FrameFinder finder_;
  const FrameGeometry geometry_;
  FrameCache cache_;
  Look look_;
  std::list<Kept> kept_;  // The object asked for last comes first.
};

PreviewSession::PreviewSession(const InputName& input, const PreviewOptions& options)
    : impl_(std::make_unique<Impl>(input, options)) {}
PreviewSession::~PreviewSession() = default;
const FrameGeometry& PreviewSession::geometry() const {
  return impl_->geometry();
}
PreviewAnswer PreviewSession::Find(const std::vector<Point>& points, std::stop_token stop) {
  return impl_->Find(points, stop);
}

}  // namespace tapmask
