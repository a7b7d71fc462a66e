// SPDX-License-Identifier: Apache-2.0
// Demuxer, decoder and input filters of one video stream. For .cc files of media only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tapmask/media/demuxer.h"
#include "tapmask/media/ffmpeg.h"
#include "tapmask/media/filter.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/read_options.h"
#include "tapmask/media/video_info.h"

namespace tapmask {

// What was seen in the frames beyond their samples.
struct FrameExtras {
  bool captions = false;       // ATSC A/53 closed captions.
  bool hdr10_plus = false;     // SMPTE ST 2094-40 dynamic metadata.
  bool sei_user_data = false;  // Unregistered user data of the source's encoder.
  bool timecode = false;
  bool resized = false;  // Some frames had another size or format than the first.
};

// Gives the frames of the worked-on stream in shown order, planar, with `pts` = the file's own
// time (a good guess where it has none), which may repeat or run backwards. Frames outside an edit
// list do not come.
class Decoder {
 public:
  Decoder(const InputName& input, const ReadOptions& options);

  // Complete once the first frame was read.
  const VideoInfo& info() const { return info_; }
  const FrameExtras& extras() const { return extras_; }

  ffmpeg::FramePtr Next();  // Null at the end.

  // Goes to the last key frame at or before `pts`; false when the container cannot.
  bool Seek(int64_t pts);

  // Frames before `pts` to which no other refers need not come: they are not decoded where the
  // codec allows it. Those from `pts` on are as always.
  void SkipUnreferencedBefore(int64_t pts) { skip_before_ = pts; }

  bool read_failed() const { return read_failed_; }  // The file broke off.
  int64_t damaged_packets() const { return damaged_packets_; }

 private:
  ffmpeg::FramePtr Decode();
  ffmpeg::FramePtr ToFirstShape(ffmpeg::FramePtr frame);
  void BuildChain(const AVFrame& first);
  void CompleteInfo(const AVFrame& first);
  void NoteExtras(const AVFrame& frame);

  const ReadOptions options_;
  ffmpeg::InputPtr format_;
  VideoInfo info_;
  FrameExtras extras_;
  ffmpeg::CodecPtr codec_;
  ffmpeg::PacketPtr packet_;
  std::string chain_;              // Empty: frames pass as they are.
  AVRational chain_aspect_{1, 1};  // Of the samples that go into the filters.
  std::unique_ptr<FrameFilter> filter_;
  bool filter_finished_ = false;
  bool started_ = false;  // The first frame told what was open.
  bool draining_ = false;
  int64_t skip_before_ = INT64_MIN;
  bool read_failed_ = false;
  int64_t damaged_packets_ = 0;
  int first_width_ = 0, first_height_ = 0, first_format_ = -1;
};

}  // namespace tapmask
