// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/companion_tracks.h"

#include <fmt/format.h>

#include "tapmask/media/metadata.h"

namespace tapmask {
namespace {

std::string Name(const char* kind, int stream, const std::string& codec,
                 const std::string& detail) {
  return fmt::format("{} (stream {}, {}{}{})", kind, stream, codec, detail.empty() ? "" : ", ",
                     detail);
}

}  // namespace

CompanionTracks::CompanionTracks(const InputName& input, const ReadOptions& read,
                                 const WriteOptions& write, const VideoInfo& source, Muxer& muxer,
                                 Notices& notices)
    : opened_(OpenInput(input, read)), write_(write), muxer_(muxer), pending_(ffmpeg::NewPacket()) {
  AVFormatContext& from = *opened_.format;
  if (!write.keep_metadata) {
    ListScrubbedTags(from, notices);
  } else {
    CopyTags(from.metadata, &muxer.context().metadata);
  }
  std::map<int, const OtherStream*> others;
  for (const OtherStream& other : source.others) others[other.stream] = &other;
  for (int i = 0; i < static_cast<int>(from.nb_streams); ++i) {
    const AVStream& stream = *from.streams[i];
    if (i == source.stream) continue;
    if (stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
      AddAudio(stream, notices);
      continue;
    }
    const auto found = others.find(i);
    if (found == others.end()) continue;  // Appeared since; nothing is known of it.
    const OtherStream& other = *found->second;
    switch (other.kind) {
      case OtherStream::Kind::kVideo:
        Notices::Add(notices.left_out, Name("Another video track", i, other.codec, other.detail) +
                                           ", since it would show everything.");
        break;
      case OtherStream::Kind::kTextSubtitle: AddSubtitles(stream, other, notices); break;
      case OtherStream::Kind::kBitmapSubtitle:
        Notices::Add(notices.left_out,
                     Name("Picture subtitles", i, other.codec, other.detail) + ".");
        break;
      case OtherStream::Kind::kCoverArt:
      case OtherStream::Kind::kData:
      case OtherStream::Kind::kAttachment: AddKeptMetadata(stream, other, notices); break;
    }
  }
  AddChapters();
  for (unsigned i = 0; i < from.nb_streams; ++i) {
    if (!copiers_.contains(static_cast<int>(i))) from.streams[i]->discard = AVDISCARD_ALL;
  }
}

AVStream& CompanionTracks::NewStream(const AVStream& from, CompanionTrack::Kind kind) {
  AVStream& to = muxer_.AddStream();
  to.disposition = from.disposition & ~AV_DISPOSITION_TIMED_THUMBNAILS;
  if (const AVDictionaryEntry* language = av_dict_get(from.metadata, "language", nullptr, 0)) {
    av_dict_set(&to.metadata, "language", language->value, 0);
  }
  if (write_.keep_metadata) CopyTags(from.metadata, &to.metadata);
  tracks_.push_back({from.index, to.index, kind});
  return to;
}

void CompanionTracks::AddAudio(const AVStream& from, Notices& notices) {
  const AVCodecParameters& par = *from.codecpar;
  const std::string codec = avcodec_get_name(par.codec_id);
  if (write_.audio == AudioMode::kDrop) {
    Notices::Add(notices.left_out, Name("Sound track", from.index, codec, "") + ", as asked.");
    return;
  }
  if (par.sample_rate <= 0 || par.ch_layout.nb_channels <= 0) {
    Notices::Add(notices.left_out, Name("Sound track", from.index, codec, "") +
                                       ", since nothing in it can be decoded.");
    return;
  }
  const bool mp4 = muxer_.container() == OutputContainer::kMp4;
  if (write_.audio == AudioMode::kMute) {
    AVStream& to = NewStream(from, CompanionTrack::Kind::kMuted);
    copiers_[from.index] = TranscodeAudio(from, to, muxer_, AV_CODEC_ID_AAC, true);
    Notices::Add(notices.changed,
                 Name("Sound track", from.index, codec, "") + " was made silent, as asked.");
    return;
  }
  // FFmpeg puts Vorbis into mp4, but hardly a player plays it there.
  const bool plays = !mp4 || (!IsPcm(par.codec_id) && par.codec_id != AV_CODEC_ID_VORBIS);
  if (muxer_.Holds(par.codec_id) && plays) {
    AVStream& to = NewStream(from, CompanionTrack::Kind::kCopied);
    copiers_[from.index] = CopyTrack(from, to, muxer_);
    return;
  }
  if (!avcodec_find_decoder(par.codec_id)) {
    Notices::Add(notices.left_out, Name("Sound track", from.index, codec, "") +
                                       ", since nothing in it can be decoded.");
    return;
  }
  const bool alac = FitsAlac(par.codec_id, par.ch_layout.nb_channels);
  AVStream& to = NewStream(from, alac ? CompanionTrack::Kind::kAlac : CompanionTrack::Kind::kAac);
  copiers_[from.index] =
      TranscodeAudio(from, to, muxer_, alac ? AV_CODEC_ID_ALAC : AV_CODEC_ID_AAC, false);
  Notices::Add(
      notices.changed,
      Name("Sound track", from.index, codec, "") +
          (alac    ? " became ALAC with the same samples, since mp4 does not hold it."
           : plays ? " became AAC at 256 kbit/s, since the output's container does not hold it."
                   : " became AAC at 256 kbit/s, since few players play it from mp4."));
}

void CompanionTracks::AddSubtitles(const AVStream& from, const OtherStream& facts,
                                   Notices& notices) {
  const AVCodecID codec = from.codecpar->codec_id;
  const bool mkv = muxer_.container() == OutputContainer::kMkv;
  // A script in ASS names its authors, files and speakers beside its texts.
  const bool tells_more = codec == AV_CODEC_ID_ASS || codec == AV_CODEC_ID_SSA;
  const bool copies = mkv ? codec != AV_CODEC_ID_MOV_TEXT && muxer_.Holds(codec) &&
                                (!tells_more || write_.keep_metadata)
                          : codec == AV_CODEC_ID_MOV_TEXT;
  if (copies) {
    AVStream& to = NewStream(from, CompanionTrack::Kind::kSubtitlesCopied);
    copiers_[from.index] = CopyTrack(from, to, muxer_);
    return;
  }
  const AVCodecID target = mkv ? AV_CODEC_ID_SUBRIP : AV_CODEC_ID_MOV_TEXT;
  if (!avcodec_find_decoder(codec)) {
    Notices::Add(notices.left_out, Name("Subtitles", from.index, facts.codec, facts.detail) + ".");
    return;
  }
  AVStream& to = NewStream(from, CompanionTrack::Kind::kSubtitles);
  copiers_[from.index] = ConvertSubtitles(from, to, muxer_, target);
  if (tells_more) {
    Notices::Add(notices.scrubbed, Name("Names, files and comments of the subtitle script",
                                        from.index, facts.codec, "") +
                                       ".");
  }
  Notices::Add(notices.changed, Name("Subtitles", from.index, facts.codec, facts.detail) +
                                    " became " + avcodec_get_name(target) +
                                    "; text and times are kept, styles are not.");
}

// Cover art, telemetry, timecode, attachments: removed, or kept where the container can.
void CompanionTracks::AddKeptMetadata(const AVStream& from, const OtherStream& facts,
                                      Notices& notices) {
  const char* kind = facts.kind == OtherStream::Kind::kCoverArt     ? "Cover art or thumbnail"
                     : facts.kind == OtherStream::Kind::kAttachment ? "Attached file"
                     : facts.codec == "tmcd"                        ? "Timecode track"
                                                                    : "Data track";
  const std::string name = Name(kind, from.index, facts.codec, facts.detail);
  if (!write_.keep_metadata) {
    Notices::Add(notices.scrubbed, name + ".");
    return;
  }
  const AVCodecTag* const* tags = muxer_.context().oformat->codec_tag;
  unsigned tag = 0;
  const bool fits = facts.kind == OtherStream::Kind::kCoverArt
                        ? muxer_.Holds(from.codecpar->codec_id)
                    : facts.kind == OtherStream::Kind::kAttachment
                        ? muxer_.container() == OutputContainer::kMkv
                        : from.codecpar->codec_id != AV_CODEC_ID_NONE && tags &&
                              av_codec_get_tag2(tags, from.codecpar->codec_id, &tag) &&
                              tag == from.codecpar->codec_tag;
  if (!fits) {
    Notices::Add(notices.left_out, name + ", since the output's container cannot hold it.");
    return;
  }
  AVStream& to = NewStream(from, CompanionTrack::Kind::kOther);
  copiers_[from.index] = CopyTrack(from, to, muxer_);
}

void CompanionTracks::AddChapters() {
  const AVFormatContext& from = *opened_.format;
  AVFormatContext& to = muxer_.context();
  if (from.nb_chapters == 0) return;
  to.chapters = static_cast<AVChapter**>(
      ffmpeg::CheckAllocated(av_calloc(from.nb_chapters, sizeof(AVChapter*))));
  for (unsigned i = 0; i < from.nb_chapters; ++i) {
    const AVChapter& chapter = *from.chapters[i];
    auto* copy = static_cast<AVChapter*>(ffmpeg::CheckAllocated(av_mallocz(sizeof(AVChapter))));
    copy->id = chapter.id;
    copy->time_base = chapter.time_base;
    copy->start = chapter.start;
    copy->end = chapter.end;
    if (const AVDictionaryEntry* title = av_dict_get(chapter.metadata, "title", nullptr, 0)) {
      av_dict_set(&copy->metadata, "title", title->value, 0);
    }
    to.chapters[i] = copy;
    to.nb_chapters = i + 1;
  }
}

// Packets that an edit list hides are not to come back. The few before the first shown sample
// stay, since sound decoders need them; players skip them.
bool CompanionTracks::IsShown(const AVPacket& packet, const AVStream& stream) {
  if (!(packet.flags & AV_PKT_FLAG_DISCARD)) return true;
  if (stream.codecpar->codec_type != AVMEDIA_TYPE_AUDIO) return false;
  constexpr double kDecoderNeedsSeconds = 0.1;
  const int64_t start = stream.start_time != AV_NOPTS_VALUE ? stream.start_time : 0;
  const double before = static_cast<double>(start - packet.pts) * av_q2d(stream.time_base);
  return before >= 0 && before <= kDecoderNeedsSeconds;
}

void CompanionTracks::Advance(double seconds) {
  while (!ended_ && !copiers_.empty()) {
    if (!has_pending_) {
      if (av_read_frame(opened_.format.get(), pending_.get()) < 0) {
        ended_ = true;
        return;
      }
      has_pending_ = true;
    }
    const auto copier = copiers_.find(pending_->stream_index);
    if (copier != copiers_.end()) {
      const AVStream& stream = *opened_.format->streams[pending_->stream_index];
      const int64_t time = pending_->dts != AV_NOPTS_VALUE ? pending_->dts : pending_->pts;
      const double at = static_cast<double>(time) * av_q2d(stream.time_base);
      if (time != AV_NOPTS_VALUE && at > seconds) return;
      const bool late = time != AV_NOPTS_VALUE && at >= end_seconds_;
      if (!late && IsShown(*pending_, stream)) copier->second->Write(*pending_);
    }
    av_packet_unref(pending_.get());
    has_pending_ = false;
  }
}

void CompanionTracks::Finish() {
  Advance(1e18);
  for (auto& [stream, copier] : copiers_) copier->Finish();
}

}  // namespace tapmask
