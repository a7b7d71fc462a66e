// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/track_pass.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/media/backward_reader.h"
#include "tapmask/pipeline/first_masks.h"
#include "tapmask/pipeline/prompt_schedule.h"
#include "tapmask/pipeline/tracking_direction.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {
namespace {

constexpr double kLookBackSeconds = 2;
constexpr double kLeastAgreement = 0.3;    // Overlap (IoU) of a tracked mask with the user's.
constexpr double kMeetingAgreement = 0.7;  // Of the ways forwards and back: they are at one again.

void StopIfAsked(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
}

// Between two boxes that the user drew, the interpolated box stands instead of what was tracked.
void PutBoxes(const PromptSchedule& schedule, std::vector<MaskRecord>& records) {
  for (MaskRecord& record : records) {
    if (record.state == TrackState::kGiven) continue;
    if (auto box = schedule.BetweenBoxes(record.object, record.frame)) {
      record.mask = std::move(*box);
      record.state = TrackState::kGiven;
      record.confidence = 1;
    }
  }
}

MaskTrackHeader HeaderOf(const VideoInfo& info, const PromptSchedule& schedule,
                         const std::string& engine) {
  MaskTrackHeader header;
  header.width = info.geometry.MaskSize().width;
  header.height = info.geometry.MaskSize().height;
  header.sample_aspect = info.geometry.MaskAspect();
  header.time_base = info.time_base;
  header.engine = engine;
  header.objects = schedule.HeaderObjects();
  return header;
}

// A way back in time: from where the user put an object to the frame after the last one in which it
// was known before that.
struct WayBack {
  StartMask start;
  int64_t from = 0;       // The frame of `start`.
  int64_t until = 0;      // The earliest frame to fill; == `from` when there is nothing to fill.
  bool disputed = false;  // The way forwards led to somewhere else.
  int64_t replaces = 0;   // The earliest frame in which it stands instead of the way forwards.
};

// The states of the way forwards, kept as runs of equal ones.
class StateRuns {
 public:
  void Add(const MaskRecord& record) {
    std::vector<Run>& runs = by_object_[record.object];
    if (!runs.empty() && runs.back().state == record.state && runs.back().end == record.frame) {
      ++runs.back().end;
    } else {
      runs.push_back({record.frame, record.frame + 1, record.state});
    }
  }
  // Nothing where there is no record.
  std::optional<TrackState> At(int object, int64_t frame) const {
    const auto runs = by_object_.find(object);
    if (runs == by_object_.end()) return std::nullopt;
    const auto after = std::upper_bound(runs->second.begin(), runs->second.end(), frame,
                                        [](int64_t at, const Run& run) { return at < run.begin; });
    if (after == runs->second.begin() || frame >= std::prev(after)->end) return std::nullopt;
    return std::prev(after)->state;
  }

 private:
  struct Run {
    int64_t begin = 0, end = 0;  // Half-open, in frames.
    TrackState state = TrackState::kLost;
  };
  std::map<int, std::vector<Run>> by_object_;  // Rising.
};

class Forwards {
 public:
  Forwards(const PromptSchedule& schedule, const TrackPassOptions& options, AnalysisSource& source,
           MaskTrackWriter& track)
      : schedule_(schedule),
        source_(source),
        track_(track),
        masks_(options.engine.make_segmenter(options.threads), source.info().geometry),
        direction_(options.engine, options.threads, source.info().geometry.MaskSize()) {}

  int64_t Run(const ProgressSink& progress, const std::stop_token& stop) {
    FrameWindow window(source_, masks_.NeighbourOffsets());
    int64_t frames = 0;
    while (window.Advance()) {
      StopIfAsked(stop);
      const TimedFrame& frame = window.current();
      if (frame.analysis.index >= schedule_.first_frame()) Step(window);
      frames = frame.analysis.index + 1;
      progress({JobStage::kTracking, frames, std::max(frames, source_.info().frames)});
    }
    if (schedule_.last_frame() >= frames) {
      throw Error(Code::kInvalidArgument,
                  fmt::format("Frame {} is beyond the end of the video, which has {} frames.",
                              schedule_.last_frame(), frames));
    }
    return frames;
  }

