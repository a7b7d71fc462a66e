// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/prompt_schedule.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "tapmask/media/video_reader.h"
#include "tapmask/pipeline/refuse.h"

namespace tapmask {
namespace {

void CheckPoint(const Point& point, const Size& shown) {
  const auto [x, y] = point.in_shown;
  if (!(x >= 0 && y >= 0 && x < shown.width && y < shown.height)) {
    RefuseAsOutside(
        fmt::format("The point {:g},{:g} is outside the picture, which is {}x{} pixels as shown.",
                    x, y, shown.width, shown.height));
  }
}

}  // namespace

PromptSchedule::PromptSchedule(const Prompts& prompts, const FrameGeometry& geometry,
                               const std::set<int>& known)
    : geometry_(geometry) {
  const Size shown = geometry.ShownSize(), stored = geometry.MaskSize();
  std::set<int> located = known;
  const auto said = [&](int object, int64_t frame) -> Said& {
    if (object < 1) Refuse(fmt::format("Objects are numbered from 1, so {} is none.", object));
    if (frame < 0) RefuseAsOutside(fmt::format("Frames are counted from 0, so {} is none.", frame));
    objects_.insert(object);
    Said& entry = by_frame_[frame][object];
    entry.object = object;
    return entry;
  };
  for (const Point& point : prompts.points) {
    CheckPoint(point, shown);
    said(point.object, point.frame).points.push_back(point);
    if (point.is_object) located.insert(point.object);
  }
  for (const GivenMask& mask : prompts.masks) {
    if (mask.in_mask.size() != stored) {
      Refuse(fmt::format("The mask is {}x{} pixels, but the video's upright picture is {}x{}.",
                         mask.in_mask.width(), mask.in_mask.height(), stored.width, stored.height));
    }
    said(mask.object, mask.frame).mask_in_mask = mask.in_mask;
    if (!mask.in_mask.Empty()) located.insert(mask.object);
  }
  for (const GivenBox& box : prompts.boxes) {
    if (Intersect(box.in_shown, {0, 0, shown.width, shown.height}).Empty()) {
      RefuseAsOutside(
          fmt::format("The box {},{},{},{} is outside the picture, which is {}x{} pixels as shown.",
                      box.in_shown.x, box.in_shown.y, box.in_shown.width, box.in_shown.height,
                      shown.width, shown.height));
    }
    said(box.object, box.frame).box_in_mask = MaskOfBox(box.in_shown);
    boxes_[box.object][box.frame] = box.in_shown;
    located.insert(box.object);
  }
  if (objects_.empty()) Refuse("Nothing says what to hide; give a --point, a --mask or a --box.");
  for (const int object : objects_) {
    if (!located.contains(object)) {
      Refuse(fmt::format("Object {} has no point, mask or box that lies on it.", object));
    }
  }
}

Mask PromptSchedule::MaskOfBox(const Rect& in_shown) const {
  const Size size = geometry_.MaskSize();
  Mask mask(size.width, size.height);
  FillRect(mask, geometry_.MaskFromShown(in_shown));
  return mask;
}

std::vector<PromptSchedule::Said> PromptSchedule::At(int64_t frame) const {
  std::vector<Said> all;
  const auto found = by_frame_.find(frame);
  if (found == by_frame_.end()) return all;
  for (const auto& [object, said] : found->second) all.push_back(said);
  return all;
}

std::optional<Mask> PromptSchedule::BetweenBoxes(int object, int64_t frame) const {
  const auto found = boxes_.find(object);
  if (found == boxes_.end()) return std::nullopt;
  const auto after = found->second.upper_bound(frame);
  if (after == found->second.begin() || after == found->second.end()) return std::nullopt;
  const auto before = std::prev(after);
  const double share = static_cast<double>(frame - before->first) /
                       static_cast<double>(after->first - before->first);
  const Rect &a = before->second, &b = after->second;
  const auto mix = [share](int from, int to) { return from + (to - from) * share; };
  const int x0 = static_cast<int>(std::floor(mix(a.x, b.x)));
  const int y0 = static_cast<int>(std::floor(mix(a.y, b.y)));
  const int x1 = static_cast<int>(std::ceil(mix(a.right(), b.right())));
  const int y1 = static_cast<int>(std::ceil(mix(a.bottom(), b.bottom())));
  return MaskOfBox({x0, y0, x1 - x0, y1 - y0});
}

bool PromptSchedule::Says(int object, int64_t frame) const {
  const auto found = by_frame_.find(frame);
  return (found != by_frame_.end() && found->second.contains(object)) ||
         BetweenBoxes(object, frame);
}

int64_t PromptSchedule::first_frame() const {
  return by_frame_.begin()->first;
}
int64_t PromptSchedule::last_frame() const {
  return by_frame_.rbegin()->first;
}

std::vector<MaskTrackHeader::Object> PromptSchedule::HeaderObjects() const {
  std::vector<MaskTrackHeader::Object> all;
  for (const int object : objects_) {
    MaskTrackHeader::Object entry;
    entry.id = object;
    for (const auto& [frame, objects] : by_frame_) {
      const auto found = objects.find(object);
      if (found == objects.end()) continue;
      entry.points.insert(entry.points.end(), found->second.points.begin(),
                          found->second.points.end());
    }
    all.push_back(std::move(entry));
  }
  return all;
}

Prompts ResolveTimes(const InputName& input, const ReadOptions& read, Prompts prompts) {
  std::vector<Point*> open;
  for (Point& point : prompts.points) {
    if (point.seconds) open.push_back(&point);
  }
  if (open.empty()) return prompts;
  std::sort(open.begin(), open.end(),
            [](const Point* a, const Point* b) { return *a->seconds < *b->seconds; });
  VideoReader reader(input, read);
  const double tick = reader.info().time_base.AsDouble();
  double end = 0;
  size_t next = 0;
  // A frame is shown until the next one.
  while (next < open.size()) {
    const std::optional<Frame> frame = reader.Next();
    if (!frame) break;
    const double at = static_cast<double>(frame->pts) * tick - reader.info().start_seconds;
    end = at + static_cast<double>(std::max<int64_t>(1, frame->duration)) * tick;
    while (next < open.size() && *open[next]->seconds < end) {
      if (*open[next]->seconds < 0)
        RefuseAsOutside("A time before the video's beginning was given.");
      open[next]->frame = frame->index;
      open[next]->seconds.reset();
      ++next;
    }
  }
  if (next < open.size()) {
    RefuseAsOutside(
        fmt::format("The time {:g} s is beyond the end of the video, which is {:.3f} s long.",
                    *open[next]->seconds, end));
  }
  return prompts;
}

}  // namespace tapmask
