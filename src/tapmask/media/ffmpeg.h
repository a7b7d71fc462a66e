// SPDX-License-Identifier: Apache-2.0
// Owners of FFmpeg's handles, and its error codes in words. For .cc files of media only.
#pragma once

#include <memory>
#include <string>

#include "tapmask/core/error.h"
#include "tapmask/core/geometry.h"
#include "tapmask/media/compat.h"

namespace tapmask::ffmpeg {

struct Deleter {
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVFilterGraph* p) const { avfilter_graph_free(&p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
  void operator()(AVAudioFifo* p) const { av_audio_fifo_free(p); }
  void operator()(AVSHA* p) const { av_free(p); }
};
using FramePtr = std::unique_ptr<AVFrame, Deleter>;
using PacketPtr = std::unique_ptr<AVPacket, Deleter>;
using CodecPtr = std::unique_ptr<AVCodecContext, Deleter>;
using FilterGraphPtr = std::unique_ptr<AVFilterGraph, Deleter>;
using SwsPtr = std::unique_ptr<SwsContext, Deleter>;
using AudioFifoPtr = std::unique_ptr<AVAudioFifo, Deleter>;
using ShaPtr = std::unique_ptr<AVSHA, Deleter>;

struct InputDeleter {
  void operator()(AVFormatContext* p) const;  // With what it reads from; see format_input.h.
};
using InputPtr = std::unique_ptr<AVFormatContext, InputDeleter>;

// An AVDictionary that frees itself.
class Dictionary {
 public:
  Dictionary() = default;
  ~Dictionary() { av_dict_free(&dict_); }
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;
  void Set(const char* key, const std::string& value) {
    av_dict_set(&dict_, key, value.c_str(), 0);
  }
  AVDictionary** Address() { return &dict_; }

 private:
  AVDictionary* dict_ = nullptr;
};

inline std::string ErrorText(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(error, text, sizeof text);
  return text;
}

// Turns a negative result into an Error: no room and no memory keep their meaning, everything
// else becomes `code` with `public_text`.
inline int Check(int result, Code code, const std::string& public_text) {
  if (result >= 0) return result;
  if (result == AVERROR(ENOSPC)) {
    throw Error(Code::kStorageFull, "The disk is full; free some space and try again.",
                ErrorText(result));
  }
  throw Error(code, public_text, ErrorText(result));
}

template <class T>
T* CheckAllocated(T* pointer) {
  if (!pointer) throw Error(Code::kUnavailable, "There is not enough memory.");
  return pointer;
}

inline FramePtr NewFrame() {
  return FramePtr(CheckAllocated(av_frame_alloc()));
}
inline PacketPtr NewPacket() {
  return PacketPtr(CheckAllocated(av_packet_alloc()));
}

inline AVRational ToAv(const Rational& r) {
  return {static_cast<int>(r.num), static_cast<int>(r.den)};
}
inline Rational FromAv(AVRational r) {
  return {r.num, r.den == 0 ? 1 : r.den};
}

}  // namespace tapmask::ffmpeg
