// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/layers.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include <opencv2/imgproc.hpp>

namespace tapmask {
namespace {

// In working pixels, and set by hand like the weights of the sources.
constexpr size_t kMostLayers = 6;
constexpr int kNearHole = 7;                 // Around a hole, where flow is not looked at.
constexpr float kMaxFlowError = 1;           // There and back, of flow that is looked at.
constexpr float kMovesAgainstCamera = 0.6f;  // Against the camera, of something that moves,
constexpr double kClear = 4;             // and grey levels that the camera's motion is worse by.
constexpr float kLayerTolerance = 0.6f;  // Off the layer's motion,
constexpr float kLayerToleranceShare = 0.15f;  // or so much of its length.
constexpr int kGrid = 4;                       // Between the pixels that a layer is looked for at,
constexpr float kSeedReach = 40;               // and how far around one of them.
constexpr int kLeastPixels = 60;
constexpr size_t kMostSeeds =
    600;  // Where more moves, not every pixel is tried as the middle of a layer.
constexpr int kRefinements = 4;
constexpr double kStiffness = 10;  // Square pixels: what pulls a layer's motion to a plain shift.

using Affine = MovingLayer::Affine;

struct MovingPixel {
  cv::Point2f place, motion;  // Against the camera.
  bool is_clear = false;
  int layer = -1;
};

cv::Point2f MoveWithCamera(const Motion& motion, const cv::Point2f& p) {
  const Point2f next = motion.camera.Map(p.x, p.y);
  return {static_cast<float>(next.x), static_cast<float>(next.y)};
}

cv::Mat Unlikeness(const cv::Mat& picture, const cv::Mat& other, const cv::Mat& places) {
  cv::Mat moved, apart;
  cv::remap(other, moved, places, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  cv::absdiff(picture, moved, apart);
  cv::blur(apart, apart, cv::Size(3, 3));
  return apart;
}

// 8U: where the flow explains the other picture better than the camera's motion.
cv::Mat ClearMotion(const Motion& motion, const cv::Mat& picture, const cv::Mat& other) {
  cv::Mat with_flow(picture.size(), CV_32FC2), with_camera(picture.size(), CV_32FC2);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      const cv::Vec2s& flow = motion.flow.at<cv::Vec2s>(y, x);
      const cv::Point2f p(static_cast<float>(x), static_cast<float>(y));
      with_flow.at<cv::Point2f>(y, x) =
          p +
          Motion::kFlowUnit * cv::Point2f(static_cast<float>(flow[0]), static_cast<float>(flow[1]));
      with_camera.at<cv::Point2f>(y, x) = MoveWithCamera(motion, p);
    }
  }
  cv::Mat gain;
  cv::subtract(Unlikeness(picture, other, with_camera), Unlikeness(picture, other, with_flow),
               gain);
  return gain > kClear;
}

std::vector<MovingPixel> MovingPixels(const Motion& motion, const cv::Mat& hole,
                                      const cv::Mat& clear) {
  cv::Mat near;
  cv::dilate(
      hole, near,
      cv::getStructuringElement(cv::MORPH_RECT, cv::Size(2 * kNearHole + 1, 2 * kNearHole + 1)));
  std::vector<MovingPixel> out;
  for (int y = 0; y < near.rows; ++y) {
    for (int x = 0; x < near.cols; ++x) {
      if (near.at<uint8_t>(y, x)) continue;
      const cv::Point2f p(static_cast<float>(x), static_cast<float>(y));
      const Bilinear here(p, near.size());
      if (here.Error(motion) > kMaxFlowError) continue;
      const cv::Point2f own = AgainstCamera(motion, here, p);
      if (Length(own) > kMovesAgainstCamera) out.push_back({p, own, clear.at<uint8_t>(y, x) != 0});
    }
  }
  return out;
}

bool Fits(const MovingPixel& pixel, const cv::Point2f& motion) {
  return Length(pixel.motion - motion) <
         std::max(kLayerTolerance, kLayerToleranceShare * Length(motion));
}

// The shift that most pixels around one of them agree with; of those that have no layer yet.
std::optional<Affine> BestShift(const std::vector<const MovingPixel*>& pixels) {
  int most = 0;
  const MovingPixel* best = nullptr;
  std::vector<const MovingPixel*> free;
  std::copy_if(pixels.begin(), pixels.end(), std::back_inserter(free),
               [](const MovingPixel* p) { return p->layer < 0; });
  const size_t step = 1 + free.size() / kMostSeeds;
  for (size_t n = 0; n < free.size(); n += step) {
    const MovingPixel* seed = free[n];
    const auto agrees = [&](const MovingPixel* other) {
      return Length(other->place - seed->place) < kSeedReach && Fits(*other, seed->motion);
    };
    const auto count = static_cast<int>(std::count_if(free.begin(), free.end(), agrees));
    if (count > most) most = count, best = seed;
  }
  if (most * kGrid * kGrid < kLeastPixels) return std::nullopt;
  return Affine{0, 0, best->motion.x, 0, 0, best->motion.y};
}

// Least squares, drawn a little to a shift.
Affine Fit(const std::vector<MovingPixel>& pixels) {
  cv::Point2d place(0, 0), motion(0, 0);
  for (const MovingPixel& p : pixels)
    place += cv::Point2d(p.place), motion += cv::Point2d(p.motion);
  const auto n = static_cast<double>(pixels.size());
  place /= n, motion /= n;
  double xx = kStiffness * n, yy = xx, xy = 0;
  cv::Point2d x_motion(0, 0), y_motion(0, 0);
  for (const MovingPixel& p : pixels) {
    const cv::Point2d d = cv::Point2d(p.place) - place, m = cv::Point2d(p.motion) - motion;
    xx += d.x * d.x, yy += d.y * d.y, xy += d.x * d.y;
    x_motion += d.x * m, y_motion += d.y * m;
  }
  const double determinant = xx * yy - xy * xy;
  const cv::Point2d by_x = (yy * x_motion - xy * y_motion) / determinant;
  const cv::Point2d by_y = (xx * y_motion - xy * x_motion) / determinant;
  const cv::Point2d at_0 = motion - place.x * by_x - place.y * by_y;
  return {static_cast<float>(by_x.x), static_cast<float>(by_y.x), static_cast<float>(at_0.x),
          static_cast<float>(by_x.y), static_cast<float>(by_y.y), static_cast<float>(at_0.y)};
}

cv::Point2f Apply(const Affine& forth, const cv::Point2f& p) {
  return AgainstCamera(MovingLayer{forth}, true, p);
}

std::optional<Affine> Refined(Affine affine, const std::vector<MovingPixel>& pixels) {
  for (int i = 0; i < kRefinements; ++i) {
    std::vector<MovingPixel> fitting;
    std::copy_if(pixels.begin(), pixels.end(), std::back_inserter(fitting),
                 [&](const MovingPixel& p) {
                   return p.layer < 0 && p.is_clear && Fits(p, Apply(affine, p.place));
                 });
    if (static_cast<int>(fitting.size()) < kLeastPixels) return std::nullopt;
    affine = Fit(fitting);
  }
  return affine;
}

// Gives the pixels that fit to a layer its number; also such on plain surfaces.
void Claim(std::vector<MovingPixel>& pixels, const Affine& affine, int number, cv::Mat& numbers) {
  for (MovingPixel& p : pixels) {
    if (p.layer >= 0 || !Fits(p, Apply(affine, p.place))) continue;
    p.layer = number;
    numbers.at<uint8_t>(p.place) = static_cast<uint8_t>(number + 1);
  }
}

// The same motion, of the places that it takes the layer's pixels to.
Affine Opposite(const MovingLayer& layer, const MotionPair& motion,
                const std::vector<MovingPixel>& pixels, int number) {
  std::vector<MovingPixel> moved;
  for (const MovingPixel& p : pixels) {
    if (p.layer != number) continue;
    const cv::Point2f to =
        MoveWithCamera(motion.forth, p.place) + AgainstCamera(layer, true, p.place);
    moved.push_back({to, p.place - MoveWithCamera(motion.back, to)});
  }
  return Fit(moved);
}

}  // namespace

