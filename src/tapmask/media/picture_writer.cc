// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/picture_writer.h"

#include <fstream>

#include <fmt/format.h>

#include "tapmask/media/pixel_format.h"

namespace tapmask {
PictureWriter::PictureWriter(const std::string& pattern, const WriteOptions& write,
                             const VideoInfo& source, Notices& notices)
    : pattern_(*PicturePattern::Parse(pattern)),
      source_(source),
      plan_(PlanEncode(source, write, OutputContainer::kPictures)),
      folder_(pattern_.folder) {
  const std::string suffix = std::filesystem::path(pattern).extension().string();
  if (suffix != ".png") {
    throw Error(Code::kInvalidArgument,
                "Pictures are written without loss as PNG; let the pattern end in .png.");
  }
  for (const std::string& warning : plan_.warnings) Notices::Add(notices.warnings, warning);
  for (const AudioInfo& audio : source.audio) {
    Notices::Add(notices.left_out, fmt::format("Sound track (stream {}, {}), since pictures have "
                                               "none.",
                                               audio.stream, audio.codec));
  }
  if (source.format.model == PixelFormat::Model::kYuv) {
    Notices::Add(notices.changed, "The picture was converted from YCbCr to RGB.");
  }
  if (source.container != "pictures") {
    Notices::Add(notices.left_out, "Frame times, since pictures have none.");
  }
  if (pattern_.AnyThere()) {
    throw Error(Code::kInvalidArgument,
                "There are pictures of this pattern already, which would mix with the new ones; "
                "choose an empty folder.");
  }
}

std::filesystem::path PictureWriter::Waiting(int64_t number) const {
  return folder_.path() / fmt::format("{}.png", number);
}

void PictureWriter::Write(const Frame& frame) {
  const ffmpeg::FramePtr borrowed = BorrowFrame(frame);
  const std::string range = source_.color.range == Range::kFull ? "pc" : "tv";
  const std::string from =
      frame.format().model == PixelFormat::Model::kYuv
          ? fmt::format("in_color_matrix={}:in_range={}:", ScaleMatrix(source_), range)
          : "";
  FrameFilter filter(fmt::format("scale={}out_range=pc,format={}", from, plan_.pixel_format),
                     *borrowed, {1, 25}, {1, 1});
  filter.Push(*borrowed);
  filter.Finish();
  const ffmpeg::FramePtr rgb = filter.Pull();
  if (!rgb) throw Error(Code::kInternal, "A picture could not be converted.");
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
  const ffmpeg::CodecPtr encoder(ffmpeg::CheckAllocated(avcodec_alloc_context3(codec)));
  encoder->width = frame.width();
  encoder->height = frame.height();
  encoder->pix_fmt = static_cast<AVPixelFormat>(rgb->format);
  encoder->time_base = {1, 25};
  encoder->thread_count = 1;
  constexpr const char* kFailed = "A picture could not be written.";
  ffmpeg::Check(avcodec_open2(encoder.get(), codec, nullptr), Code::kInternal, kFailed);
  ffmpeg::Check(avcodec_send_frame(encoder.get(), rgb.get()), Code::kInternal, kFailed);
  const ffmpeg::PacketPtr packet = ffmpeg::NewPacket();
  ffmpeg::Check(avcodec_receive_packet(encoder.get(), packet.get()), Code::kInternal, kFailed);
  std::ofstream file(Waiting(frames_), std::ios::binary);
  file.write(reinterpret_cast<const char*>(packet->data), packet->size);
  file.close();
  if (!file) {
    throw Error(Code::kStorageFull, "The disk is full; free some space and try again.");
  }
  ++frames_;
}

std::vector<Invariant> PictureWriter::Check() {
  int64_t found = 0;
  while (std::filesystem::exists(Waiting(found))) ++found;
  return {{"frames", found == frames_, fmt::format("{} of {}", found, frames_)}};
}

void PictureWriter::Commit() {
  for (int64_t i = 0; i < frames_; ++i) {
    std::error_code error;
    std::filesystem::rename(Waiting(i), pattern_.Path(i), error);
    if (error) {
      throw Error(Code::kInvalidArgument,
                  "A picture could not be put in place at " + pattern_.Path(i).string() + ".",
                  error.message());
    }
  }
}

}  // namespace tapmask
