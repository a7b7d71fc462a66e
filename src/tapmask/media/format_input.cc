// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/format_input.h"

#include <cstdio>
#include <limits>
#include <span>

namespace tapmask {
namespace {

// What an AVIOContext reads from.
struct Place {
  InputFile file;
  int64_t offset = 0;
};

int Read(void* opaque, uint8_t* to, int size) {
  Place& place = *static_cast<Place*>(opaque);
  const int64_t got = place.file.ReadAt(place.offset, std::span(to, static_cast<size_t>(size)));
  if (got < 0) return AVERROR(static_cast<int>(-got));
  if (got == 0) return AVERROR_EOF;
  place.offset += got;
  return static_cast<int>(got);
}

int64_t Seek(void* opaque, int64_t offset, int whence) {
  Place& place = *static_cast<Place*>(opaque);
  if (whence & AVSEEK_SIZE) return place.file.size_bytes();
  const int from = whence & ~AVSEEK_FORCE;
  const int64_t base = from == SEEK_SET   ? 0
                       : from == SEEK_CUR ? place.offset
                       : from == SEEK_END ? place.file.size_bytes()
                                          : -1;
  if (base < 0 || offset > std::numeric_limits<int64_t>::max() - base || base + offset < 0) {
    return AVERROR(EINVAL);
  }
  return place.offset = base + offset;
}

int RefuseOther(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EACCES);
}

void FreeIo(AVIOContext* io) {
  if (!io) return;
  delete static_cast<Place*>(io->opaque);
  av_freep(&io->buffer);
  avio_context_free(&io);
}

struct IoDeleter {
  void operator()(AVIOContext* io) const { FreeIo(io); }
};

std::unique_ptr<AVIOContext, IoDeleter> NewIo(InputFile file) {
  constexpr int kBufferBytes = 64 << 10;
  auto place = std::make_unique<Place>(Place{std::move(file), 0});
  auto* buffer = static_cast<unsigned char*>(ffmpeg::CheckAllocated(av_malloc(kBufferBytes)));
  AVIOContext* io = avio_alloc_context(buffer, kBufferBytes, 0, place.get(), &Read, nullptr, &Seek);
  if (!io) av_free(buffer);
  std::unique_ptr<AVIOContext, IoDeleter> owned(ffmpeg::CheckAllocated(io));
  place.release();
  return owned;
}

}  // namespace

void ffmpeg::InputDeleter::operator()(AVFormatContext* p) const {
  AVIOContext* ours = p && (p->flags & AVFMT_FLAG_CUSTOM_IO) ? p->pb : nullptr;
  avformat_close_input(&p);
  FreeIo(ours);
}

ffmpeg::InputPtr OpenFormat(InputFile file, const std::string& demuxer, ffmpeg::Dictionary& options,
                            const std::string& failed) {
  const AVInputFormat* format = av_find_input_format(demuxer.c_str());
  if (!format) throw Error(Code::kInternal, "FFmpeg lacks the demuxer for " + demuxer + ".");
  auto io = NewIo(std::move(file));
  AVFormatContext* context = ffmpeg::CheckAllocated(avformat_alloc_context());
  context->pb = io.get();
  context->flags |= AVFMT_FLAG_CUSTOM_IO;
  context->io_open = &RefuseOther;
  // Frees the context, but not our reading, when it fails.
  ffmpeg::Check(avformat_open_input(&context, "", format, options.Address()),
                Code::kUnsupportedMedia, failed);
  io.release();
  return ffmpeg::InputPtr(context);
}

}  // namespace tapmask
