// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/image_spill.h"

#include <array>
#include <cstring>
#include <unistd.h>

#include <fmt/format.h>

namespace tapmask {
namespace {

constexpr const char* kSpillFailed = "A picture could not be put aside on disk.";

[[noreturn]] void DiskFailed(const std::filesystem::path& path) {
  throw Error(Code::kStorageFull,
              "The scratch folder is full; free some space there and try again.", path.string());
}

}  // namespace

ImageSpill::ImageSpill(const std::filesystem::path& folder) {
  std::string name = (folder / "frames.XXXXXX").string();
  const int fd = mkstemp(name.data());
  if (fd < 0) DiskFailed(name);
  close(fd);
  path_ = name;
  file_.open(path_, std::ios::in | std::ios::out | std::ios::binary | std::ios::trunc);
  if (!file_) DiskFailed(path_);
  // Without a name it is gone with the process, however that ends.
  std::filesystem::remove(path_);
}

ImageSpill::~ImageSpill() = default;

void ImageSpill::Open(const BgrImage& first) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_UTVIDEO);
  encoder_.reset(ffmpeg::CheckAllocated(avcodec_alloc_context3(codec)));
  encoder_->width = first.width();
  encoder_->height = first.height();
  encoder_->pix_fmt = AV_PIX_FMT_GBRP;
  encoder_->time_base = {1, 25};
  encoder_->thread_count = 1;
  ffmpeg::Check(avcodec_open2(encoder_.get(), codec, nullptr), Code::kInternal, kSpillFailed);
  const AVCodec* decoder = avcodec_find_decoder(AV_CODEC_ID_UTVIDEO);
  decoder_.reset(ffmpeg::CheckAllocated(avcodec_alloc_context3(decoder)));
  decoder_->width = first.width();
  decoder_->height = first.height();
  decoder_->thread_count = 1;
  decoder_->codec_tag = encoder_->codec_tag;
  decoder_->extradata_size = encoder_->extradata_size;
  decoder_->extradata = static_cast<uint8_t*>(ffmpeg::CheckAllocated(
      av_mallocz(static_cast<size_t>(encoder_->extradata_size) + AV_INPUT_BUFFER_PADDING_SIZE)));
  std::memcpy(decoder_->extradata, encoder_->extradata,
              static_cast<size_t>(encoder_->extradata_size));
  ffmpeg::Check(avcodec_open2(decoder_.get(), decoder, nullptr), Code::kInternal, kSpillFailed);
}

void ImageSpill::Push(const BgrImage& image) {
  if (!encoder_) Open(image);
  const ffmpeg::FramePtr frame = ffmpeg::NewFrame();
  frame->width = image.width();
  frame->height = image.height();
  frame->format = AV_PIX_FMT_GBRP;
  ffmpeg::Check(av_frame_get_buffer(frame.get(), 0), Code::kUnavailable, kSpillFailed);
  constexpr std::array kPlaneOfComponent{1, 0, 2};  // B, G, R in the planes G, B, R.
  for (int y = 0; y < image.height(); ++y) {
    const uint8_t* row = image.Row(y);
    for (int c = 0; c < 3; ++c) {
      const int plane = kPlaneOfComponent[static_cast<size_t>(c)];
      uint8_t* to = frame->data[plane] + y * frame->linesize[plane];
      for (int x = 0; x < image.width(); ++x) to[x] = row[3 * x + c];
    }
  }
  frame->pts = static_cast<int64_t>(sizes_.size());
  ffmpeg::Check(avcodec_send_frame(encoder_.get(), frame.get()), Code::kInternal, kSpillFailed);
  const ffmpeg::PacketPtr packet = ffmpeg::NewPacket();
  ffmpeg::Check(avcodec_receive_packet(encoder_.get(), packet.get()), Code::kInternal,
                kSpillFailed);
  file_.seekp(end_);
  if (!file_.write(reinterpret_cast<const char*>(packet->data), packet->size)) DiskFailed(path_);
  end_ += packet->size;
  sizes_.push_back(packet->size);
}

BgrImage ImageSpill::Pop() {
  const int64_t size = sizes_.back();
  sizes_.pop_back();
  end_ -= size;
  const ffmpeg::PacketPtr packet = ffmpeg::NewPacket();
  ffmpeg::Check(av_new_packet(packet.get(), static_cast<int>(size)), Code::kUnavailable,
                kSpillFailed);
  file_.flush();
  file_.seekg(end_);
  if (!file_.read(reinterpret_cast<char*>(packet->data), size)) DiskFailed(path_);
  const ffmpeg::FramePtr frame = ffmpeg::NewFrame();
  ffmpeg::Check(avcodec_send_packet(decoder_.get(), packet.get()), Code::kInternal, kSpillFailed);
  ffmpeg::Check(avcodec_receive_frame(decoder_.get(), frame.get()), Code::kInternal, kSpillFailed);
  std::vector<uint8_t> samples(static_cast<size_t>(frame->width) *
                               static_cast<size_t>(frame->height) * 3);
  for (int y = 0; y < frame->height; ++y) {
    uint8_t* row = &samples[static_cast<size_t>(y) * static_cast<size_t>(frame->width) * 3];
    const uint8_t* g = frame->data[0] + y * frame->linesize[0];
    const uint8_t* b = frame->data[1] + y * frame->linesize[1];
    const uint8_t* r = frame->data[2] + y * frame->linesize[2];
    for (int x = 0; x < frame->width; ++x) {
      row[3 * x] = b[x];
      row[3 * x + 1] = g[x];
      row[3 * x + 2] = r[x];
    }
  }
  return {frame->width, frame->height, std::move(samples)};
}

}  // namespace tapmask
