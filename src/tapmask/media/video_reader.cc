// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/video_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "tapmask/media/decoder.h"
#include "tapmask/media/pixel_format.h"

namespace tapmask {

class VideoReader::Impl {
 public:
  Impl(const InputName& input, const ReadOptions& options)
      : limits_(options.limits), decoder_(input, options) {
    ahead_ = decoder_.Next();
    if (!ahead_) {
      throw Error(
          Code::kUnsupportedMedia,
          "Not one frame of this video can be decoded; it is damaged or cut off too early.");
    }
  }

  const VideoInfo& info() const { return decoder_.info(); }
  const Decoder& decoder() const { return decoder_; }
  const FrameTimes& times() const { return times_; }
  const std::vector<int64_t>& moved() const { return moved_; }

  std::optional<Frame> Next() {
    if (!ahead_) return std::nullopt;
    const ffmpeg::FramePtr current = std::move(ahead_);
    ahead_ = decoder_.Next();
    const auto index = static_cast<int64_t>(times_.pts.size());
    if (index >= limits_.max_frames) {
      throw Error(Code::kTooLarge, fmt::format("The video has more than {} frames; cut it first.",
                                               limits_.max_frames));
    }
    Frame frame = WrapFrame(*current);
    frame.index = index;
    const int64_t file_pts = FilePts(*current);
    frame.pts = file_pts;
    if (!times_.pts.empty() && frame.pts <= times_.pts.back()) {
      frame.pts = times_.pts.back() + 1;
      moved_.push_back(index);
    }
    if (static_cast<double>(frame.pts - (times_.pts.empty() ? frame.pts : times_.pts.front())) *
            info().time_base.AsDouble() >
        limits_.max_duration_seconds) {
      throw Error(Code::kTooLarge, fmt::format("The video is longer than {:.0f} s; cut it first.",
                                               limits_.max_duration_seconds));
    }
    frame.duration = compat::Duration(*current);
    if (ahead_) {
      const int64_t next = ahead_->pts != AV_NOPTS_VALUE ? ahead_->pts : frame.pts;
      if (next > frame.pts) frame.duration = next - frame.pts;
    }
    if (compat::IsInterlaced(*current)) {
      frame.field_order = compat::IsTopFieldFirst(*current) ? FieldOrder::kTopFieldFirst
                                                            : FieldOrder::kBottomFieldFirst;
    }
    times_.pts.push_back(frame.pts);
    times_.file_pts.push_back(file_pts);
    times_.key.push_back(compat::IsKey(*current) || index == 0);
    return frame;
  }

 private:
  // A frame without a time comes after the one before.
  int64_t FilePts(const AVFrame& frame) const {
    if (frame.pts != AV_NOPTS_VALUE) return frame.pts;
    if (times_.pts.empty()) return 0;
    const double ticks = 1 / (info().frame_rate.AsDouble() * info().time_base.AsDouble());
    return times_.pts.back() + std::max<int64_t>(1, static_cast<int64_t>(ticks));
  }

  const Limits limits_;
  Decoder decoder_;
  ffmpeg::FramePtr ahead_;
  FrameTimes times_;
  std::vector<int64_t> moved_;
};

VideoReader::VideoReader(const InputName& input, const ReadOptions& options)
    : impl_(std::make_unique<Impl>(input, options)) {}
VideoReader::~VideoReader() = default;

const VideoInfo& VideoReader::info() const {
  return impl_->info();
}
std::optional<Frame> VideoReader::Next() {
  return impl_->Next();
}
const FrameTimes& VideoReader::times() const {
  return impl_->times();
}
int64_t VideoReader::damaged_packets() const {
  return impl_->decoder().damaged_packets();
}
std::vector<int64_t> VideoReader::moved_frames() const {
  return impl_->moved();
}

bool VideoReader::truncated() const {
  if (impl_->decoder().read_failed() || info().cut_off) return true;
  return info().container == "pictures" && static_cast<int64_t>(times().pts.size()) < info().frames;
}

void VideoReader::AddNotices(Notices& notices) const {
  const FrameExtras& extras = impl_->decoder().extras();
  const VideoInfo& video = info();
  if (extras.captions) {
    Notices::Add(notices.left_out, "Closed captions (A/53) inside the video stream.");
  }
  if (extras.hdr10_plus) Notices::Add(notices.left_out, "HDR10+ dynamic metadata.");
  if (video.has_dolby_vision) Notices::Add(notices.left_out, "Dolby Vision layer.");
  if (video.has_spherical) Notices::Add(notices.left_out, "Spherical (360 degree) video tags.");
  if (video.has_alpha) Notices::Add(notices.left_out, "Transparency (alpha channel).");
  if (extras.sei_user_data) {
    Notices::Add(notices.scrubbed, "User data (SEI) that the source's encoder wrote.");
  }
  if (extras.timecode) Notices::Add(notices.scrubbed, "Timecode inside the video stream.");
  if (extras.resized) {
    Notices::Add(notices.changed,
                 "Frames whose size or sample format differs from the first frame's were scaled.");
  }
  if (!impl_->moved().empty()) {
    std::string list;
    for (size_t i = 0; i < std::min<size_t>(impl_->moved().size(), 20); ++i) {
      list += fmt::format("{}{}", i ? ", " : "", impl_->moved()[i]);
    }
    if (impl_->moved().size() > 20) {
      list += fmt::format(" and {} more", impl_->moved().size() - 20);
    }
    Notices::Add(
        notices.changed,
        "Times that repeat or run backwards were moved on by one tick, frames " + list + ".");
  }
  const auto turns = video.orientation.QuarterTurns();
  if (!turns) {
    Notices::Add(notices.changed,
                 fmt::format("The picture's display matrix ({}turned by {:.4g} degrees) was baked "
                             "into the samples.",
                             video.orientation.mirrored ? "mirrored, " : "",
                             video.orientation.clockwise_degrees));
  } else if (*turns != video.geometry.quarter_turns) {
    Notices::Add(notices.changed,
                 fmt::format("The rotation by {} degrees was baked into the samples, since the "
                             "output's container cannot say it.",
                             *turns * 90));
  }
  if (truncated()) {
    Notices::Add(notices.warnings,
                 fmt::format("The input is cut off; its first {} frames were worked on.",
                             times().pts.size()));
  }
  if (damaged_packets() > 0) {
    Notices::Add(notices.warnings,
                 fmt::format("{} damaged places in the video stream; frames there may be missing "
                             "or wrong.",
                             damaged_packets()));
  }
}

VideoInfo Probe(const InputName& input, const ReadOptions& options) {
  return VideoReader(input, options).info();
}

}  // namespace tapmask
