// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/ingest.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "tapmask/core/error.h"
#include "tapmask/media/proxy_writer.h"
#include "tapmask/media/video_reader.h"
#include "tapmask/pipeline/input_guard.h"

namespace tapmask {
namespace {

// Of the proxy's ticks, which are one over a whole number of a second.
int64_t TicksPerPts(const VideoReader& reader) {
  return std::max<int64_t>(1, reader.info().time_base.num);
}

// How long a frame is shown that was read just now. Of the last one the file may say nothing, or
// nonsense, where the muxer of the proxy would guess or give up.
int64_t DurationOf(const Frame& frame, const VideoReader& reader) {
  const int64_t longest = std::numeric_limits<int32_t>::max() / TicksPerPts(reader);
  int64_t duration = frame.duration;
  if (duration <= 0) {  // As long as the others, on average.
    const std::vector<int64_t>& pts = reader.times().pts;
    const auto others = static_cast<int64_t>(pts.size()) - 1;
    duration = others > 0 ? (pts.back() - pts.front()) / others : 1;
  }
  return std::clamp<int64_t>(duration, 1, std::max<int64_t>(1, longest));
}

// That these numbers are small is the limit on the duration of a video.
FrameDurations DurationsOf(const VideoReader& reader, int64_t last_duration) {
  const std::vector<int64_t>& pts = reader.times().pts;
  const int64_t ticks_per_pts = TicksPerPts(reader);
  FrameDurations durations;
  durations.timescale = reader.info().time_base.den;
  const auto add = [&](int64_t duration) {
    const int64_t ticks = duration * ticks_per_pts;
    if (durations.runs.empty() || durations.runs.back().ticks != ticks) {
      durations.runs.push_back({0, ticks});
    }
    ++durations.runs.back().frames;
  };
  for (size_t i = 1; i < pts.size(); ++i) add(pts[i] - pts[i - 1]);
  add(last_duration);
  return durations;
}

IngestResult FactsOf(const VideoReader& reader, int64_t last_duration) {
  const VideoInfo& info = reader.info();
  const std::vector<int64_t>& pts = reader.times().pts;
  const Size shown = info.geometry.ShownSize(), proxy = ProxySize(info.geometry);
  const double tick = info.time_base.AsDouble();
  IngestResult facts;
  facts.format = info.file_format;
  facts.width = shown.width;
  facts.height = shown.height;
  facts.frames = static_cast<int64_t>(pts.size());
  facts.duration_seconds = static_cast<double>(pts.back() - pts.front() + last_duration) * tick;
  // The last frame's length is often a guess; between the first and the last none is.
  const double between = static_cast<double>(pts.back() - pts.front()) * tick;
  facts.frame_rate =
      pts.size() > 1 ? static_cast<double>(pts.size() - 1) / between : info.frame_rate.AsDouble();
  facts.rotation = static_cast<int>(std::lround(info.orientation.clockwise_degrees)) % 360;
  facts.codec = info.codec;
  facts.has_audio = !info.audio.empty();
  facts.truncated = reader.truncated();
  facts.proxy_width = proxy.width;
  facts.proxy_height = proxy.height;
  facts.durations = DurationsOf(reader, last_duration);
  reader.AddNotices(facts.notices);
  return facts;
}

}  // namespace

IngestResult Ingest(const InputName& input, const ReadOptions& read,
                    const std::filesystem::path& proxy, const std::filesystem::path& poster,
                    const ProgressSink& progress, std::stop_token stop) {
  progress({JobStage::kValidating, 0, 0});
  const InputGuard guard(input);
  VideoReader reader(input, read);
  ProxyWriter writer(proxy, poster, input, read, reader.info());
  int64_t last_duration = 0;
  while (std::optional<Frame> frame = reader.Next()) {
    if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
    last_duration = frame->duration = DurationOf(*frame, reader);
    writer.Write(*frame);
    progress({JobStage::kExtracting, frame->index + 1,
              std::max(frame->index + 1, reader.info().frames)});
  }
  writer.Finish();
  IngestResult facts = FactsOf(reader, last_duration);
  if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
  guard.Check();
  writer.Commit();
  return facts;
}

}  // namespace tapmask
