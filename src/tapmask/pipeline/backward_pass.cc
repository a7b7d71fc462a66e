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

void BackwardPass::Archive(StateArchive& archive) {
  bool is_on_the_way = direction_.has_value();
  archive(ways_, has_ways_, first_, last_, next_, until_, end_, on_the_way_, is_on_the_way);
  if (!archive.saves()) direction_.reset();
  if (!is_on_the_way) return;
  if (!direction_) NewDirection();
  archive(*direction_);
}

void BackwardPass::Run(std::vector<WayBack> ways, const std::function<void()>& on_frame,
                       const std::stop_token& stop) {
  if (!has_ways_) {
    ways_ = std::move(ways);
    has_ways_ = true;
    std::stable_sort(ways_.begin(), ways_.end(),
                     [](const WayBack& a, const WayBack& b) { return a.from > b.from; });
  }
  while (direction_ || first_ < ways_.size()) {
    if (!direction_) BeginStretch();
    RunStretch(on_frame, stop);
    direction_.reset();
    first_ = last_;
  }
}

void BackwardPass::NewDirection() {
  direction_.emplace(options_.engine, options_.threads, forwards_.info().geometry.MaskSize());
}

void BackwardPass::BeginStretch() {
  last_ = first_ + 1;
  until_ = ways_[first_].until;
  while (last_ < ways_.size() && ways_[last_].from >= until_) {
    until_ = std::min(until_, ways_[last_].until);
    ++last_;
  }
  next_ = first_;
  end_ = ways_[first_].from + 1;
  on_the_way_.clear();
  NewDirection();
}

void BackwardPass::RunStretch(const std::function<void()>& on_frame, const std::stop_token& stop) {
  BackwardReader reader(input_,
                        {.read = options_.read,
                         .begin = until_,
                         .end = end_,
                         .scratch_folder = options_.scratch_folder},
                        forwards_.times());
  const double tick = forwards_.info().time_base.AsDouble();
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
    const bool begins = next_ < last_ && ways_[next_].from == index;
    if (direction_->Idle() && !begins) {
      if (next_ == last_) break;
      continue;
    }
    direction_->Next(*frame, following ? &following->analysis : nullptr);
    for (; next_ < last_ && ways_[next_].from == index; ++next_) {
      const int object = ways_[next_].start.object;
      if (direction_->Follows(object))
        continue;  // A later prompt, which disputes what was seen here.
      direction_->Start(ways_[next_].start);
      on_the_way_[object] = next_;
    }
    for (const MaskRecord& record : direction_->Records()) {
      WayBack& way = ways_[on_the_way_.at(record.object)];
      Fill(way, record);
      if (record.frame <= way.until) direction_->Forget(record.object);
    }
    end_ = index;
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
