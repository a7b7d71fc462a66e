// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/analysis_scaler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "tapmask/media/ffmpeg.h"
#include "tapmask/media/pixel_format.h"

namespace tapmask {
namespace {

// Interleaved BGR, turned clockwise by quarter turns.
std::vector<uint8_t> RotateBgr(const std::vector<uint8_t>& in, int width, int height, int turns) {
  std::vector<uint8_t> out(in.size());
  const auto w = static_cast<size_t>(width), h = static_cast<size_t>(height);
  const size_t out_width = turns % 2 == 0 ? w : h;
  for (size_t y = 0; y < h; ++y) {
    for (size_t x = 0; x < w; ++x) {
      const size_t to_x = turns == 1 ? h - 1 - y : turns == 2 ? w - 1 - x : y;
      const size_t to_y = turns == 1 ? x : turns == 2 ? h - 1 - y : w - 1 - x;
      std::memcpy(&out[(to_y * out_width + to_x) * 3], &in[(y * w + x) * 3], 3);
    }
  }
  return out;
}

int SwsMatrix(int h273_matrix, const Size& size) {
  switch (h273_matrix) {
    case 1: return SWS_CS_ITU709;
    case 4: return SWS_CS_FCC;
    case 5:
    case 6: return SWS_CS_ITU601;
    case 7: return SWS_CS_SMPTE240M;
    case 9:
    case 10: return SWS_CS_BT2020;
    default: return size.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
  }
}

}  // namespace

struct AnalysisScaler::Scaler {
  ffmpeg::SwsPtr sws;
};

Size AnalysisSize(const FrameGeometry& geometry) {
  const Size shown = geometry.ShownSize();
  const double short_side = std::min(shown.width, shown.height);
  const double scale = std::min(1.0, AnalysisScaler::kShortSide / short_side);
  const auto scaled = [scale](int side) {
    return std::max(16, static_cast<int>(std::lround(side * scale)));
  };
  return {scaled(shown.width), scaled(shown.height)};
}

AnalysisScaler::AnalysisScaler(const FrameGeometry& geometry, const ColorInfo& color)
    : geometry_(geometry), color_(color), size_(AnalysisSize(geometry)) {}
AnalysisScaler::~AnalysisScaler() = default;

BgrImage AnalysisScaler::Scale(const Frame& frame) {
  const bool swapped = geometry_.quarter_turns % 2 == 1;
  const int width = swapped ? size_.height : size_.width;
  const int height = swapped ? size_.width : size_.height;
  const AVPixelFormat format = AvFormat(frame.format());
  if (!scaler_) {
    scaler_ = std::make_unique<Scaler>();
    scaler_->sws.reset(
        sws_getContext(frame.width(), frame.height(), format, width, height, AV_PIX_FMT_BGR24,
                       SWS_AREA | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_BITEXACT, nullptr,
                       nullptr, nullptr));
    if (!scaler_->sws) throw Error(Code::kInternal, "The picture could not be scaled.");
    const int* matrix = sws_getCoefficients(SwsMatrix(color_.matrix, frame.size()));
    sws_setColorspaceDetails(scaler_->sws.get(), matrix, color_.range == Range::kFull ? 1 : 0,
                             matrix, 1, 0, 1 << 16, 1 << 16);
  }
  std::array<const uint8_t*, 4> from{};
  std::array<int, 4> strides{};
  for (int i = 0; i < frame.format().planes(); ++i) {
    from[static_cast<size_t>(i)] = frame.Data(i);
    strides[static_cast<size_t>(i)] = static_cast<int>(frame.StrideBytes(i));
  }
  std::vector<uint8_t> samples(static_cast<size_t>(width) * static_cast<size_t>(height) * 3 + 64);
  std::array<uint8_t*, 4> to{samples.data()};
  std::array<int, 4> to_strides{3 * width};
  sws_scale(scaler_->sws.get(), from.data(), strides.data(), 0, frame.height(), to.data(),
            to_strides.data());
  samples.resize(samples.size() - 64);  // Room that vector stores may touch.
  if (geometry_.quarter_turns != 0) {
    samples = RotateBgr(samples, width, height, geometry_.quarter_turns);
  }
  return {size_.width, size_.height, std::move(samples)};
}

}  // namespace tapmask
