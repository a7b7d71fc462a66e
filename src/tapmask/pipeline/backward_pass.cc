// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/backward_pass.h"

#include <algorithm>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/media/backward_reader.h"

namespace tapmask {
namespace {

constexpr double kNaturalDifference = 0.03;  // Of two good tracks of one object, 1 - IoU.
constexpr double kLittleOfIt = 0.25;

}  // namespace

bool AreAtOne(const Mask& a, const Mask& b, double difference) {
  return 1 - IntersectionOverUnion(a, b) <= std::min(kNaturalDifference, kLittleOfIt * difference);
}

void StateRuns::Add(const MaskRecord& record) {
  std::vector<Run>& runs = by_object_[record.object];
  if (!runs.empty() && runs.back().state == record.state && runs.back().end == record.frame) {
    ++runs.back().end;
  } else {
    runs.push_back({record.frame, record.frame + 1, record.state});
  }
}

std::optional<TrackState> StateRuns::At(int object, int64_t frame) const {
  const auto runs = by_object_.find(object);
  if (runs == by_object_.end()) return std::nullopt;
  const auto after = std::upper_bound(runs->second.begin(), runs->second.end(), frame,
                                      [](int64_t at, const Run& run) { return at < run.begin; });
  if (after == runs->second.begin() || frame >= std::prev(after)->end) return std::nullopt;
  return std::prev(after)->state;
}

BackwardPass::BackwardPass(const InputName& input, const TrackPassOptions& options,
                           const PromptSchedule& schedule, const VideoReader& forwards,
                           const EarlierTrack* earlier, const StateRuns& known,
                           MaskTrackWriter& track)
    : input_(input),
      options_(options),
      schedule_(schedule),
      forwards_(forwards),
      earlier_(earlier),
      known_(known),
      track_(track) {}

void BackwardPass::Run(std::vector<WayBack> ways, const std::function<void()>& on_frame,
                       const std::stop_token& stop) {
  std::stable_sort(ways.begin(), ways.end(),
                   [](const WayBack& a, const WayBack& b) { return a.from > b.from; });
  for (size_t first = 0; first < ways.size();) {
    // Ways that overlap go together, so that their frames are decoded once.
    size_t last = first + 1;
    int64_t until = ways[first].until;
    while (last < ways.size() && ways[last].from >= until) {
      until = std::min(until, ways[last].until);
      ++last;
    }
    RunStretch(
        {ways.begin() + static_cast<ptrdiff_t>(first), ways.begin() + static_cast<ptrdiff_t>(last)},
        until, on_frame, stop);
    first = last;
  }
}

void BackwardPass::RunStretch(std::vector<WayBack> ways, int64_t until,
                              const std::function<void()>& on_frame, const std::stop_token& stop) {
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
  size_t next = 0;                     // The first of `ways` that has not begun.
  const auto read = [&]() -> std::optional<TimedFrame> {
    auto item = reader.Next();
    if (!item) return std::nullopt;
    const double seconds = static_cast<double>(item->pts) * tick;
    return TimedFrame{{item->index, seconds, std::move(item->image)}, item->pts};
  };
  std::optional<TimedFrame> frame, following = read();
  while ((frame = std::exchange(following, std::nullopt))) {
    following = read();
    const int64_t index = frame->analysis.index;
    if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
    const bool begins = next < ways.size() && ways[next].from == index;
    if (direction.Idle() && !begins) {
      if (next == ways.size()) break;
      continue;
    }
    direction.Next(*frame, following ? &following->analysis : nullptr);
    for (; next < ways.size() && ways[next].from == index; ++next) {
      const int object = ways[next].start.object;
      if (direction.Follows(object))
        continue;  // A later prompt, which disputes what was seen here.
      direction.Start(ways[next].start);
      on_the_way[object] = &ways[next];
    }
    for (const MaskRecord& record : direction.Records()) {
      WayBack& way = *on_the_way.at(record.object);
      Fill(way, record);
      if (record.frame <= way.until) direction.Forget(record.object);
    }
    on_frame();
  }
}

void BackwardPass::Fill(WayBack& way, MaskRecord record) {
  if (record.frame >= way.from || record.frame < way.until || !IsBetter(record)) return;
  if (way.disputed && record.state == TrackState::kTracked) {
    const std::optional<Mask> forwards = track_.Find(record.object, record.frame);
    const bool seen = known_.At(record.object, record.frame) == TrackState::kTracked;
    if (seen && AreAtOne(*forwards, record.mask, way.difference)) {
      way.until = record.frame;  // From here on, the way forwards stands.
      return;
    }
    if (forwards && record.frame < way.replaces) record.mask = Union(record.mask, *forwards);
  }
  track_.Add(record);
}

// A mask counts more than none. Held and lost cover something, absent covers nothing: in doubt
// the object is hidden. What the user said of a frame stands.
bool BackwardPass::IsBetter(const MaskRecord& record) const {
  if (schedule_.Says(record.object, record.frame)) return false;
  if (earlier_ && earlier_->SaidAt(record.object, record.frame)) return false;
  if (record.state == TrackState::kTracked) return true;
  const std::optional<TrackState> forwards = known_.At(record.object, record.frame);
  return !forwards || *forwards == TrackState::kAbsent;
}

}  // namespace tapmask
