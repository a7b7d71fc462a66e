// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/muxer.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace tapmask {
namespace {

constexpr const char* kOutputFailed = "The output could not be written.";

const char* FormatName(OutputContainer container) {
  switch (container) {
    case OutputContainer::kMov: return "mov";
    case OutputContainer::kMkv: return "matroska";
    default: return "mp4";
  }
}

// A file system that cannot do this for a folder has put the file in place all the same.
void SyncFolder(const std::filesystem::path& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

}  // namespace

bool IsEmptyText(const AVCodecParameters& stream, const AVPacket& packet) {
  return stream.codec_id == AV_CODEC_ID_MOV_TEXT && packet.size >= 2 && packet.data[0] == 0 &&
         packet.data[1] == 0;
}

Muxer::Muxer(std::filesystem::path path, OutputContainer container)
    : file_(std::move(path)), container_(container) {
  const std::string url = "file:" + file_.path().string();
  int result =
      avformat_alloc_output_context2(&context_, nullptr, FormatName(container_), url.c_str());
  if (result >= 0) result = avio_open(&context_->pb, url.c_str(), AVIO_FLAG_WRITE);
  if (result < 0) {
    avformat_free_context(context_);
    ffmpeg::Check(result, Code::kInternal, kOutputFailed);
  }
  context_->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;  // FLAC in mp4.
  context_->flags |= AVFMT_FLAG_BITEXACT;                        // No library versions in the file.
  // Frame times stay what they are; mp4 and mov say a late or early start with an edit list.
  context_->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
}

Muxer::~Muxer() {
  if (!context_) return;
  avio_closep(&context_->pb);
  avformat_free_context(context_);
}

AVStream& Muxer::AddStream() {
  streams_.emplace_back();
  return *ffmpeg::CheckAllocated(avformat_new_stream(context_, nullptr));
}

bool Muxer::Holds(AVCodecID codec) const {
  return avformat_query_codec(context_->oformat, codec, FF_COMPLIANCE_NORMAL) == 1;
}

void Muxer::Start(int64_t timescale, bool keep_metadata) {
  ffmpeg::Dictionary dict;
  if (container_ != OutputContainer::kMkv) {
    dict.Set("video_track_timescale", std::to_string(timescale));
    // In these ticks edit lists say by how much a track begins later; a thousand is too coarse.
    dict.Set("movie_timescale", "90000");
    dict.Set("movflags", keep_metadata ? "+faststart+use_metadata_tags" : "+faststart");
    dict.Set("write_tmcd", "0");
  }
  ffmpeg::Check(avformat_write_header(context_, dict.Address()), Code::kInternal, kOutputFailed);
  started_ = true;
}

void Muxer::Write(AVPacket& packet, const AVStream& stream, AVRational time_base) {
  av_packet_rescale_ts(&packet, time_base, stream.time_base);
  packet.stream_index = stream.index;
  packet.pos = -1;
  if (offset_ticks_ != 0) {
    const int64_t offset = av_rescale_q(offset_ticks_, offset_time_base_, stream.time_base);
    if (packet.pts != AV_NOPTS_VALUE) packet.pts += offset;
    if (packet.dts != AV_NOPTS_VALUE) packet.dts += offset;
  }
  StreamState& state = streams_[static_cast<size_t>(stream.index)];
  int64_t& last = state.last_dts;
  if (packet.dts == AV_NOPTS_VALUE) packet.dts = packet.pts;
  if (packet.pts == AV_NOPTS_VALUE) packet.pts = packet.dts;
  if (packet.dts != AV_NOPTS_VALUE) {
    if (last != INT64_MIN && packet.dts <= last) {
      packet.dts = last + 1;
      if (packet.pts < packet.dts) packet.pts = packet.dts;
    }
    last = packet.dts;
  }
  if (packet.size > 0 && !IsEmptyText(*stream.codecpar, packet)) {
    ++state.written.packets;
    state.written.bytes += packet.size;
    if (packet.pts != AV_NOPTS_VALUE) {
      state.written.first_pts = std::min(state.written.first_pts, packet.pts);
    }
    state.sha.Add(packet.data, static_cast<size_t>(packet.size));
  }
  const AVCodecParameters& par = *stream.codecpar;
  if (!compat::kMatroskaMuxerAddsCodecDelay && container_ == OutputContainer::kMkv &&
      par.initial_padding > 0 && par.sample_rate > 0) {
    const int64_t delay = av_rescale_q(par.initial_padding, {1, par.sample_rate}, stream.time_base);
    packet.pts += delay;
    packet.dts += delay;
  }
  ffmpeg::Check(av_interleaved_write_frame(context_, &packet), Code::kInternal, kOutputFailed);
}

void Muxer::SetOffset(int64_t ticks, AVRational time_base) {
  offset_ticks_ = ticks;
  offset_time_base_ = time_base;
}

Muxer::Written Muxer::WrittenTo(const AVStream& stream) const {
  const StreamState& state = streams_[static_cast<size_t>(stream.index)];
  Written written = state.written;
  written.sha256 = state.sha.Hex();
  return written;
}

void Muxer::Finish() {
  const int trailer = av_write_trailer(context_);
  const int io = context_->pb ? context_->pb->error : 0;
  const int closed = avio_closep(&context_->pb);
  ffmpeg::Check(trailer, Code::kInternal, kOutputFailed);
  ffmpeg::Check(io, Code::kInternal, kOutputFailed);
  ffmpeg::Check(closed, Code::kInternal, kOutputFailed);
  file_.Sync();
}

void Muxer::Commit() {
  file_.Commit();
  const std::filesystem::path& path = file_.target();
  SyncFolder(path.has_parent_path() ? path.parent_path() : ".");
}

}  // namespace tapmask
