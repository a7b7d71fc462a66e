// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/packet_times.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "tapmask/media/demuxer.h"

namespace tapmask {
namespace {

struct Packet {
  int64_t pts = 0;
  bool key = false;
};

}  // namespace

std::optional<FrameTimes> TimesOfPackets(const InputName& input, const ReadOptions& options,
                                         const std::stop_token& stop) {
  const OpenedInput opened = OpenInput(input, options);
  if (opened.info.container == "pictures") return std::nullopt;
  AVFormatContext& format = *opened.format;
  for (int i = 0; i < static_cast<int>(format.nb_streams); ++i) {
    if (i != opened.info.stream) format.streams[i]->discard = AVDISCARD_ALL;
  }
  std::vector<Packet> packets;
  const ffmpeg::PacketPtr packet = ffmpeg::NewPacket();
  while (av_read_frame(&format, packet.get()) >= 0) {
    if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
    const bool ours = packet->stream_index == opened.info.stream;
    const bool shown = !(packet->flags & AV_PKT_FLAG_DISCARD);
    const Packet seen{packet->pts, (packet->flags & AV_PKT_FLAG_KEY) != 0};
    av_packet_unref(packet.get());
    if (!ours || !shown) continue;
    if (seen.pts == AV_NOPTS_VALUE) return std::nullopt;
    if (static_cast<int64_t>(packets.size()) >= options.limits.max_frames) {
      throw Error(Code::kTooLarge, fmt::format("The video has more than {} frames; cut it first.",
                                               options.limits.max_frames));
    }
    packets.push_back(seen);
  }
  std::sort(packets.begin(), packets.end(),
            [](const Packet& a, const Packet& b) { return a.pts < b.pts; });
  FrameTimes times;
  for (const Packet& one : packets) {
    if (!times.pts.empty() && one.pts == times.pts.back()) return std::nullopt;
    times.pts.push_back(one.pts);
    times.key.push_back(one.key || times.key.empty());
  }
  times.file_pts = times.pts;
  return times;
}

}  // namespace tapmask
