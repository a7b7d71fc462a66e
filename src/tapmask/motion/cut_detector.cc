// SPDX-License-Identifier: Apache-2.0
#include "tapmask/motion/cut_detector.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <opencv2/imgproc.hpp>

#include "tapmask/core/error.h"
#include "tapmask/motion/opencv_errors.h"

namespace tapmask {
namespace {

constexpr int kShortSide = 90;
constexpr int kLongSide = 320;
constexpr int kBlock = 10;             // Pixels of the small picture.
constexpr double kMinDeviation = 2.5;  // Grey levels; a flatter block has no structure.
constexpr double kMinBlocks = 0.08;    // Share of blocks that must have structure.
constexpr double kMinCorrelation = 0.6;
constexpr float kMinConsistency = 0.5f;

// A frame begins a new shot when less than this is explained, and less than this share of what is
// usual in the shot.
constexpr double kCutShare = 0.30;
constexpr double kCutShareOfUsual = 0.55;
constexpr double kPanShare = 0.5;    // Of the part in both pictures, to be explained by a pan.
constexpr double kPanOverlap = 0.4;  // That part must be at least this share of the picture.

GrayImage MadeSmall(const GrayImage& frame) {
  const double scale = std::min({1.0, kShortSide / double(std::min(frame.width, frame.height)),
                                 kLongSide / double(std::max(frame.width, frame.height))});
  const cv::Size size(std::max(16, int(std::lround(frame.width * scale))),
                      std::max(16, int(std::lround(frame.height * scale))));
  const cv::Mat view(frame.height, frame.width, CV_8U, const_cast<uint8_t*>(frame.samples.data()));
  GrayImage small{size.width, size.height, {}};
  small.samples.resize(static_cast<size_t>(size.area()));
  cv::Mat out(size, CV_8U, small.samples.data());
  cv::resize(view, out, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  cv::GaussianBlur(out, out, cv::Size(3, 3), 0.8);
  return small;
}

// Sums over a set of pixel pairs, for their correlation.
struct Correlation {
  double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;

  void Add(double x, double y) { ++n, a += x, b += y, aa += x * x, bb += y * y, ab += x * y; }
  double DeviationA() const { return std::sqrt(std::max(0.0, aa / n - (a / n) * (a / n))); }
  double DeviationB() const { return std::sqrt(std::max(0.0, bb / n - (b / n) * (b / n))); }
  double Value() const {
    const double spread = DeviationA() * DeviationB();
    return spread > 0 ? (ab / n - (a / n) * (b / n)) / spread : 0;
  }
};

// The share of blocks with structure in both pictures that `flow` explains; nothing when there are
// too few of them to tell.
std::optional<double> ExplainedShare(const GrayImage& older, const GrayImage& newer,
                                     const FlowPair& flow) {
  const std::vector<float> consistency = FlowConsistency(flow);
  int blocks = 0, with_structure = 0, explained = 0;
  for (int by = 0; by + kBlock / 2 <= newer.height; by += kBlock) {
    for (int bx = 0; bx + kBlock / 2 <= newer.width; bx += kBlock) {
      ++blocks;
      Correlation grey;
      double agreement = 0;
      for (int y = by; y < std::min(by + kBlock, newer.height); ++y) {
        for (int x = bx; x < std::min(bx + kBlock, newer.width); ++x) {
          const float* v = flow.backward.At(x, y);
          const int ox = std::clamp(int(std::lround(float(x) + v[0])), 0, older.width - 1);
          const int oy = std::clamp(int(std::lround(float(y) + v[1])), 0, older.height - 1);
          grey.Add(older.At(ox, oy), newer.At(x, y));
          agreement += consistency[static_cast<size_t>(y) * static_cast<size_t>(newer.width) +
                                   static_cast<size_t>(x)];
        }
      }
      if (grey.DeviationA() < kMinDeviation || grey.DeviationB() < kMinDeviation) continue;
      ++with_structure;
      explained += grey.Value() > kMinCorrelation && agreement / grey.n > kMinConsistency;
    }
  }
  if (with_structure < std::max(2.0, kMinBlocks * blocks)) return std::nullopt;
  return double(explained) / with_structure;
}

// The shift of the whole picture, at most half its size, under which the fine structure of both
// pictures correlates best. `newer` at p shows `older` at p + shift.
cv::Point LikeliestPan(const GrayImage& older, const GrayImage& newer) {
  constexpr int kStep = 3;  // Both pictures are made smaller by this once more.
  const auto structure = [](const GrayImage& image) {
    const cv::Mat view(image.height, image.width, CV_8U,
                       const_cast<uint8_t*>(image.samples.data()));
    cv::Mat small, smooth;
    cv::resize(view, small,
               cv::Size(std::max(4, image.width / kStep), std::max(4, image.height / kStep)), 0, 0,
               cv::INTER_AREA);
    small.convertTo(small, CV_32F);
    cv::GaussianBlur(small, smooth, cv::Size(), 3.0);
    return cv::Mat(small - smooth);
  };
  const cv::Mat a = structure(older), b = structure(newer);
  double best = 0;
  cv::Point best_shift;
  for (int dy = -b.rows / 2; dy <= b.rows / 2; ++dy) {
    for (int dx = -b.cols / 2; dx <= b.cols / 2; ++dx) {
      const int overlap = (b.rows - std::abs(dy)) * (b.cols - std::abs(dx));
      if (overlap < kPanOverlap * b.rows * b.cols) continue;
      Correlation grey;
      for (int y = std::max(0, -dy); y < std::min(b.rows, b.rows - dy); ++y) {
        const float* row_a = a.ptr<float>(y + dy);
        const float* row_b = b.ptr<float>(y);
        for (int x = std::max(0, -dx); x < std::min(b.cols, b.cols - dx); ++x) {
          grey.Add(row_a[x + dx], row_b[x]);
        }
      }
      if (grey.Value() > best) best = grey.Value(), best_shift = {dx, dy};
    }
  }
  return best_shift * kStep;
}

GrayImage Cropped(const GrayImage& image, const Rect& part) {
  GrayImage out{part.width, part.height, {}};
  for (int y = part.y; y < part.bottom(); ++y) {
    const auto row = image.samples.begin() + static_cast<ptrdiff_t>(y) * image.width + part.x;
    out.samples.insert(out.samples.end(), row, row + part.width);
  }
  return out;
}

// Whether the part that both pictures show after a fast pan is explained by it.
bool IsPan(FlowEstimator& flow, const GrayImage& older, const GrayImage& newer) {
  const cv::Point pan = LikeliestPan(older, newer);
  const Rect bounds{0, 0, newer.width, newer.height};
  const Rect in_newer = Intersect(bounds, {-pan.x, -pan.y, newer.width, newer.height});
  if (in_newer.width < kBlock || in_newer.height < kBlock) return false;
  const GrayImage b = Cropped(newer, in_newer);
  const GrayImage a =
      Cropped(older, {in_newer.x + pan.x, in_newer.y + pan.y, in_newer.width, in_newer.height});
  return ExplainedShare(a, b, flow.Between(a, b)).value_or(0.0) >= kPanShare;
}

}  // namespace

bool CutDetector::Next(const GrayImage& frame) {
  if (frame.samples.empty()) {
    throw Error(Code::kInvalidArgument, "A picture without pixels cannot be tracked.");
  }
  return TranslateOpenCvErrors([&] {
    GrayImage small = MadeSmall(frame);
    if (reference_.samples.empty() || !(reference_.size() == small.size())) {
      reference_ = std::move(small);
      return false;
    }
    const std::optional<double> share =
        ExplainedShare(reference_, small, flow_.Between(reference_, small));
    explained_share_ = share.value_or(1.0);
    if (!share) return false;  // The reference stays: it has structure, this frame has none.

    const bool cut = *share < kCutShare && *share < kCutShareOfUsual * usual_share_ &&
                     !IsPan(flow_, reference_, small);
    usual_share_ = cut ? 1.0 : 0.8 * usual_share_ + 0.2 * *share;
    reference_ = std::move(small);
    return cut;
  });
}

}  // namespace tapmask
