// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "tapmask/media/track_copier.h"

namespace tapmask {
namespace {

constexpr const char* kFailed = "A subtitle track could not be converted.";

// Decodes texts and codes them anew. mov_text shows one sample at a time, so texts that overlap are
// cut where one begins or ends: "A" 1-3 s and "B" 2-4 s become "A" 1-2, "A B" 2-3, "B" 3-4.
class SubtitleConverter final : public TrackCopier {
 public:
  SubtitleConverter(const AVStream& from, AVStream& to, Muxer& muxer, AVCodecID codec)
      : from_(from),
        to_(to),
        muxer_(muxer),
        may_overlap_(codec != AV_CODEC_ID_MOV_TEXT),
        decoder_(OpenTrackDecoder(from, kFailed)) {
    const AVCodec* encoder = avcodec_find_encoder(codec);
    if (!encoder) throw Error(Code::kInternal, kFailed, "no encoder");
    encoder_.reset(ffmpeg::CheckAllocated(avcodec_alloc_context3(encoder)));
    encoder_->time_base = {1, 1000};
    if (decoder_->subtitle_header) {
      encoder_->subtitle_header = static_cast<uint8_t*>(ffmpeg::CheckAllocated(
          av_mallocz(static_cast<size_t>(decoder_->subtitle_header_size) + 1)));
      std::copy_n(decoder_->subtitle_header, decoder_->subtitle_header_size,
                  encoder_->subtitle_header);
      encoder_->subtitle_header_size = decoder_->subtitle_header_size;
    }
    ffmpeg::Check(avcodec_open2(encoder_.get(), encoder, nullptr), Code::kInternal, kFailed);
    ffmpeg::Check(avcodec_parameters_from_context(to.codecpar, encoder_.get()), Code::kInternal,
                  kFailed);
    to.time_base = {1, 1000};
  }

  void Write(AVPacket& packet) override {
    AVSubtitle subtitle{};
    int got = 0;
    if (avcodec_decode_subtitle2(decoder_.get(), &subtitle, &got, &packet) < 0 || !got) return;
    Shown text{packet.pts, packet.pts + packet.duration, {}};
    for (unsigned i = 0; i < subtitle.num_rects; ++i) {
      if (subtitle.rects[i]->ass) text.lines.emplace_back(subtitle.rects[i]->ass);
    }
    avsubtitle_free(&subtitle);
    if (text.lines.empty() || packet.pts == AV_NOPTS_VALUE || text.end <= text.begin) return;
    if (may_overlap_) {
      Encode(text.lines, text.begin, text.end);
      return;
    }
    WriteUntil(text.begin);
    shown_.push_back(std::move(text));
  }

  void Finish() override { WriteUntil(INT64_MAX); }

 private:
  struct Shown {
    int64_t begin = 0, end = 0;  // In the input stream's time base.
    std::vector<std::string> lines;
  };

  // Everything that is on screen before `until` and not written yet.
  void WriteUntil(int64_t until) {
    while (!shown_.empty()) {
      int64_t begin = shown_.front().begin;
      for (const Shown& text : shown_) begin = std::max(begin, text.begin);
      begin = std::max(begin, written_until_);
      int64_t end = until;
      std::vector<std::string> lines;
      for (const Shown& text : shown_) {
        end = std::min(end, text.end);
        lines.insert(lines.end(), text.lines.begin(), text.lines.end());
      }
      if (end > begin) {
        Encode(lines, begin, end);
        written_until_ = end;
      }
      std::erase_if(shown_, [&](const Shown& text) { return text.end <= written_until_; });
      if (end >= until) return;
    }
  }

  // One event of FFmpeg's ASS has eight fields before its text; "\\N" breaks a line.
  static std::string Joined(const std::vector<std::string>& events) {
    std::string all = events.front();
    for (size_t i = 1; i < events.size(); ++i) {
      size_t text = 0;
      for (int field = 0; field < 8 && text != std::string::npos; ++field) {
        text = events[i].find(',', text);
        if (text != std::string::npos) ++text;
      }
      if (text != std::string::npos) all += "\\N" + events[i].substr(text);
    }
    return all;
  }

  void Encode(const std::vector<std::string>& events, int64_t begin, int64_t end) {
    std::string event = Joined(events);
    AVSubtitleRect rect{};
    rect.type = SUBTITLE_ASS;
    rect.ass = event.data();
    AVSubtitleRect* rects = &rect;
    AVSubtitle subtitle{};
    subtitle.num_rects = 1;
    subtitle.rects = &rects;
    subtitle.pts = av_rescale_q(begin, from_.time_base, AV_TIME_BASE_Q);
    subtitle.end_display_time =
        static_cast<uint32_t>(av_rescale_q(end - begin, from_.time_base, {1, 1000}));
    std::vector<uint8_t> buffer(1 << 20);
    const int size = avcodec_encode_subtitle(encoder_.get(), buffer.data(),
                                             static_cast<int>(buffer.size()), &subtitle);
    if (size <= 0) return;
    const ffmpeg::PacketPtr out = ffmpeg::NewPacket();
    ffmpeg::Check(av_new_packet(out.get(), size), Code::kUnavailable, kFailed);
    std::copy_n(buffer.data(), size, out->data);
    out->pts = out->dts = begin;
    out->duration = end - begin;
    muxer_.Write(*out, to_, from_.time_base);
  }

  const AVStream& from_;
  const AVStream& to_;
  Muxer& muxer_;
  const bool may_overlap_;
  ffmpeg::CodecPtr decoder_;
  ffmpeg::CodecPtr encoder_;
  std::vector<Shown> shown_;  // Texts on screen whose end is not written yet.
  int64_t written_until_ = INT64_MIN;
};

}  // namespace

std::unique_ptr<TrackCopier> ConvertSubtitles(const AVStream& from, AVStream& to, Muxer& muxer,
                                              AVCodecID codec) {
  return std::make_unique<SubtitleConverter>(from, to, muxer, codec);
}

}  // namespace tapmask
