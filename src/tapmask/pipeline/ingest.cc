// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/ingest.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "tapmask/core/error.h"
#include "tapmask/media/proxy_writer.h"
#include "tapmask/media/video_reader.h"
#include "tapmask/pipeline/input_guard.h"

namespace tapmask {
namespace {

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
  while (const std::optional<Frame> frame = reader.Next()) {
    if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
    writer.Write(*frame);
    last_duration = std::max<int64_t>(1, frame->duration);
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
