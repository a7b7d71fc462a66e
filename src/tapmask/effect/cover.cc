// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/cover.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/effect/grow.h"

namespace tapmask {
namespace {

constexpr double kHoldSeconds = 0.5;
constexpr double kLeastGrowthPx = 2;  // Of `held`, a frame.
constexpr double kGrowthOfSpeed = 1.5;
constexpr size_t kSpeedFrames = 6;  // Trusted frames that the speed is taken from.

constexpr int64_t kBegin = std::numeric_limits<int64_t>::min();
constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();

constexpr double kSure = 0.8;  // A tracked mask with less is to be looked at.

enum class Sight { kHere, kNotHere, kUnknown };

Sight SightOf(TrackState state, bool has_mask) {
  switch (state) {
    case TrackState::kTracked: return has_mask ? Sight::kHere : Sight::kUnknown;
    case TrackState::kGiven: return has_mask ? Sight::kHere : Sight::kNotHere;
    case TrackState::kAbsent: return Sight::kNotHere;
    case TrackState::kHeld:
    case TrackState::kLost: return Sight::kUnknown;
  }
  return Sight::kUnknown;
}

Sight SightOf(const CoverPlanner::Entry& entry) {
  return SightOf(entry.state, !entry.box.Empty());
}

// Frames between two, never too many to count on with.
int64_t FramesBetween(int64_t a, int64_t b) {
  return a < b ? b - a : a - b;
}

double CentreDistance(const Rect& a, const Rect& b) {
  return std::hypot(a.x + a.width / 2.0 - (b.x + b.width / 2.0),
                    a.y + a.height / 2.0 - (b.y + b.height / 2.0));
}

// Median speed of the box's centre in the last frames up to `at`, seen in direction `step` from
// it (-1: those before). `certain` are the entries in which the object is known to be here or not.
double RecentSpeed(const std::vector<const CoverPlanner::Entry*>& certain, size_t at, int step) {
  std::vector<double> speeds;
  const CoverPlanner::Entry* last = certain[at];
  for (auto i = static_cast<int64_t>(at) + step;
       i >= 0 && i < static_cast<int64_t>(certain.size()) && speeds.size() + 1 < kSpeedFrames;
       i += step) {
    const CoverPlanner::Entry* entry = certain[static_cast<size_t>(i)];
    if (SightOf(*entry) != Sight::kHere) break;
    speeds.push_back(
        CentreDistance(entry->box, last->box) /
        static_cast<double>(std::max<int64_t>(1, FramesBetween(entry->frame, last->frame))));
    last = entry;
  }
  if (speeds.empty()) return 0;
  const auto middle = speeds.begin() + static_cast<ptrdiff_t>(speeds.size() / 2);
  std::nth_element(speeds.begin(), middle, speeds.end());
  return *middle;
}

Rect Grown(const Rect& box, double x_px, double y_px, const Size& bounds) {
  const double limit = bounds.width + bounds.height;
  const int x = static_cast<int>(std::ceil(std::min(x_px, limit)));
  const int y = static_cast<int>(std::ceil(std::min(y_px, limit)));
  return Intersect({box.x - x, box.y - y, box.width + 2 * x, box.height + 2 * y},
                   {0, 0, bounds.width, bounds.height});
}

}  // namespace

CoverPlanner::CoverPlanner(Options options, Size size, std::span<const Entry> entries)
    : options_(std::move(options)), size_(size) {
  if (options_.grow_px < 1) {
    throw Error(Code::kInvalidArgument, "Masks must be grown by at least 1 pixel.");
  }
  const double fps = options_.frames_per_second > 0 ? options_.frames_per_second : 25;
  rejoin_frames_ = std::max<int64_t>(1, std::llround(kHoldSeconds * fps));

  std::map<int, Entries> by_object;
  for (const int object : options_.objects) by_object[object];
  int64_t first_frame = kEnd, last_frame = kBegin;
  for (const Entry& entry : entries) {
    by_object[entry.object].push_back(&entry);
    first_frame = std::min(first_frame, entry.frame);
    last_frame = std::max(last_frame, entry.frame);
  }
  if (options_.frames) {
    first_frame = 0;
    last_frame = *options_.frames - 1;
  }
  for (const auto& [object, of_object] : by_object) {
    objects_.push_back(object);
    PlanGaps(object, of_object);
    ListSpans(object, of_object, first_frame, last_frame);
  }
  std::stable_sort(spans_.begin(), spans_.end(),
                   [](const Span& a, const Span& b) { return a.first_frame < b.first_frame; });
}

// Between two entries that are certain, and before the first and after the last, lies a gap.
void CoverPlanner::PlanGaps(int object, const Entries& entries) {
  Entries certain, unknown;
  for (const Entry* entry : entries) {
    (SightOf(*entry) == Sight::kUnknown ? unknown : certain).push_back(entry);
  }
  const auto is_here = [&](size_t i) { return SightOf(*certain[i]) == Sight::kHere; };
  const auto anchor = [&](size_t i, int step) {
    return Anchor{certain[i]->frame, certain[i]->box, RecentSpeed(certain, i, step), false};
  };

  size_t first_here = 0;
  while (first_here < certain.size() && !is_here(first_here)) ++first_here;
  std::optional<size_t> last_here;

  auto record = unknown.begin();
  for (size_t after = 0; after <= certain.size(); ++after) {
    if (after > 0 && is_here(after - 1)) last_here = after - 1;
    Gap gap{.object = object,
            .first_frame = after == 0 ? kBegin : certain[after - 1]->frame + 1,
            .last_frame = after == certain.size() ? kEnd : certain[after]->frame - 1,
            .anchors = {}};
    if (gap.first_frame > gap.last_frame) continue;

    if (after > 0 && is_here(after - 1)) gap.anchors.push_back(anchor(after - 1, -1));
    if (after < certain.size() && is_here(after)) gap.anchors.push_back(anchor(after, 1));
    // Known to be away on both sides: wherever it was seen last, else will be seen first.
    if (gap.anchors.empty() && last_here) gap.anchors.push_back(anchor(*last_here, -1));
    if (gap.anchors.empty() && first_here < certain.size()) {
      gap.anchors.push_back(anchor(first_here, 1));
    }

    for (; record != unknown.end() && (*record)->frame <= gap.last_frame; ++record) {
      if (gap.first_record > gap.last_record) gap.first_record = (*record)->frame;
      gap.last_record = (*record)->frame;
      for (Anchor& a : gap.anchors) a.is_source |= a.box == (*record)->box;
    }
    const bool has_source = std::any_of(gap.anchors.begin(), gap.anchors.end(),
                                        [](const Anchor& a) { return a.is_source; });
    if (!has_source) {
      for (Anchor& a : gap.anchors) a.is_source = true;
    }
    gaps_.push_back(std::move(gap));
  }
}

void CoverPlanner::ListSpans(int object, const Entries& entries, int64_t first_frame,
                             int64_t last_frame) {
  std::vector<Span> unseen, unsure;
  // Adds to the last span when that is of the same state and no more than `reach` frames before.
  const auto add = [](std::vector<Span>& spans, const Span& span, int64_t reach) {
    if (span.first_frame > span.last_frame) return;
    if (spans.empty() || spans.back().state != span.state ||
        span.first_frame - spans.back().last_frame > reach) {
      spans.push_back(span);
      return;
    }
    Span& last = spans.back();
    last.last_frame = span.last_frame;
    if (span.confidence < last.confidence) {
      last.look_at = span.look_at;
      last.confidence = span.confidence;
    }
  };
  int64_t next = first_frame;
  for (const Entry* entry : entries) {
    add(unseen, {object, TrackState::kLost, next, entry->frame - 1, next, 0}, 1);  // No records.
    Span here{object, entry->state, entry->frame, entry->frame, entry->frame, entry->confidence};
    if (SightOf(*entry) == Sight::kUnknown) {
      if (here.state != TrackState::kHeld) here.state = TrackState::kLost;
      add(unseen, here, 1);
    } else if (entry->state == TrackState::kAbsent) {
      add(unseen, here, 1);
    } else if (entry->state == TrackState::kTracked && entry->confidence < kSure) {
      add(unsure, here, rejoin_frames_);
    }
    next = entry->frame + 1;
  }
  add(unseen, {object, TrackState::kLost, next, last_frame, next, 0}, 1);
  spans_.insert(spans_.end(), unsure.begin(), unsure.end());
  spans_.insert(spans_.end(), unseen.begin(), unseen.end());
}

Mask CoverPlanner::Cover(int64_t frame, std::span<const MaskRecord> records) const {
  if (options_.invert) return CoverAllBut(records);

  Mask cover(size_.width, size_.height);
  const auto cover_object = [&](int object, const MaskRecord* record) {
    const Sight sight = record ? SightOf(record->state, !record->mask.Empty()) : Sight::kUnknown;
    if (sight == Sight::kNotHere) return;
    cover = Union(cover, sight == Sight::kHere ? Grow(record->mask, options_.grow_px)
                                               : CoverGap(GapAt(object, frame), frame, record));
  };
  for (const MaskRecord& record : records) cover_object(record.object, &record);
  for (const int object : objects_) {
    const bool has_record = std::any_of(records.begin(), records.end(),
                                        [&](const MaskRecord& r) { return r.object == object; });
    if (!has_record) cover_object(object, nullptr);
  }
  return cover;
}

Mask CoverPlanner::CoverAllBut(std::span<const MaskRecord> records) const {
  Mask visible(size_.width, size_.height);
  for (const MaskRecord& record : records) {
    if (SightOf(record.state, !record.mask.Empty()) != Sight::kHere) continue;
    visible = Union(visible, Shrink(record.mask, options_.grow_px));
  }
  return Complement(visible);
}

// Records that planning knew nothing of get a gap of their own, without anchors.
CoverPlanner::Gap CoverPlanner::GapAt(int object, int64_t frame) const {
  const auto behind = std::upper_bound(
      gaps_.begin(), gaps_.end(), std::pair(object, frame),
      [](const auto& at, const Gap& gap) { return at < std::pair(gap.object, gap.first_frame); });
  if (behind != gaps_.begin()) {
    const Gap& gap = *std::prev(behind);
    if (gap.object == object && frame <= gap.last_frame) return gap;
  }
  return {.object = object, .first_frame = frame, .last_frame = frame, .anchors = {}};
}

Mask CoverPlanner::CoverGap(const Gap& gap, int64_t frame, const MaskRecord* record) const {
  Mask cover(size_.width, size_.height);
  const bool held = record && record->state == TrackState::kHeld;
  if (!held && options_.on_lost == OnLost::kClear) return cover;
  if (!held && options_.on_lost == OnLost::kFrame) return Complement(cover);

  std::vector<Anchor> anchors = gap.anchors;
  const Rect carried = record ? record->mask.BoundingBox() : Rect{};
  const bool carries_anchor = std::any_of(anchors.begin(), anchors.end(),
                                          [&](const Anchor& a) { return a.box == carried; });
  if (!carried.Empty() && !carries_anchor) {
    // The mask of a frame that is not known: as if just outside the records of this gap.
    const bool known = gap.first_record <= frame && frame <= gap.last_record;
    const int64_t frames =
        known ? std::max(frame - gap.first_record, gap.last_record - frame) + 1 : 1;
    anchors.push_back({frame - frames, carried, 0, true});
  }

  if (anchors.empty()) return Complement(cover);  // It may be anywhere.
  for (const Anchor& anchor : anchors) {
    const int64_t frames = FramesBetween(anchor.frame, frame);
    if (!anchor.is_source) {
      if (frames <= rejoin_frames_) FillRect(cover, HeldBox(anchor, frames));
    } else if (!held) {
      FillRect(cover, LostBox(anchor, frames));
    } else if (anchor.box == carried) {
      cover = Union(cover, Grow(record->mask, HeldGrowthPx(anchor, frames)));
    } else {
      FillRect(cover, HeldBox(anchor, frames));
    }
  }
  return cover;
}

double CoverPlanner::HeldGrowthPx(const Anchor& anchor, int64_t frames) const {
  return options_.grow_px +
         static_cast<double>(frames) * std::max(kLeastGrowthPx, kGrowthOfSpeed * anchor.speed_px);
}

Rect CoverPlanner::HeldBox(const Anchor& anchor, int64_t frames) const {
  const double px = HeldGrowthPx(anchor, frames);
  return Grown(anchor.box, px, px, size_);
}

Rect CoverPlanner::LostBox(const Anchor& anchor, int64_t frames) const {
  const double least_px = HeldGrowthPx(anchor, rejoin_frames_);
  const double moved_px = options_.grow_px + anchor.speed_px * static_cast<double>(frames);
  return Grown(anchor.box, std::max(least_px, anchor.box.width / 2.0 + moved_px),
               std::max(least_px, anchor.box.height / 2.0 + moved_px), size_);
}

}  // namespace tapmask
