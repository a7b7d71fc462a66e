// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/sound_feed.h"

#include "tapmask/core/error.h"

namespace tapmask {

SoundFeed::SoundFeed(const InputName& input, const ReadOptions& read, const VideoInfo& source,
                     Muxer& muxer)
    : pending_(ffmpeg::NewPacket()) {
  if (source.audio.empty()) return;
  opened_ = OpenInput(input, read);
  AVFormatContext& from = *opened_.format;
  stream_ = av_find_best_stream(&from, AVMEDIA_TYPE_AUDIO, -1, source.stream, nullptr, 0);
  if (stream_ < 0) return;
  Open(*from.streams[stream_], muxer);
  for (int i = 0; i < static_cast<int>(from.nb_streams); ++i) {
    if (i != stream_) from.streams[i]->discard = AVDISCARD_ALL;
  }
}

void SoundFeed::Open(const AVStream& from, Muxer& muxer) {
  const AVCodecParameters& par = *from.codecpar;
  if (par.sample_rate <= 0 || par.ch_layout.nb_channels <= 0) return;
  try {
    OpenTrackDecoder(from, "The sound cannot be decoded.");
  } catch (const Error&) {
    return;  // A preview without sound is still one.
  }
  AVStream& to = muxer.AddStream();
  to.disposition = AV_DISPOSITION_DEFAULT;
  copier_ = par.codec_id == AV_CODEC_ID_AAC
                ? CopyTrack(from, to, muxer)
                : TranscodeAudio(from, to, muxer, AV_CODEC_ID_AAC, false);
}

void SoundFeed::Advance(double seconds) {
  while (copier_ && !ended_) {
    if (!has_pending_) {
      if (av_read_frame(opened_.format.get(), pending_.get()) < 0) {
        ended_ = true;
        return;
      }
      has_pending_ = true;
    }
    const int64_t time = pending_->dts != AV_NOPTS_VALUE ? pending_->dts : pending_->pts;
    const double at =
        static_cast<double>(time) * av_q2d(opened_.format->streams[stream_]->time_base);
    if (time != AV_NOPTS_VALUE && at >= seconds) return;
    const bool shown = !(pending_->flags & AV_PKT_FLAG_DISCARD);
    if (pending_->stream_index == stream_ && shown) copier_->Write(*pending_);
    av_packet_unref(pending_.get());
    has_pending_ = false;
  }
}

void SoundFeed::Finish(double end_seconds) {
  Advance(end_seconds);
  if (copier_) copier_->Finish();
}

}  // namespace tapmask
