// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/track_copier.h"

namespace tapmask {
namespace {

class Copier final : public TrackCopier {
 public:
  Copier(const AVStream& from, AVStream& to, Muxer& muxer) : from_(from), to_(to), muxer_(muxer) {
    ffmpeg::Check(avcodec_parameters_copy(to.codecpar, from.codecpar), Code::kInternal,
                  "A track could not be copied.");
    // The source container's four-character code may mean nothing in the new one.
    unsigned tag = 0;
    const AVCodecTag* const* tags = muxer.context().oformat->codec_tag;
    const bool same_meaning =
        tags && av_codec_get_id(tags, to.codecpar->codec_tag) == to.codecpar->codec_id;
    if (!same_meaning) {
      if (tags) av_codec_get_tag2(tags, to.codecpar->codec_id, &tag);
      to.codecpar->codec_tag = tag;
    }
    to.time_base = from.time_base;
  }
  void Write(AVPacket& packet) override { muxer_.Write(packet, to_, from_.time_base); }

 private:
  const AVStream& from_;
  const AVStream& to_;
  Muxer& muxer_;
};

}  // namespace

ffmpeg::CodecPtr OpenTrackDecoder(const AVStream& stream, const char* failed) {
  const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
  if (!codec) throw Error(Code::kUnsupportedMedia, failed, "no decoder");
  ffmpeg::CodecPtr decoder(ffmpeg::CheckAllocated(avcodec_alloc_context3(codec)));
  ffmpeg::Check(avcodec_parameters_to_context(decoder.get(), stream.codecpar), Code::kInternal,
                failed);
  decoder->pkt_timebase = stream.time_base;
  decoder->thread_count = 1;
  ffmpeg::Check(avcodec_open2(decoder.get(), codec, nullptr), Code::kUnsupportedMedia, failed);
  return decoder;
}

std::unique_ptr<TrackCopier> CopyTrack(const AVStream& from, AVStream& to, Muxer& muxer) {
  return std::make_unique<Copier>(from, to, muxer);
}

}  // namespace tapmask
