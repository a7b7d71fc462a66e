// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/frame_finder.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "tapmask/media/analysis_scaler.h"
#include "tapmask/media/decoder.h"
#include "tapmask/media/packet_times.h"
#include "tapmask/media/pixel_format.h"
#include "tapmask/media/video_reader.h"

namespace tapmask {
namespace {

void CheckStop(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(Code::kCancelled, "Cancelled.");
}

}  // namespace

class FrameFinder::Impl {
 public:
  Impl(const InputName& input, Options options)
      : input_(input),
        options_(std::move(options)),
        forwards_(std::make_unique<VideoReader>(input, options_.read)),
        info_(forwards_->info()),
        scaler_(info_.geometry, info_.color) {
    if (!options_.frames) return;
    auto listed = TimesOfPackets(input, options_.read, {});
    if (listed && static_cast<int64_t>(listed->pts.size()) == *options_.frames) {
      listed_ = std::move(listed);
      forwards_.reset();
    }
  }

  const VideoInfo& info() const { return info_; }
  const std::vector<int64_t>* KnownTimes() const { return listed_ ? &listed_->pts : nullptr; }

  std::vector<Item> Read(int64_t begin, int64_t end, const std::stop_token& stop) {
    std::vector<Item> items;
    if (listed_) {
      end = std::min(end, static_cast<int64_t>(listed_->pts.size()));
      if (begin >= end || ReadAgain(*listed_, begin, end, items, stop)) return items;
      // The file did not keep its promise.
      listed_.reset();
      forwards_ = std::make_unique<VideoReader>(input_, options_.read);
    }
    const auto position = static_cast<int64_t>(forwards_->times().pts.size());
    if (begin < position) {
      const int64_t until = std::min(end, position);
      if (!ReadAgain(forwards_->times(), begin, until, items, stop) &&
          !ReadFromBeginning(begin, until, items, stop)) {
        throw Error(
            Code::kUnsupportedMedia,
            "Frames of this video cannot be decoded a second time; convert it to H.264 first.");
      }
    }
    for (int64_t i = position; i < end; ++i) {
      CheckStop(stop);
      const std::optional<Frame> frame = forwards_->Next();
      if (!frame) break;
      if (i >= begin) items.push_back({i, frame->pts, scaler_.Scale(*frame)});
    }
    return items;
  }

 private:
  // False when the file does not give what `times` say.
  bool ReadAgain(const FrameTimes& times, int64_t begin, int64_t end, std::vector<Item>& items,
                 const std::stop_token& stop) {
    const auto& pts = times.file_pts;
    if (std::adjacent_find(pts.begin(), pts.end(), std::greater_equal<>()) != pts.end()) {
      return false;  // A time does not tell a frame.
    }
    int64_t key = begin;
    const auto move_to_key = [&] {
      while (key > 0 && !times.key[static_cast<size_t>(key)]) --key;
    };
    move_to_key();
    // What the decoder stands before may be nearer than any key frame.
    if (decoder_ && key <= position_ && position_ <= begin &&
        Take(times, begin, end, items, stop)) {
      return true;
    }
    // Farther back each time that the file does not give what was asked for.
    for (int attempt = 0; attempt < 3; ++attempt) {
      if (SeekTo(times, key) && Take(times, begin, end, items, stop)) return true;
      if (key == 0) break;
      key = std::max<int64_t>(0, key - std::max<int64_t>(1, begin - key));
      move_to_key();
    }
    decoder_.reset();
    return false;
  }

  bool SeekTo(const FrameTimes& times, int64_t key) {
    if (!decoder_) {
      decoder_ = std::make_unique<Decoder>(input_, options_.read);
      decoder_->Next();  // Sizes and formats are those of the first frame, wherever reading begins.
    }
    return decoder_->Seek(times.file_pts[static_cast<size_t>(key)]);
  }

  // Decodes on up to `end`; false when another frame came than the expected one, or something was
  // damaged on the way: what a decoder makes of that depends on where it began.
  bool Take(const FrameTimes& times, int64_t begin, int64_t end, std::vector<Item>& items,
            const std::stop_token& stop) {
    items.clear();
    const int64_t damaged = decoder_->damaged_packets();
    decoder_->SkipUnreferencedBefore(times.file_pts[static_cast<size_t>(begin)]);
    for (int64_t wanted = begin; wanted < end;) {
      CheckStop(stop);
      const auto i = static_cast<size_t>(wanted);
      const ffmpeg::FramePtr raw = decoder_->Next();
      if (!raw || raw->pts == AV_NOPTS_VALUE || raw->pts > times.file_pts[i]) return false;
      if ((raw->flags & AV_FRAME_FLAG_CORRUPT) || raw->decode_error_flags) return false;
      if (decoder_->damaged_packets() > damaged) return false;
      if (raw->pts < times.file_pts[i]) continue;
      items.push_back({wanted, times.pts[i], scaler_.Scale(WrapFrame(*raw))});
      ++wanted;
    }
    position_ = end;
    return true;
  }

  // For files in which times do not tell frames apart.
  bool ReadFromBeginning(int64_t begin, int64_t end, std::vector<Item>& items,
                         const std::stop_token& stop) {
    items.clear();
    VideoReader reader(input_, options_.read);
    for (int64_t i = 0; i < end; ++i) {
      CheckStop(stop);
      const std::optional<Frame> frame = reader.Next();
      if (!frame) return false;
      if (i >= begin) items.push_back({i, frame->pts, scaler_.Scale(*frame)});
    }
    return true;
  }

  const InputName input_;
  const Options options_;
  std::optional<FrameTimes> listed_;       // The packets tell all.
  std::unique_ptr<VideoReader> forwards_;  // Else: lists the times as it goes.
  const VideoInfo info_;
  AnalysisScaler scaler_;
  std::unique_ptr<Decoder> decoder_;  // For frames whose times are known.
  int64_t position_ = 0;              // The frame that `decoder_` gives next.
};

FrameFinder::FrameFinder(const InputName& input, Options options)
    : impl_(std::make_unique<Impl>(input, std::move(options))) {}
FrameFinder::~FrameFinder() = default;
const VideoInfo& FrameFinder::info() const {
  return impl_->info();
}
const std::vector<int64_t>* FrameFinder::KnownTimes() const {
  return impl_->KnownTimes();
}
std::vector<FrameFinder::Item> FrameFinder::Read(int64_t begin, int64_t end,
                                                 const std::stop_token& stop) {
  return impl_->Read(begin, end, stop);
}

}  // namespace tapmask
