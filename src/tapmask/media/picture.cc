// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/picture.h"

#include <array>
#include <cstring>
#include <fstream>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "tapmask/media/ffmpeg.h"
#include "tapmask/media/input_file.h"
#include "tapmask/media/temporary_file.h"

namespace tapmask {
namespace {

constexpr int kMaxSide = 8192;

ffmpeg::FramePtr DecodePicture(const std::filesystem::path& path) {
  CheckInputFile(path, "a picture");
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::string refused = path.string() + " is not a picture that can be read; use a PNG.";
  const auto size = static_cast<int64_t>(file.tellg());
  if (size <= 0 || size > (int64_t{1} << 30)) throw Error(Code::kInvalidArgument, refused);
  const ffmpeg::PacketPtr packet = ffmpeg::NewPacket();
  ffmpeg::Check(av_new_packet(packet.get(), static_cast<int>(size)), Code::kUnavailable,
                "There is not enough memory.");
  file.seekg(0);
  file.read(reinterpret_cast<char*>(packet->data), size);
  const bool png = size > 8 && std::memcmp(packet->data, "\x89PNG", 4) == 0;
  const bool jpeg = size > 3 && packet->data[0] == 0xff && packet->data[1] == 0xd8;
  const bool bmp = size > 2 && packet->data[0] == 'B' && packet->data[1] == 'M';
  const AVCodecID id = png    ? AV_CODEC_ID_PNG
                       : jpeg ? AV_CODEC_ID_MJPEG
                       : bmp  ? AV_CODEC_ID_BMP
                              : AV_CODEC_ID_NONE;
  const AVCodec* codec = avcodec_find_decoder(id);
  if (!codec) throw Error(Code::kInvalidArgument, refused);
  const ffmpeg::CodecPtr decoder(ffmpeg::CheckAllocated(avcodec_alloc_context3(codec)));
  decoder->thread_count = 1;
  decoder->max_pixels = int64_t{kMaxSide} * kMaxSide;
  ffmpeg::Check(avcodec_open2(decoder.get(), codec, nullptr), Code::kInternal, refused);
  ffmpeg::Check(avcodec_send_packet(decoder.get(), packet.get()), Code::kInvalidArgument, refused);
  avcodec_send_packet(decoder.get(), nullptr);
  ffmpeg::FramePtr frame = ffmpeg::NewFrame();
  ffmpeg::Check(avcodec_receive_frame(decoder.get(), frame.get()), Code::kInvalidArgument, refused);
  if (frame->width > kMaxSide || frame->height > kMaxSide) {
    throw Error(
        Code::kInvalidArgument,
        fmt::format("{} is over {} pixels a side; scale it down first.", path.string(), kMaxSide));
  }
  return frame;
}

void EncodePng(const std::filesystem::path& path, const AVFrame& frame) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_PNG);
  const ffmpeg::CodecPtr encoder(ffmpeg::CheckAllocated(avcodec_alloc_context3(codec)));
  constexpr const char* kPictureFailed = "A picture could not be written.";
  encoder->width = frame.width;
  encoder->height = frame.height;
  encoder->pix_fmt = static_cast<AVPixelFormat>(frame.format);
  encoder->time_base = {1, 25};
  encoder->thread_count = 1;
  encoder->compression_level = 1;
  ffmpeg::Check(avcodec_open2(encoder.get(), codec, nullptr), Code::kInternal, kPictureFailed);
  ffmpeg::Check(avcodec_send_frame(encoder.get(), &frame), Code::kInternal, kPictureFailed);
  const ffmpeg::PacketPtr packet = ffmpeg::NewPacket();
  ffmpeg::Check(avcodec_receive_packet(encoder.get(), packet.get()), Code::kInternal,
                kPictureFailed);
  TemporaryFile file(path);
  file.Write({reinterpret_cast<const char*>(packet->data), static_cast<size_t>(packet->size)});
  file.Commit();
}

}  // namespace

// Looks at the decoder's own samples, in any format and depth: a label of 1 in 16 bits counts.
Mask ReadMaskPicture(const std::filesystem::path& path) {
  const ffmpeg::FramePtr frame = DecodePicture(path);
  const AVPixFmtDescriptor& format =
      *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame->format));
  const bool palette = (format.flags & AV_PIX_FMT_FLAG_PAL) != 0;
  const bool has_alpha = palette || (format.flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  const bool luma_alone = !(format.flags & AV_PIX_FMT_FLAG_RGB) && !palette;
  const int components = palette ? 4 : format.nb_components;
  const int colors = luma_alone ? 1 : components - (has_alpha ? 1 : 0);
  std::vector<uint16_t> line(static_cast<size_t>(frame->width));
  const auto read = [&](int component, int y) {
    av_read_image_line(line.data(), const_cast<const uint8_t**>(frame->data), frame->linesize,
                       &format, 0, y, component, frame->width, palette ? 1 : 0);
  };
  Mask mask(frame->width, frame->height);
  std::optional<uint16_t> alpha;
  for (int y = 0; y < frame->height; ++y) {
    uint8_t* to = mask.MutableRow(y);
    for (int component = 0; component < colors; ++component) {
      read(component, y);
      for (size_t x = 0; x < line.size(); ++x) {
        if (line[x] != 0) to[x] = 255;
      }
    }
    if (!has_alpha) continue;
    read(components - 1, y);
    for (const uint16_t value : line) {
      if (alpha.value_or(value) != value) {
        throw Error(Code::kInvalidArgument,
                    path.string() +
                        " says something with its transparency; save the mask as black "
                        "and white without an alpha channel.");
      }
      alpha = value;
    }
  }
  return mask;
}

void WriteMaskPicture(const std::filesystem::path& path, const Mask& mask) {
  const ffmpeg::FramePtr frame = ffmpeg::NewFrame();
  frame->width = mask.width();
  frame->height = mask.height();
  frame->format = AV_PIX_FMT_GRAY8;
  frame->data[0] = const_cast<uint8_t*>(mask.data());
  frame->linesize[0] = mask.width();
  EncodePng(path, *frame);
}

void WritePng(const std::filesystem::path& path, const BgrImage& image) {
  const ffmpeg::FramePtr frame = ffmpeg::NewFrame();
  frame->width = image.width();
  frame->height = image.height();
  frame->format = AV_PIX_FMT_RGB24;
  std::vector<uint8_t> rgb(static_cast<size_t>(image.width()) *
                           static_cast<size_t>(image.height()) * 3);
  for (size_t i = 0; i < rgb.size(); i += 3) {
    rgb[i] = image.data()[i + 2];
    rgb[i + 1] = image.data()[i + 1];
    rgb[i + 2] = image.data()[i];
  }
  frame->data[0] = rgb.data();
  frame->linesize[0] = 3 * image.width();
  EncodePng(path, *frame);
}

}  // namespace tapmask
