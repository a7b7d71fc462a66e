// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/track_pass.h"

#include <algorithm>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/media/video_reader.h"
#include "tapmask/pipeline/backward_pass.h"
#include "tapmask/pipeline/earlier_track.h"
#include "tapmask/pipeline/forward_pass.h"
#include "tapmask/pipeline/prompt_schedule.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {
namespace {

using Objects = std::vector<MaskTrackHeader::Object>;

std::set<int> IdsOf(const Objects& objects) {
  std::set<int> ids;
  for (const MaskTrackHeader::Object& object : objects) ids.insert(object.id);
  return ids;
}

Objects WithPointsOf(Objects objects, const Objects& more) {
  for (const MaskTrackHeader::Object& other : more) {
    const auto same = std::find_if(objects.begin(), objects.end(),
                                   [&](const auto& object) { return object.id == other.id; });
    if (same == objects.end()) {
      objects.push_back(other);
    } else {
      same->points.insert(same->points.end(), other.points.begin(), other.points.end());
    }
  }
  std::sort(objects.begin(), objects.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  return objects;
}

MaskTrackHeader HeaderOf(const VideoInfo& info, Objects objects, const std::string& engine) {
  MaskTrackHeader header;
  header.width = info.geometry.MaskSize().width;
  header.height = info.geometry.MaskSize().height;
  header.sample_aspect = info.geometry.MaskAspect();
  header.time_base = info.time_base;
  header.engine = engine;
  header.objects = std::move(objects);
  return header;
}

// The objects of the track that is corrected, if one is.
Objects KnownBefore(const TrackPassOptions& options, const VideoInfo& info) {
  if (options.earlier.empty()) return {};
  return EarlierTrack(options.earlier, info).header().objects;
}

bool SameHeader(const MaskTrackHeader& a, const MaskTrackHeader& b) {
  const auto same_point = [](const Point& p, const Point& q) {
    return p.in_shown == q.in_shown && p.frame == q.frame && p.is_object == q.is_object &&
           p.scale == q.scale;
  };
  const auto same_object = [&](const auto& p, const auto& q) {
    return p.id == q.id && std::equal(p.points.begin(), p.points.end(), q.points.begin(),
                                      q.points.end(), same_point);
  };
  return a.width == b.width && a.height == b.height && a.sample_aspect == b.sample_aspect &&
         a.time_base == b.time_base && a.engine == b.engine &&
         std::equal(a.objects.begin(), a.objects.end(), b.objects.begin(), b.objects.end(),
                    same_object);
}

}  // namespace

bool IsTrackOf(const std::filesystem::path& track_file, const InputName& input,
               const Prompts& prompts, const TrackPassOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::exists(track_file, ignored)) return false;
  const VideoInfo info = Probe(input, options.read);
  const Objects known = KnownBefore(options, info);
  const PromptSchedule schedule(prompts, info.geometry, IdsOf(known));
  try {
    return SameHeader(
        MaskTrackReader(track_file).header(),
        HeaderOf(info, WithPointsOf(known, schedule.HeaderObjects()), options.engine.name));
  } catch (const Error&) {
    return false;  // Not whole, so it is made anew.
  }
}

TrackPassResult RunTrackPass(const InputName& input, const Prompts& prompts,
                             const TrackPassOptions& options,
                             const std::filesystem::path& track_file, const ProgressSink& progress,
                             std::stop_token stop) {
  AnalysisSource source(input, options.read);
  std::optional<EarlierTrack> earlier;
  if (!options.earlier.empty()) earlier.emplace(options.earlier, source.info());
  const Objects known = earlier ? earlier->header().objects : Objects{};
  const PromptSchedule schedule(prompts, source.info().geometry, IdsOf(known));
  const MaskTrackHeader header =
      HeaderOf(source.info(), WithPointsOf(known, schedule.HeaderObjects()), options.engine.name);
  MaskTrackWriter track(track_file, header);
  EarlierTrack* const corrected = earlier ? &*earlier : nullptr;
  ForwardPass forwards(schedule, options, source, corrected, track);
  BackwardPass backwards(input, options, schedule, source.reader(), corrected, forwards.known(),
                         track);
  bool goes_back = false;
  int64_t frames_back = 0;
  TrackCheckpoint checkpoint(options.checkpoint, header, track, [&](StateArchive& archive) {
    archive(forwards, goes_back, frames_back);
    if (goes_back) archive(backwards);
  });
  checkpoint.Restore();

  const int64_t frames = forwards.Run(
      progress, [&] { checkpoint.FrameDone(); }, stop);
  source.Stop();
  goes_back = true;
  backwards.Run(
      forwards.ways_back(),
      [&] {
        const int64_t done = frames + ++frames_back;
        progress({JobStage::kTracking, done, std::max(done, frames)});
        checkpoint.FrameDone();
      },
      stop);
  track.Finish(frames);
  checkpoint.Remove();
  TrackPassResult result;
  result.frames = frames;
  // What is like the video's end is known only to who read it; the earlier track's job has told it.
  if (forwards.reached_end()) {
    result.truncated = source.reader().truncated();
    source.reader().AddNotices(result.notices);
  }
  return result;
}

}  // namespace tapmask
