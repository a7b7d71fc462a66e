// SPDX-License-Identifier: Apache-2.0
// What must hold for a video file that was just written. It is read again by the same code that
// reads any input, so that a lie of the muxer would show.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "tapmask/media/metadata.h"
#include "tapmask/media/video_file_writer.h"
#include "tapmask/media/video_reader.h"

namespace tapmask {
namespace {

class Checks {
 public:
  void Expect(std::string name, bool held, std::string detail) {
    list_.push_back({std::move(name), held, held ? "" : std::move(detail)});
  }
  template <class T>
  void Equal(const std::string& name, const T& expected, const T& found) {
    Expect(name, expected == found, fmt::format("{} became {}", expected, found));
  }
  std::vector<Invariant> Take() { return std::move(list_); }

 private:
  std::vector<Invariant> list_;
};

const char* RangeName(Range range) {
  return range == Range::kFull ? "full" : range == Range::kLimited ? "limited" : "unspecified";
}

void CheckColor(const ColorInfo& meant, const ColorInfo& found, Checks& checks) {
  // Unspecified range is read as limited by everybody, and some muxers say so.
  const bool range_held = meant.range == found.range ||
                          (meant.range == Range::kUnspecified && found.range == Range::kLimited) ||
                          (meant.range == Range::kLimited && found.range == Range::kUnspecified);
  checks.Expect("colour range", range_held,
                fmt::format("{} became {}", RangeName(meant.range), RangeName(found.range)));
  checks.Equal("colour primaries", meant.primaries, found.primaries);
  checks.Equal("colour transfer", meant.transfer, found.transfer);
  checks.Equal("colour matrix", meant.matrix, found.matrix);
}

void CheckPicture(const WrittenVideo& written, const VideoInfo& found, Checks& checks) {
  const VideoInfo& source = written.source;
  checks.Equal("codec", written.plan.codec, found.codec);
  checks.Equal("width", written.plan.size.width, found.geometry.coded.width);
  checks.Equal("height", written.plan.size.height, found.geometry.coded.height);
  checks.Equal("sample depth", written.plan.format.bits, found.format.bits);
  const auto aspect = [](const Rational& r) { return fmt::format("{}:{}", r.num, r.den); };
  checks.Expect(
      "pixel aspect", source.geometry.coded_aspect == found.geometry.coded_aspect,
      aspect(source.geometry.coded_aspect) + " became " + aspect(found.geometry.coded_aspect));
  checks.Equal("rotation", source.geometry.quarter_turns * 90, found.geometry.quarter_turns * 90);
  checks.Expect("upright or turned, not mirrored", found.orientation.QuarterTurns().has_value(),
                "the display matrix is not a quarter turn");
  CheckColor(written.plan.color, found.color, checks);
  checks.Expect("field order",
                written.plan.interlaced == (found.field_order != FieldOrder::kProgressive) &&
                    (!written.plan.interlaced || found.field_order == source.field_order),
                "interlacing was lost or its order changed");
  const bool holds_light =
      written.plan.codec == "hevc" || written.container != OutputContainer::kMkv;
  if (source.mastering_display && holds_light) {
    // Coded in steps of 0.00002 and 0.0001, so equal when they round to the same.
    bool equal = found.mastering_display.has_value();
    for (size_t i = 0; equal && i < 8; ++i) {
      equal = std::abs(source.mastering_display->chromaticities[i].AsDouble() -
                       found.mastering_display->chromaticities[i].AsDouble()) < 2e-5;
    }
    checks.Expect("mastering display", equal, "the HDR mastering display was lost or changed");
  }
  if (source.content_light && holds_light) {
    checks.Expect("content light level", source.content_light == found.content_light,
                  "the HDR content light level was lost or changed");
  }
}

// The payload of every packet of every stream, read in one go.
struct Readback {
  std::vector<int64_t> video_pts;
  std::map<int, Muxer::Written> streams;
};

Readback ReadAll(AVFormatContext& format, int video_stream) {
  Readback all;
  std::map<int, Sha256> shas;
  const ffmpeg::PacketPtr packet = ffmpeg::NewPacket();
  while (av_read_frame(&format, packet.get()) >= 0) {
    if (packet->stream_index == video_stream) all.video_pts.push_back(packet->pts);
    const AVStream& from = *format.streams[packet->stream_index];
    if (packet->size > 0 && !IsEmptyText(*from.codecpar, *packet)) {
      Muxer::Written& stream = all.streams[packet->stream_index];
      ++stream.packets;
      stream.bytes += packet->size;
      stream.first_pts = std::min(stream.first_pts, packet->pts);
      shas[packet->stream_index].Add(packet->data, static_cast<size_t>(packet->size));
    }
    av_packet_unref(packet.get());
  }
  for (auto& [index, stream] : all.streams) stream.sha256 = shas[index].Hex();
  std::sort(all.video_pts.begin(), all.video_pts.end());
  return all;
}

void CheckTimes(const WrittenVideo& written, const AVStream& stream,
                const std::vector<int64_t>& found, Checks& checks) {
  checks.Equal("frames", written.pts.size(), found.size());
  const AVRational from = ffmpeg::ToAv(written.plan.time_base);
  if (written.container != OutputContainer::kMkv) {
    checks.Expect("time base", av_cmp_q(from, stream.time_base) == 0,
                  fmt::format("1/{} became {}/{}", written.plan.time_base.den, stream.time_base.num,
                              stream.time_base.den));
  }
  const size_t frames = std::min(written.pts.size(), found.size());
  for (size_t i = 0; i < frames; ++i) {
    const int64_t expected = av_rescale_q(written.pts[i], from, stream.time_base);
    if (expected != found[i]) {
      checks.Expect("frame times", false,
                    fmt::format("frame {} is at {} instead of {}", i, found[i], expected));
      return;
    }
  }
  checks.Expect("frame times", true, "");
}

void CheckTracks(const WrittenVideo& written, const AVFormatContext& format, const Readback& all,
                 Checks& checks) {
  for (size_t i = 0; i < written.tracks.size(); ++i) {
    const CompanionTrack& track = written.tracks[i];
    const Muxer::Written& meant = written.track_payloads[i];
    const auto found = all.streams.find(track.output_stream);
    const bool there = found != all.streams.end() || meant.packets == 0;
    const std::string name = fmt::format("track {}", track.output_stream);
    if (!there) {
      checks.Expect(name, false, "it is empty");
      continue;
    }
    if (meant.packets == 0) continue;
    const AVStream& stream = *format.streams[track.output_stream];
    if (track.kind == CompanionTrack::Kind::kCopied) {
      // Sound in ADTS loses its headers on the way into mp4; then only the count can tell.
      const bool stripped = meant.sha256 != found->second.sha256 &&
                            stream.codecpar->codec_id == AV_CODEC_ID_AAC &&
                            meant.bytes == found->second.bytes + 7 * meant.packets;
      checks.Expect(
          name + ": bytes of the sound", stripped || meant.sha256 == found->second.sha256,
          fmt::format("{} packets of {} bytes became {} packets of {} bytes", meant.packets,
                      meant.bytes, found->second.packets, found->second.bytes));
    }
    const AVRational millisecond{1, 1000};
    const int64_t tick = std::max<int64_t>(1, av_rescale_q(1, millisecond, stream.time_base));
    checks.Expect(
        name + ": in step", std::abs(meant.first_pts - found->second.first_pts) <= tick,
        fmt::format("begins at {} instead of {}", found->second.first_pts, meant.first_pts));
  }
}

void CheckStreams(const WrittenVideo& written, const AVFormatContext& format, Checks& checks) {
  size_t unexpected = 0;
  for (unsigned i = 0; i < format.nb_streams; ++i) {
    const bool known =
        static_cast<int>(i) == written.video_stream ||
        std::any_of(written.tracks.begin(), written.tracks.end(),
                    [&](const auto& t) { return t.output_stream == static_cast<int>(i); });
    // mp4 and mov say chapters as a text track of their own.
    const bool chapters = format.nb_chapters > 0 &&
                          format.streams[i]->codecpar->codec_tag == MKTAG('t', 'e', 'x', 't');
    unexpected += !known && !chapters;
  }
  checks.Expect("no other streams", unexpected == 0, fmt::format("{} more", unexpected));
}

void CheckTags(const WrittenVideo& written, const AVFormatContext& format, Checks& checks) {
  if (written.options.keep_metadata) return;
  std::set<std::string> left;
  const auto look = [&](const AVDictionary* tags) {
    const AVDictionaryEntry* entry = nullptr;
    while ((entry = av_dict_get(tags, "", entry, AV_DICT_IGNORE_SUFFIX))) {
      const std::string key = entry->key;
      const std::string value = entry->value;
      const bool ours = (key == "encoder" || key == "ENCODER") && value.starts_with("Lav");
      if (!IsStructuralTag(key) && !ours) left.insert(key);
    }
  };
  look(format.metadata);
  for (unsigned i = 0; i < format.nb_streams; ++i) look(format.streams[i]->metadata);
  checks.Expect(
      "no tags", left.empty(),
      left.empty() ? "" : fmt::format("{} tags, the first is {}", left.size(), *left.begin()));
}

void CheckChapters(const WrittenVideo& written, const AVFormatContext& format, Checks& checks) {
  if (!written.input || written.input->nb_chapters == 0) return;
  const AVFormatContext& input = *written.input;
  bool equal = input.nb_chapters == format.nb_chapters;
  for (unsigned i = 0; equal && i < input.nb_chapters; ++i) {
    const AVChapter& a = *input.chapters[i];
    const AVChapter& b = *format.chapters[i];
    const double difference = static_cast<double>(a.start) * av_q2d(a.time_base) -
                              static_cast<double>(b.start) * av_q2d(b.time_base);
    equal = std::abs(difference) <= 0.001;
  }
  checks.Expect("chapters", equal, "they were lost or moved");
}

}  // namespace

std::vector<Invariant> CheckVideoFile(const WrittenVideo& written) {
  Checks checks;
  ReadOptions read;
  read.video_stream = written.video_stream;
  read.limits = {65536, 65536, 1e9, INT64_MAX, 1000, INT64_MAX};
  const std::string path = written.path.string();
  CheckPicture(written, Probe(path, read), checks);
  const OpenedInput opened = OpenInput(path, read);
  const Readback all = ReadAll(*opened.format, written.video_stream);
  CheckTimes(written, *opened.format->streams[written.video_stream], all.video_pts, checks);
  CheckTracks(written, *opened.format, all, checks);
  CheckStreams(written, *opened.format, checks);
  CheckTags(written, *opened.format, checks);
  CheckChapters(written, *opened.format, checks);
  return checks.Take();
}

}  // namespace tapmask
