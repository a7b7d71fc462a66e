// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/video_file_writer.h"

#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "tapmask/media/metadata.h"
#include "tapmask/media/picture_writer.h"

namespace tapmask {
namespace {

constexpr const char* kSetUpFailed = "The output could not be set up.";

// ISO/IEC 14496-12 display matrix of clockwise quarter turns; the translation is left to players.
void SetRotation(AVStream& stream, int quarter_turns) {
  if (quarter_turns == 0) return;
  auto* matrix = reinterpret_cast<int32_t*>(
      ffmpeg::CheckAllocated(compat::NewStreamSideData(stream, AV_PKT_DATA_DISPLAYMATRIX, 36)));
  av_display_rotation_set(matrix, 90.0 * quarter_turns);
}

void SetLight(AVStream& stream, const VideoInfo& source) {
  if (source.mastering_display) {
    size_t size = 0;
    AVMasteringDisplayMetadata* m = ffmpeg::CheckAllocated(av_mastering_display_metadata_alloc());
    size = sizeof *m;
    const MasteringDisplay& d = *source.mastering_display;
    for (size_t i = 0; i < 3; ++i) {
      m->display_primaries[i][0] = ffmpeg::ToAv(d.chromaticities[2 * i]);
      m->display_primaries[i][1] = ffmpeg::ToAv(d.chromaticities[2 * i + 1]);
    }
    m->white_point[0] = ffmpeg::ToAv(d.chromaticities[6]);
    m->white_point[1] = ffmpeg::ToAv(d.chromaticities[7]);
    m->min_luminance = ffmpeg::ToAv(d.min_luminance);
    m->max_luminance = ffmpeg::ToAv(d.max_luminance);
    m->has_primaries = m->has_luminance = 1;
    uint8_t* to = compat::NewStreamSideData(stream, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, size);
    if (to) std::memcpy(to, m, size);
    av_free(m);
    ffmpeg::CheckAllocated(to);
  }
  if (source.content_light) {
    size_t size = 0;
    AVContentLightMetadata* light = ffmpeg::CheckAllocated(av_content_light_metadata_alloc(&size));
    light->MaxCLL = source.content_light->max_content;
    light->MaxFALL = source.content_light->max_frame_average;
    uint8_t* to = compat::NewStreamSideData(stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, size);
    if (to) std::memcpy(to, light, size);
    av_free(light);
    ffmpeg::CheckAllocated(to);
  }
}

}  // namespace

VideoFileWriter::VideoFileWriter(const std::string& output, const InputName& input,
                                 const ReadOptions& read, const WriteOptions& write,
                                 const VideoInfo& source, Notices& notices)
    : source_(source),
      options_(write),
      notices_(notices),
      plan_(PlanEncode(source, write, OutputContainerOf(output))),
      muxer_(output, OutputContainerOf(output)),
      encoder_(plan_, source, (muxer_.context().oformat->flags & AVFMT_GLOBALHEADER) != 0),
      video_(&muxer_.AddStream()),
      companions_(input, read, write, source, muxer_, notices) {
  for (const std::string& change : plan_.changed) Notices::Add(notices.changed, change);
  for (const std::string& warning : plan_.warnings) Notices::Add(notices.warnings, warning);
  ffmpeg::Check(avcodec_parameters_from_context(video_->codecpar, &encoder_.context()),
                Code::kInternal, kSetUpFailed);
  video_->time_base = ffmpeg::ToAv(plan_.time_base);
  video_->avg_frame_rate = ffmpeg::ToAv(source.frame_rate);
  video_->sample_aspect_ratio = ffmpeg::ToAv(source.geometry.coded_aspect);
  video_->disposition = AV_DISPOSITION_DEFAULT;
  SetRotation(*video_, source.geometry.quarter_turns);
  SetLight(*video_, source);
  if (write.keep_metadata) {
    CopyTags(companions_.input()->streams[source.stream]->metadata, &video_->metadata);
  }
}

void VideoFileWriter::Start(const Frame& first) {
  started_ = true;
  if (first.pts < 0) {
    offset_ticks_ = -first.pts * plan_.ticks_per_source_tick;
    muxer_.SetOffset(offset_ticks_, ffmpeg::ToAv(plan_.time_base));
    Notices::Add(notices_.changed,
                 fmt::format("All times were moved by {:.3f} s, because the video begins before "
                             "zero.",
                             static_cast<double>(offset_ticks_) * plan_.time_base.AsDouble()));
  }
  muxer_.Start(plan_.time_base.den, options_.keep_metadata);
}

void VideoFileWriter::WritePacket(AVPacket& packet) {
  if (packet.dts != AV_NOPTS_VALUE) {
    companions_.Advance(static_cast<double>(packet.dts) * plan_.time_base.AsDouble());
  }
  muxer_.Write(packet, *video_, ffmpeg::ToAv(plan_.time_base));
}

void VideoFileWriter::Write(const Frame& frame) {
  if (!started_) Start(frame);
  pts_.push_back(frame.pts * plan_.ticks_per_source_tick + offset_ticks_);
  encoder_.Write(frame, [this](AVPacket& packet) { WritePacket(packet); });
}

void VideoFileWriter::Finish() {
  if (!started_) throw Error(Code::kInternal, "An output needs a frame.");
  encoder_.Finish([this](AVPacket& packet) { WritePacket(packet); });
  companions_.Finish();
  muxer_.Finish();
}

std::vector<Invariant> VideoFileWriter::Check() {
  WrittenVideo written;
  written.path = muxer_.temporary_path();
  written.container = muxer_.container();
  written.plan = plan_;
  written.source = source_;
  written.options = options_;
  written.video_stream = video_->index;
  written.pts = pts_;
  written.tracks = companions_.tracks();
  for (const CompanionTrack& track : written.tracks) {
    const AVStream& stream = *muxer_.context().streams[static_cast<unsigned>(track.output_stream)];
    written.track_payloads.push_back(muxer_.WrittenTo(stream));
  }
  written.input = companions_.input();
  return CheckVideoFile(written);
}

void CheckCanWrite(const std::string& output, const WriteOptions& write, const VideoInfo& source) {
  const OutputContainer container = OutputContainerOf(output);
  const EncodePlan plan = PlanEncode(source, write, container);
  if (container != OutputContainer::kPictures) const VideoEncoder encoder(plan, source, false);
}

std::unique_ptr<OutputWriter> OpenOutput(const std::string& output, const InputName& input,
                                         const ReadOptions& read, const WriteOptions& write,
                                         const VideoInfo& source, Notices& notices) {
  if (OutputContainerOf(output) == OutputContainer::kPictures) {
    return std::make_unique<PictureWriter>(output, write, source, notices);
  }
  return std::make_unique<VideoFileWriter>(output, input, read, write, source, notices);
}

}  // namespace tapmask
