// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/forward_pass.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "tapmask/core/error.h"
#include "tapmask/core/mask_scale.h"

namespace tapmask {
namespace {

constexpr double kLookBackSeconds = 2;
constexpr double kSameMask = 0.995;  // IoU with what the user says: the tracker knew it already.
constexpr double kLittle = 0.02;     // Share of what was seen: the prompt took nothing away.
constexpr int kFramesAtOne = 5;      // In a row, until two tracks count as the same.

bool IsKnown(const MaskRecord& record) {
  return (record.state == TrackState::kTracked || record.state == TrackState::kGiven) &&
         !record.mask.Empty();
}

StartMask StartAt(const MaskRecord& record, const BgrImage& image) {
  return {record.object, ScaleMask(record.mask, image.size()), record.mask, record.state,
          record.confidence};
}

// Between two boxes that the user drew, the interpolated box stands instead of what was tracked.
void PutBox(const PromptSchedule& schedule, MaskRecord& record) {
  if (record.state == TrackState::kGiven) return;
  if (auto box = schedule.BetweenBoxes(record.object, record.frame)) {
    record.mask = std::move(*box);
    record.state = TrackState::kGiven;
    record.confidence = 1;
  }
}

}  // namespace

ForwardPass::ForwardPass(const PromptSchedule& schedule, const TrackPassOptions& options,
                         AnalysisSource& source, EarlierTrack* earlier, MaskTrackWriter& track)
    : schedule_(schedule),
      source_(source),
      earlier_(earlier),
      track_(track),
      masks_(options.engine.make_segmenter(options.threads), source.info().geometry),
      direction_(options.engine, options.threads, source.info().geometry.MaskSize()) {}

int64_t ForwardPass::Run(const ProgressSink& progress, const std::function<void()>& on_frame,
                         const std::stop_token& stop) {
  if (is_done_) {
    ReadAgain(progress, stop);
    return reached_end_ ? next_ : earlier_->frames();
  }
  source_.Start(FirstImage());
  FrameWindow window(source_, masks_.NeighbourOffsets());
  while (window.Advance()) {
    if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
    const int64_t index = window.current().analysis.index;
    const bool is_new = index >= next_;
    const bool is_tracked = is_new && (earlier_ || index >= schedule_.first_frame());
    if (is_tracked) Step(window);
    if (is_new) next_ = index + 1;
    progress({JobStage::kTracking, next_, std::max(next_, source_.info().frames)});
    if (!is_tracked) continue;
    if (earlier_ && index >= schedule_.last_frame() && direction_.Idle()) {
      reached_end_ = false;
      break;
    }
    on_frame();
  }
  is_done_ = true;
  if (!reached_end_) {
    for (int64_t frame = next_; frame < earlier_->frames(); ++frame) {
      for (const MaskRecord& record : earlier_->Frame(frame)) track_.Add(record);
    }
    return earlier_->frames();
  }
  if (schedule_.last_frame() >= next_) {
    throw Error(Code::kInvalidArgument,
                fmt::format("Frame {} is beyond the end of the video, which has {} frames.",
                            schedule_.last_frame(), next_))
        .Because(Reason::kPointOutside);
  }
  if (earlier_) earlier_->CheckFrames(next_);
  return next_;
}

// The pass was done before; only what the reader learns of the video is needed.
void ForwardPass::ReadAgain(const ProgressSink& progress, const std::stop_token& stop) {
  source_.Start(std::numeric_limits<int64_t>::max());
  while (const std::optional<TimedFrame> frame = source_.Next()) {
    if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
    progress({JobStage::kTracking, next_, std::max(next_, source_.info().frames)});
    if (!reached_end_ && frame->analysis.index + 1 >= next_) return;
  }
}

// Where the first picture is needed. What was done before needs none; and nothing is tracked before
// the first correction, but for what an object looked like when the user showed it before.
int64_t ForwardPass::FirstImage() const {
  int64_t first = earlier_ ? schedule_.first_frame() : 0;
  for (const int object : schedule_.objects()) {
    const auto shown =
        earlier_ ? earlier_->LastSaidBefore(object, schedule_.first_frame()) : std::nullopt;
    if (shown) first = std::min(first, *shown);
  }
  first = std::max(first, next_);
  int64_t seen_from = first;
  for (const int offset : masks_.NeighbourOffsets()) {
    seen_from = std::min(seen_from, first + offset);
  }
  return seen_from;
}

void ForwardPass::Step(const FrameWindow& window) {
  const TimedFrame& frame = window.current();
  const int64_t index = frame.analysis.index;
  const std::vector<PromptSchedule::Said> said = schedule_.At(index);
  if (earlier_) earlier_records_ = earlier_->Frame(index, frame.pts);
  const bool begins = direction_.Idle() && !said.empty();
  if (begins) LearnFromBefore(said.front().object, window);
  if (!direction_.Idle() || begins) direction_.Next(frame, window.Following());
  if (earlier_ && !begins) EndCorrections(window);
  for (const PromptSchedule::Said& of_object : said) Start(of_object, window, begins);

  const std::vector<MaskRecord> followed = direction_.Records();
  for (const MaskRecord& record : followed) FollowTo(record);
  for (const MaskRecord& record : earlier_records_) {
    const bool anew = std::any_of(followed.begin(), followed.end(), [&](const MaskRecord& other) {
      return other.object == record.object;
    });
    if (anew) continue;
    Keep(record);
    if (!earlier_->SaidAt(record.object, index)) continue;
    last_prompt_[record.object] = index;
    const BgrImage& image = frame.analysis.image;  // May be none, long before the first correction.
    if (IsKnown(record) && image.width() > 0)
      shown_[record.object] = {frame, StartAt(record, image)};
  }
}

// Of a video that is corrected, most was never seen in this pass: a tracker that begins at the
// correction knows nothing but what is in sight there.
void ForwardPass::LearnFromBefore(int object, const FrameWindow& window) {
  const auto before = shown_.find(object);
  if (before == shown_.end()) return;
  direction_.Next(before->second.frame, &window.current().analysis);
  direction_.Start(before->second.mask);
}

// Objects that are followed anew come to a frame in which the user had shown them before. From
// there on the earlier track stands; up to there, a way back shows where the two do not agree.
void ForwardPass::EndCorrections(const FrameWindow& window) {
  const AnalysisFrame& frame = window.current().analysis;
  for (const MaskRecord& shown : earlier_records_) {
    const bool ends = direction_.Follows(shown.object) &&
                      earlier_->SaidAt(shown.object, frame.index) &&
                      !schedule_.Says(shown.object, frame.index);
    if (!ends) continue;
    if (IsKnown(shown)) {
      const StartMask start = StartAt(shown, frame.image);
      GoBack(start, frame.index, direction_.Agreement(shown.object, start.in_image), false);
    }
    direction_.Forget(shown.object);
  }
}

// `begins`: nothing was followed up to this frame.
void ForwardPass::Start(const PromptSchedule::Said& said, const FrameWindow& window, bool begins) {
  const AnalysisFrame& frame = window.current().analysis;
  const bool followed = !begins && direction_.Follows(said.object);
  const MaskRecord* known = followed ? nullptr : EarlierRecord(said.object);
  if (known && !IsKnown(*known)) known = nullptr;  // It covers where the object may be.
  const Mask* seen = followed ? direction_.Seen(said.object) : nullptr;
  std::optional<Mask> before;
  if (seen) before = *seen;
  if (known) before = ScaleMask(known->mask, frame.image.size());
  const StartMask start = masks_.Find(said, window, before ? &*before : nullptr);
  const bool by_hand = start.state == TrackState::kGiven;
  if (known && !by_hand && start.in_image == *before) {  // The user only confirms it.
    for (MaskRecord& record : earlier_records_) {
      if (record.object == said.object) {
        record.confidence = std::max(record.confidence, start.confidence);
      }
    }
    last_prompt_[said.object] = frame.index;
    direction_.Forget(said.object);
    return;
  }
  double agreement = followed ? direction_.Agreement(said.object, start.in_image) : 1;
  if (before) agreement = IntersectionOverUnion(*before, start.in_image);
  const bool adds = before && Subtract(*before, start.in_image).Area() < kLittle * before->Area();
  // "Not in this frame" says nothing of the frames around it.
  if (!start.in_mask.Empty()) GoBack(start, frame.index, agreement, adds);
  direction_.Start(start);
  at_one_[said.object] = {1 - agreement, 0};
}

// Of an object in this frame, when it has a mask.
const MaskRecord* ForwardPass::EarlierRecord(int object) const {
  for (const MaskRecord& record : earlier_records_) {
    if (record.object == object && !record.mask.Empty()) return &record;
  }
  return nullptr;
}

void ForwardPass::FollowTo(const MaskRecord& seen) {
  MaskRecord record = seen;
  PutBox(schedule_, record);
  const auto said = schedule_.At(record.frame);
  const bool shown = std::any_of(said.begin(), said.end(), [&](const PromptSchedule::Said& s) {
    return s.object == record.object;
  });
  if (!shown && IsKnown(record)) LookBack(record);
  Keep(record);
  if (shown && IsKnown(record)) last_prompt_[record.object] = record.frame;
  if (!schedule_.Says(record.object, record.frame) && IsAtOneAgain(record)) {
    direction_.Forget(record.object);
  }
}

bool ForwardPass::IsAtOneAgain(const MaskRecord& record) {
  const MaskRecord* before = EarlierRecord(record.object);
  AtOne& at_one = at_one_[record.object];
  const bool same = before && IsKnown(*before) && IsKnown(record) &&
                    AreAtOne(before->mask, record.mask, at_one.difference);
  at_one.frames = same ? at_one.frames + 1 : 0;
  return at_one.frames >= kFramesAtOne;
}

void ForwardPass::Keep(const MaskRecord& record) {
  track_.Add(record);
  known_.Add(record);
  if (IsKnown(record)) last_known_[record.object] = record.frame;
}

// From where the user put an object back to where it was last known. When the tracker saw something
// else in this very frame, it may have been wrong for long: then the way goes on, to where both see
// the same or to the prompt before. Up to there, frames that are nearer to this prompt take what is
// found from here, and in the others both are hidden; both everywhere when the prompt only added to
// what was seen.
void ForwardPass::GoBack(const StartMask& start, int64_t index, double agreement, bool adds) {
  const auto known = last_known_.find(start.object);
  WayBack way{start, index, known == last_known_.end() ? 0 : known->second + 1, false, 0};
  if (agreement < kSameMask) {
    const auto prompt = last_prompt_.find(start.object);
    const int64_t before = prompt == last_prompt_.end() ? -1 : prompt->second;
    way.disputed = true;
    way.difference = 1 - agreement;
    way.replaces = adds ? index : before + (index - before) / 2 + 1;
    way.until = std::min(way.until, before + 1);
  }
  if (way.until < index) ways_back_.push_back(std::move(way));
}

// Found again after a gap: the object was there a little earlier than it was recognised, so it
// is followed back from here for as long as it is seen, and no longer than some seconds.
void ForwardPass::LookBack(const MaskRecord& found) {
  const auto known = last_known_.find(found.object);
  if (found.state != TrackState::kTracked || known == last_known_.end() ||
      known->second + 1 >= found.frame) {
    return;
  }
  const Mask* in_image = direction_.Seen(found.object);
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

}  // namespace tapmask