  const std::vector<WayBack>& ways_back() const { return ways_back_; }
  const StateRuns& known() const { return known_; }

 private:
  void Step(const FrameWindow& window) {
    const TimedFrame& frame = window.current();
    const int64_t index = frame.analysis.index;
    std::vector<StartMask> starts;
    for (const PromptSchedule::Said& said : schedule_.At(index)) {
      starts.push_back(masks_.Find(said, window, direction_.LastSeen(said.object)));
    }
    std::vector<MaskRecord> records = direction_.Step(frame, starts);
    PutBoxes(schedule_, records);
    for (const MaskRecord& record : records) {
      track_.Add(record);
      known_.Add(record);
      const auto start = std::find_if(starts.begin(), starts.end(), [&](const StartMask& s) {
        return s.object == record.object;
      });
      const bool known = record.state == TrackState::kTracked || record.state == TrackState::kGiven;
      // "Not in this frame" says nothing of the frames around it.
      if (!known || record.mask.Empty()) continue;
      if (start != starts.end()) {
        GoBack(*start, index);
        last_prompt_[record.object] = index;
      } else {
        LookBack(record);
      }
      last_known_[record.object] = index;
    }
  }

  // From where the user put an object back to where it was last known. When the tracker saw it
  // somewhere else in this very frame, it may have been wrong for long: then it goes on, to where
  // both see it in the same place or to the prompt before. Up to there, frames that are nearer to
  // this prompt take what is found from here, and in the others both are hidden.
  void GoBack(const StartMask& start, int64_t index) {
    const auto known = last_known_.find(start.object);
    WayBack way{start, index, known == last_known_.end() ? 0 : known->second + 1, false, 0};
    if (direction_.AgreementAtStart(start.object) < kLeastAgreement) {
      const auto prompt = last_prompt_.find(start.object);
      const int64_t before = prompt == last_prompt_.end() ? 0 : prompt->second;
      way.disputed = true;
      way.replaces = before + (index - before) / 2 + 1;
      way.until = std::min(way.until, before + 1);
    }
    if (way.until < index) ways_back_.push_back(std::move(way));
  }

  // Found again after a gap: the object was there a little earlier than it was recognised, so it
  // is followed back from here for as long as it is seen, and no longer than some seconds.
  void LookBack(const MaskRecord& found) {
    const auto known = last_known_.find(found.object);
    if (found.state != TrackState::kTracked || known == last_known_.end() ||
        known->second + 1 >= found.frame) {
      return;
    }
    const Mask* in_image = direction_.LastSeen(found.object);
    if (!in_image) return;
    const auto longest =
        static_cast<int64_t>(kLookBackSeconds * source_.info().frame_rate.AsDouble());
    StartMask start;
    start.object = found.object;
    start.in_image = *in_image;
    start.in_mask = found.mask;
    start.confidence = found.confidence;
    const int64_t until = std::max(known->second + 1, found.frame - std::max<int64_t>(1, longest));
    ways_back_.push_back({std::move(start), found.frame, until, false, 0});
  }

  const PromptSchedule& schedule_;
  AnalysisSource& source_;
  MaskTrackWriter& track_;
  FirstMasks masks_;
  TrackingDirection direction_;
  std::map<int, int64_t> last_known_;   // By object: the last frame with a trusted or given mask.
  std::map<int, int64_t> last_prompt_;  // By object: the last frame in which the user showed it.
  std::vector<WayBack> ways_back_;      // By rising `from`.
  StateRuns known_;
};

// Fills the frames of the ways back. What the way forwards found is replaced only where the object
// is found; before its first prompt there is nothing to replace.
class Backwards {
 public:
  Backwards(const std::string& input, const TrackPassOptions& options,
            const PromptSchedule& schedule, const VideoReader& forwards, const StateRuns& known,
            MaskTrackWriter& track)
      : input_(input),
        options_(options),
        schedule_(schedule),
        forwards_(forwards),
        known_(known),
        track_(track) {}

