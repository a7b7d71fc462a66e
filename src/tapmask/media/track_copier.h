// SPDX-License-Identifier: Apache-2.0
// How one sound or text track comes into the output. For .cc files of media only.
#pragma once

#include <memory>

#include "tapmask/media/ffmpeg.h"
#include "tapmask/media/muxer.h"
#include "tapmask/media/write_options.h"

namespace tapmask {

// Takes the packets of one input stream and writes an output stream.
class TrackCopier {
 public:
  virtual ~TrackCopier() = default;
  virtual void Write(AVPacket& packet) = 0;  // Times in the input stream's time base.
  virtual void Finish() {}
};

// Payload and times as they are.
std::unique_ptr<TrackCopier> CopyTrack(const AVStream& from, AVStream& to, Muxer& muxer);

// Decodes and codes sound: ALAC where that keeps every sample, else AAC at 256 kbit/s. With
// `silent` every sample becomes 0.
std::unique_ptr<TrackCopier> TranscodeAudio(const AVStream& from, AVStream& to, Muxer& muxer,
                                            AVCodecID codec, bool silent);

// Whether ALAC keeps every sample of this PCM.
bool FitsAlac(AVCodecID codec, int channels);
bool IsPcm(AVCodecID codec);

// Text subtitles into the container's own kind, text and times kept.
std::unique_ptr<TrackCopier> ConvertSubtitles(const AVStream& from, AVStream& to, Muxer& muxer,
                                              AVCodecID codec);

// An opened decoder of a sound or text stream. Throws Error with `failed` as its sentence.
ffmpeg::CodecPtr OpenTrackDecoder(const AVStream& stream, const char* failed);

}  // namespace tapmask
