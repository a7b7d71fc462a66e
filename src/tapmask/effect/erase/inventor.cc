// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/inventor.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "tapmask/effect/erase/harmonic.h"
#include "tapmask/effect/erase/patch_fill.h"
#include "tapmask/effect/erase/picture.h"
#include "tapmask/motion/bounding_box.h"

namespace tapmask {
namespace {

constexpr int kMargin = 2;             // Samples around what is missing that lead the smooth fill.
constexpr int kLeastPatch = 30;        // Working pixels; what is smaller gets no texture.
constexpr int kLeastSide = 16;         // Of a picture, for patches.
constexpr float kMaxStepError = 2;     // Working pixels.
constexpr float kTextureShare = 0.5f;  // Full texture looks sharper, but is wrong more loudly.

cv::Rect BoxAround(const cv::Mat& missing) {
  const cv::Rect box = BoundingBoxOf(missing);
  if (box.empty()) return box;
  return cv::Rect(box.x - kMargin, box.y - kMargin, box.width + 2 * kMargin,
                  box.height + 2 * kMargin) &
         cv::Rect(0, 0, missing.cols, missing.rows);
}

void Put(cv::Mat& plane, const cv::Rect& box, const cv::Mat& values, const cv::Mat& missing,
         int max_value) {
  cv::Mat samples;
  cv::min(values, max_value, samples);
  samples.convertTo(samples, plane.type());
  samples.copyTo(plane(box), missing(box));
}

// The planes as they are, at working size, in grey levels of 8 bit.
cv::Mat WorkingPicture(const std::vector<cv::Mat>& planes, const cv::Size& size, int max_value) {
  std::vector<cv::Mat> small;
  for (size_t i = 0; i < 3; ++i) {
    const cv::Mat& plane = planes[std::min(i, planes.size() - 1)];
    cv::Mat out;
    cv::resize(plane, out, size, 0, 0, plane.cols > size.width ? cv::INTER_AREA : cv::INTER_LINEAR);
    out.convertTo(out, CV_32F, 255.0 / max_value);
    small.push_back(out);
  }
  cv::Mat joined;
  cv::merge(small, joined);
  return joined;
}

cv::Mat Shrunk(const cv::Mat& mask, const cv::Size& size) {
  cv::Mat out;
  mask.convertTo(out, CV_32F);
  cv::resize(out, out, size, 0, 0, cv::INTER_AREA);
  return out > 0;
}

}  // namespace

Inventor::Layer Inventor::CarriedOn(size_t plane, const cv::Mat& missing,
                                    const Motion* back) const {
  Layer layer;
  layer.box = BoxAround(missing);
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
      if (here.Error(*back) > kMaxStepError) continue;
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
  std::vector<cv::Mat> smooth;
  for (size_t p = 0; p < planes.size(); ++p) {
    layers.push_back(CarriedOn(p, missing[p], back));
    const Layer& layer = layers.back();
    DropUnused(p, layer);
    cv::Mat field(layer.box.size(), CV_32F);
    if (!layer.box.empty()) {
      planes[p](layer.box).convertTo(field, CV_32F);
      FillHarmonic(field, missing[p](layer.box), (max_value + 1) / 2);
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
  const cv::Mat hole = Shrunk(fresh, working_size);
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