MovingLayers FindLayers(const MotionPair& motion, const cv::Mat& earlier,
                        const cv::Mat& earlier_hole, const cv::Mat& later,
                        const cv::Mat& later_hole) {
  MovingLayers out;
  out.earlier = cv::Mat::zeros(earlier.size(), CV_8U);
  out.later = cv::Mat::zeros(later.size(), CV_8U);
  out.clear_earlier = ClearMotion(motion.forth, earlier, later);
  out.clear_later = ClearMotion(motion.back, later, earlier);
  std::vector<MovingPixel> forth = MovingPixels(motion.forth, earlier_hole, out.clear_earlier);
  std::vector<MovingPixel> back = MovingPixels(motion.back, later_hole, out.clear_later);
  std::vector<const MovingPixel*> grid;
  for (const MovingPixel& p : forth) {
    const bool is_on_grid =
        static_cast<int>(p.place.x) % kGrid == 0 && static_cast<int>(p.place.y) % kGrid == 0;
    if (p.is_clear && is_on_grid) grid.push_back(&p);
  }
  while (out.layers.size() < kMostLayers) {
    std::optional<Affine> affine = BestShift(grid);
    if (affine) affine = Refined(*affine, forth);
    if (!affine) break;
    const auto number = static_cast<int>(out.layers.size());
    MovingLayer layer{*affine};
    Claim(forth, layer.forth, number, out.earlier);
    layer.back = Opposite(layer, motion, forth, number);
    Claim(back, layer.back, number, out.later);
    out.layers.push_back(layer);
  }
  return out;
}

void LinkLayers(MovingLayers& first, MovingLayers& second) {
  const size_t n = first.layers.size(), m = second.layers.size();
  if (n == 0 || m == 0) return;
  std::vector<int> both(n * m), in_first(n), in_second(m);
  for (int y = 0; y < first.later.rows; ++y) {
    const uint8_t *a = first.later.ptr(y), *b = second.earlier.ptr(y);
    for (int x = 0; x < first.later.cols; ++x) {
      if (a[x]) ++in_first[a[x] - 1u];
      if (b[x]) ++in_second[b[x] - 1u];
      if (a[x] && b[x]) ++both[(a[x] - 1u) * m + b[x] - 1u];
    }
  }
  while (true) {
    const auto most = std::max_element(both.begin(), both.end());
    const auto at = static_cast<size_t>(most - both.begin());
    const size_t i = at / m, j = at % m;
    if (*most < kLeastPixels / 2) return;
    if (2 * *most < std::min(in_first[i], in_second[j])) {
      *most = 0;
      continue;
    }
    first.layers[i].after = static_cast<int>(j);
    second.layers[j].before = static_cast<int>(i);
    for (size_t k = 0; k < m; ++k) both[i * m + k] = 0;
    for (size_t k = 0; k < n; ++k) both[k * m + j] = 0;
  }
}

}  // namespace tapmask
