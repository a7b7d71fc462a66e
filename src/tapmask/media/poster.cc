// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/poster.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "tapmask/media/ffmpeg.h"
#include "tapmask/media/filter.h"
#include "tapmask/media/pixel_format.h"

namespace tapmask {
namespace {

constexpr double kFavourite = 0.1;  // Of the video.
constexpr std::array kPlaces{0.02, 0.05, kFavourite, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8};

// Mean step of brightness between samples that are a hundredth of the picture apart, less where
// the picture is nearly black or white.
double Score(const Frame& frame) {
  const int step = std::max(1, std::max(frame.width(), frame.height()) / 100);
  double steps = 0, sum = 0;
  int64_t count = 0;
  for (int y = step; y < frame.height(); y += step) {
    const uint8_t* row = frame.Row<uint8_t>(0, y);
    const uint8_t* above = frame.Row<uint8_t>(0, y - step);
    for (int x = step; x < frame.width(); x += step, ++count) {
      steps += std::abs(row[x] - row[x - step]) + std::abs(row[x] - above[x]);
      sum += row[x];
    }
  }
  if (count == 0) return 0;
  const double mean = sum / static_cast<double>(count);
  const double exposure = std::clamp(std::min(mean - 16, 235 - mean) / 40, 0.05, 1.0);
  return exposure * steps / static_cast<double>(count);
}

}  // namespace

void PosterPicker::Look(const Frame& frame) {
  const int64_t index = next_++;
  // Each power of two as well, for files that do not say how long they are, or lie.
  bool wanted = (index & (index - 1)) == 0, favourite = false;
  for (const double place : kPlaces) {
    const bool here = index == static_cast<int64_t>(place * static_cast<double>(expected_frames_));
    wanted = wanted || here;
    favourite = favourite || (here && place == kFavourite);
  }
  if (!wanted) return;
  const double score = Score(frame) * (favourite ? 1.5 : 1);
  if (score <= best_score_) return;
  best_score_ = score;
  best_ = frame;
}

void WriteJpeg(const std::filesystem::path& path, const Frame& frame) {
  constexpr const char* kFailed = "The poster could not be made.";
  constexpr int kQuality = 4;  // 1 is best, 31 worst.
  const ffmpeg::FramePtr borrowed = BorrowFrame(frame);
  borrowed->pts = 0;
  // JPEG has BT.601 and full range by definition.
  FrameFilter convert(
      "scale=in_color_matrix=bt709:out_color_matrix=bt601:in_range=limited:out_range=full,"
      "format=yuvj420p",
      *borrowed, {1, 25}, {1, 1});
  convert.Push(*borrowed);
  convert.Finish();
  const ffmpeg::FramePtr picture = convert.Pull();
  if (!picture) throw Error(Code::kInternal, kFailed);
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  if (!codec) throw Error(Code::kInternal, kFailed, "no encoder");
  const ffmpeg::CodecPtr encoder(ffmpeg::CheckAllocated(avcodec_alloc_context3(codec)));
  encoder->width = picture->width;
  encoder->height = picture->height;
  encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
  encoder->color_range = AVCOL_RANGE_JPEG;
  encoder->time_base = {1, 25};
  encoder->thread_count = 1;
  encoder->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
  encoder->global_quality = kQuality * FF_QP2LAMBDA;
  picture->quality = encoder->global_quality;
  picture->color_range = AVCOL_RANGE_JPEG;
  picture->pict_type = AV_PICTURE_TYPE_NONE;
  ffmpeg::Check(avcodec_open2(encoder.get(), codec, nullptr), Code::kInternal, kFailed);
  ffmpeg::Check(avcodec_send_frame(encoder.get(), picture.get()), Code::kInternal, kFailed);
  const ffmpeg::PacketPtr packet = ffmpeg::NewPacket();
  ffmpeg::Check(avcodec_receive_packet(encoder.get(), packet.get()), Code::kInternal, kFailed);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(packet->data), packet->size);
  file.close();
  if (!file) {
    throw Error(Code::kStorageFull, "The poster could not be written; free some space.");
  }
}

}  // namespace tapmask