  void Run(std::vector<WayBack> ways, const std::function<void(int64_t)>& on_frame,
           const std::stop_token& stop) {
    std::sort(ways.begin(), ways.end(),
              [](const WayBack& a, const WayBack& b) { return a.from > b.from; });
    for (size_t first = 0; first < ways.size();) {
      // Ways that overlap go together, so that their frames are decoded once.
      size_t last = first + 1;
      int64_t until = ways[first].until;
      while (last < ways.size() && ways[last].from >= until) {
        until = std::min(until, ways[last].until);
        ++last;
      }
      RunStretch({ways.begin() + static_cast<ptrdiff_t>(first),
                  ways.begin() + static_cast<ptrdiff_t>(last)},
                 until, on_frame, stop);
      first = last;
    }
  }

 private:
  void RunStretch(std::vector<WayBack> ways, int64_t until,
                  const std::function<void(int64_t)>& on_frame, const std::stop_token& stop) {
    BackwardReader reader(input_,
                          {.read = options_.read,
                           .begin = until,
                           .end = ways.front().from + 1,
                           .scratch_folder = options_.scratch_folder},
                          forwards_.times());
    TrackingDirection direction(options_.engine, options_.threads,
                                forwards_.info().geometry.MaskSize());
    const double tick = forwards_.info().time_base.AsDouble();
    std::map<int, WayBack*> on_the_way;  // By object.
    while (auto item = reader.Next()) {
      StopIfAsked(stop);
      const TimedFrame frame{
          {item->index, static_cast<double>(item->pts) * tick, std::move(item->image)}, item->pts};
      std::vector<StartMask> begins;
      for (WayBack& way : ways) {
        if (way.from != item->index) continue;
        begins.push_back(way.start);
        on_the_way[way.start.object] = &way;
      }
      for (const MaskRecord& record : direction.Step(frame, begins)) {
        Fill(*on_the_way.at(record.object), record);
      }
      on_frame(item->index);
    }
  }

  void Fill(WayBack& way, MaskRecord record) {
    if (record.frame >= way.from || record.frame < way.until || !IsBetter(record)) return;
    if (way.disputed && record.state == TrackState::kTracked) {
      const std::optional<Mask> forwards = track_.Find(record.object, record.frame);
      const bool seen = known_.At(record.object, record.frame) == TrackState::kTracked;
      if (seen && IntersectionOverUnion(*forwards, record.mask) >= kMeetingAgreement) {
        way.until = record.frame + 1;  // Before that, the way forwards stands.
        return;
      }
      if (forwards && record.frame < way.replaces) record.mask = Union(record.mask, *forwards);
    }
    track_.Add(record);
  }

  // A mask counts more than none. Held and lost cover something, absent covers nothing: in doubt
  // the object is hidden. What the user said of a frame stands.
  bool IsBetter(const MaskRecord& record) const {
    for (const PromptSchedule::Said& said : schedule_.At(record.frame)) {
      if (said.object == record.object) return false;
    }
    if (record.state == TrackState::kTracked) return true;
    const std::optional<TrackState> forwards = known_.At(record.object, record.frame);
    return !forwards || *forwards == TrackState::kAbsent;
  }

  const std::string& input_;
  const TrackPassOptions& options_;
  const PromptSchedule& schedule_;
  const VideoReader& forwards_;
  const StateRuns& known_;
  MaskTrackWriter& track_;
};

}  // namespace

TrackPassResult RunTrackPass(const std::string& input, const Prompts& prompts,
                             const TrackPassOptions& options,
                             const std::filesystem::path& track_file, const ProgressSink& progress,
                             std::stop_token stop) {
  AnalysisSource source(input, options.read);
  const PromptSchedule schedule(prompts, source.info().geometry);
  MaskTrackWriter track(track_file, HeaderOf(source.info(), schedule, options.engine.name));
  Forwards forwards(schedule, options, source, track);
  const int64_t frames = forwards.Run(progress, stop);
  Backwards backwards(input, options, schedule, source.reader(), forwards.known(), track);
  int64_t done = frames;
  backwards.Run(
      forwards.ways_back(),
      [&](int64_t) {
        ++done;
        progress({JobStage::kTracking, done, std::max(done, frames)});
      },
      stop);
  track.Finish(frames);
  TrackPassResult result;
  result.frames = frames;
  result.truncated = source.reader().truncated();
  source.reader().AddNotices(result.notices);
  return result;
}

}  // namespace tapmask
