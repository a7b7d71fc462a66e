// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/inventor.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "tapmask/effect/erase/edge_fill.h"
#include "tapmask/effect/erase/harmonic.h"
#include "tapmask/effect/erase/patch_fill.h"
#include "tapmask/effect/erase/picture.h"
#include "tapmask/motion/bounding_box.h"

namespace tapmask {
namespace {

constexpr int kSmoothMargin = 2;  // Samples around what is missing that lead the smooth fill.
constexpr int kLeastPatch = 30;   // Working pixels; what is smaller gets no texture.
constexpr int kLeastSide = 16;    // Of a picture, for patches.
constexpr float kMaxInventedStepError = 2;  // Working pixels.
constexpr float kTextureShare = 0.2f;       // Full texture looks sharper, but is wrong more loudly.

void Put(cv::Mat& plane, const cv::Rect& box, const cv::Mat& values, const cv::Mat& missing,
         int max_value) {
  cv::Mat samples;
  cv::min(values, max_value, samples);
  samples.convertTo(samples, plane.type());
  samples.copyTo(plane(box), missing(box));
}

// A plane or a mask at working size, as floats; both go the same way, so that whatever a mask's
// samples have the smallest share in is not 0.
cv::Mat AtWorkingSize(const cv::Mat& plane, const cv::Size& size) {
  cv::Mat floats, out;
  plane.convertTo(floats, CV_32F);
  const bool shrinks = plane.cols >= size.width && plane.rows >= size.height;
  cv::resize(floats, out, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
  return out;
}

// The planes as they are, at working size, in grey levels of 8 bit.
cv::Mat WorkingPicture(const std::vector<cv::Mat>& planes, const cv::Size& size, int max_value) {
  std::vector<cv::Mat> small;
  for (size_t i = 0; i < 3; ++i) {
    small.push_back(AtWorkingSize(planes[std::min(i, planes.size() - 1)], size) *
                    (255.0 / max_value));
  }
  cv::Mat joined;
  cv::merge(small, joined);
  return joined;
}

// Planes at working size, in grey levels of 8 bit, with what is missing filled along edges.
std::vector<cv::Mat> SmoothAtWorkingSize(const std::vector<cv::Mat>& planes,
                                         const std::vector<cv::Mat>& missing, const cv::Size& size,
                                         int max_value) {
  cv::Mat picture = WorkingPicture(planes, size, max_value),
          hole = AtWorkingSize(missing[0], size) > 0;
  for (size_t p = 1; p < missing.size(); ++p) hole |= AtWorkingSize(missing[p], size) > 0;
  FillAlongEdges(picture, hole, 128);
  std::vector<cv::Mat> out;
  cv::split(picture, out);
  return out;
}

// The same at the plane's own size, led over to the samples around what is missing.
cv::Mat SmoothFill(const cv::Mat& plane, const cv::Mat& small, const cv::Mat& missing,
                   const cv::Rect& box, int max_value) {
  cv::Mat field, at_size;
  cv::resize(small, at_size, plane.size(), 0, 0, cv::INTER_LINEAR);
  at_size = at_size(box) * (max_value / 255.0);
  plane(box).convertTo(field, CV_32F);
  field -= at_size;
  FillHarmonic(field, missing(box), 0);
  return field + at_size;
}

}  // namespace

Inventor::Layer Inventor::CarriedOn(size_t plane, const cv::Mat& missing,
                                    const Motion* back) const {
  Layer layer;
  layer.box = GrownBox(BoundingBoxOf(missing), kSmoothMargin, missing.size());
  layer.texture = cv::Mat(layer.box.size(), CV_32S, cv::Scalar(-1));
  layer.place = cv::Mat::zeros(layer.box.size(), CV_32FC2);
  if (!back || plane >= layers_.size()) return layer;
  const Layer& before = layers_[plane];
  const cv::Size working = back->flow.size();
  for (int y = layer.box.y; y < layer.box.y + layer.box.height; ++y) {
    for (int x = layer.box.x; x < layer.box.x + layer.box.width; ++x) {
      if (!missing.at<uint8_t>(y, x)) continue;
      const cv::Point2f place =
          MapPlace({static_cast<float>(x), static_cast<float>(y)}, missing.size(), working);
      const Bilinear here(place, working);
      if (here.Error(*back) > kMaxInventedStepError) continue;
      const cv::Point2f from = MapPlace(place + here.Flow(*back), working, missing.size());
      const cv::Point nearest(static_cast<int>(std::lround(from.x)),
                              static_cast<int>(std::lround(from.y)));
      if (!before.box.contains(nearest)) continue;
      const cv::Point in_box = nearest - before.box.tl();
      if (before.texture.at<int>(in_box) < 0) continue;
      const cv::Point to(x - layer.box.x, y - layer.box.y);
      layer.texture.at<int>(to) = before.texture.at<int>(in_box);
      layer.place.at<cv::Point2f>(to) =
          before.place.at<cv::Point2f>(in_box) + from - cv::Point2f(nearest);
    }
  }
  return layer;
}

cv::Mat Inventor::Values(size_t plane, const Layer& layer) const {
  cv::Mat values = cv::Mat::zeros(layer.box.size(), CV_32F);
  for (int y = 0; y < layer.box.height; ++y) {
    for (int x = 0; x < layer.box.width; ++x) {
      const int number = layer.texture.at<int>(y, x);
      if (number < 0) continue;
      const Texture& texture = textures_[plane].at(number);
      const Bilinear there(layer.place.at<cv::Point2f>(y, x) - cv::Point2f(texture.box.tl()),
                           texture.box.size());
      const float *a = texture.values.ptr<float>(there.y0),
                  *b = texture.values.ptr<float>(there.y1);
      values.at<float>(y, x) = there.Mix(a[there.x0], a[there.x1], b[there.x0], b[there.x1]);
    }
  }
  return values;
}

void Inventor::DropUnused(size_t plane, const Layer& layer) {
  std::set<int> used(layer.texture.begin<int>(), layer.texture.end<int>());
  std::erase_if(textures_[plane],
                [&](const auto& texture) { return !used.contains(texture.first); });
}

void Inventor::Fill(std::vector<cv::Mat>& planes, const std::vector<cv::Mat>& missing,
                    const Motion* back, const cv::Size& working_size, int max_value) {
  textures_.resize(planes.size());
  std::vector<Layer> layers;
  for (size_t p = 0; p < planes.size(); ++p) layers.push_back(CarriedOn(p, missing[p], back));
  const bool any = std::any_of(layers.begin(), layers.end(),
                               [](const Layer& layer) { return !layer.box.empty(); });
  std::vector<cv::Mat> small;
  if (any) small = SmoothAtWorkingSize(planes, missing, working_size, max_value);
  std::vector<cv::Mat> smooth;
  for (size_t p = 0; p < planes.size(); ++p) {
    const Layer& layer = layers[p];
    DropUnused(p, layer);
    cv::Mat field;
    if (!layer.box.empty()) {
      field =
          SmoothFill(planes[p], small[std::min<size_t>(p, 2)], missing[p], layer.box, max_value);
      Put(planes[p], layer.box, field + kTextureShare * Values(p, layer), missing[p], max_value);
    }
    smooth.push_back(field);
  }
  layers_ = std::move(layers);
  if (!layers_[0].box.empty()) AddTexture(planes, missing, smooth, working_size, max_value);
}

// Where nothing was carried on.
void Inventor::AddTexture(std::vector<cv::Mat>& planes, const std::vector<cv::Mat>& missing,
                          const std::vector<cv::Mat>& smooth, const cv::Size& working_size,
                          int max_value) {
  if (std::min(working_size.width, working_size.height) < kLeastSide) return;
  cv::Mat fresh = missing[0].clone();
  fresh(layers_[0].box).setTo(0, layers_[0].texture >= 0);
  const cv::Mat hole = AtWorkingSize(fresh, working_size) > 0;
  if (cv::countNonZero(hole) < kLeastPatch) return;
  const cv::Mat copies = FindPatches(WorkingPicture(planes, working_size, max_value), hole);
  if (copies.empty()) return;
  const int number = next_texture_++;
  for (size_t p = 0; p < planes.size(); ++p) {
    Layer& layer = layers_[p];
    if (layer.box.empty()) continue;
    const Hole unknown(missing[p]);
    cv::Mat values = cv::Mat::zeros(layer.box.size(), CV_32F);
    bool any = false;
    for (int y = 0; y < layer.box.height; ++y) {
      for (int x = 0; x < layer.box.width; ++x) {
        const cv::Point at = layer.box.tl() + cv::Point(x, y);
        if (!missing[p].at<uint8_t>(at) || layer.texture.at<int>(y, x) >= 0) continue;
        const cv::Point2f place = MapPlace(at, planes[p].size(), working_size);
        const cv::Point cell(
            std::clamp(static_cast<int>(place.x + 0.5f), 0, working_size.width - 1),
            std::clamp(static_cast<int>(place.y + 0.5f), 0, working_size.height - 1));
        const auto& copy = copies.at<cv::Point>(cell);
        if (copy.x < 0) continue;
        const cv::Point2f from =
            MapPlace(place + cv::Point2f(copy - cell), working_size, planes[p].size());
        float value = 0;
        if (!SampleKnown(planes[p], unknown, from.x, from.y, value)) continue;
        values.at<float>(y, x) = value - smooth[p].at<float>(y, x);
        layer.texture.at<int>(y, x) = number;
        layer.place.at<cv::Point2f>(y, x) = at;
        any = true;
      }
    }
    if (!any) continue;
    textures_[p][number] = {layer.box, values};
    Put(planes[p], layer.box, smooth[p] + kTextureShare * Values(p, layer), missing[p], max_value);
  }
}

}  // namespace tapmask
