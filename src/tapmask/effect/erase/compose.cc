// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/erase/compose.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "tapmask/effect/erase/harmonic.h"
#include "tapmask/effect/erase/scene_motion.h"
#include "tapmask/motion/bounding_box.h"

namespace tapmask {
namespace {

constexpr int kSeamSweeps = 40;
constexpr int kCellSide = 2;  // Samples in a cell of the coarse solution.
constexpr float kSeamOverRelaxation = 1.6f;
constexpr double kDetail =
    1.5;  // Standard deviation of the blur that takes details away, working pixels.
constexpr float kHold = 1e-4f;  // Towards no correction, so that islands without a border stay.

float At(const cv::Mat& plane, int x, int y) {
  return plane.depth() == CV_8U ? plane.at<uint8_t>(y, x)
                                : static_cast<float>(plane.at<uint16_t>(y, x));
}

class Composer {
 public:
  Composer(cv::Mat& target, const Hole& hole, const HiddenPlaces& hidden, const cv::Mat& smooth,
           const std::function<SourcePlane(int)>& source, int max_value)
      : target_(target),
        hole_(hole),
        hidden_(hidden),
        smooth_(smooth),
        source_(source),
        max_value_(max_value),
        area_(hole.box),
        scale_(static_cast<float>(target.cols) / static_cast<float>(hidden.index.cols),
               static_cast<float>(target.rows) / static_cast<float>(hidden.index.rows)) {}

  cv::Mat Run() {
    cv::Mat missing = cv::Mat::zeros(target_.size(), CV_8U);
    if (area_.empty()) return missing;
    index_ = cv::Mat(area_.size(), CV_32S, cv::Scalar(-1));
    for (int y = area_.y; y < area_.y + area_.height; ++y) {
      for (int x = area_.x; x < area_.x + area_.width; ++x) {
        if (!hole_.At(x, y)) continue;
        const Recipe recipe = RecipeFor(x, y);
        Sample s{x, y};
        s.main = recipe.main;
        s.main_frame = recipe.sources[static_cast<size_t>(recipe.main)].frame;
        if (!Read(recipe, x, y, s.value)) {
          missing.at<uint8_t>(y, x) = 255;
          continue;
        }
        Index(x, y) = static_cast<int>(samples_.size());
        samples_.push_back(s);
      }
    }
    MakeEdges();
    Relax();
    for (Sample& s : samples_) s.value += s.correction;
    Blend();
    for (const Sample& s : samples_) {
      const float v = std::clamp(s.value + 0.5f, 0.0f, static_cast<float>(max_value_));
      if (target_.depth() == CV_8U) {
        target_.at<uint8_t>(s.y, s.x) = static_cast<uint8_t>(v);
      } else {
        target_.at<uint16_t>(s.y, s.x) = static_cast<uint16_t>(v);
      }
    }
    return missing;
  }

 private:
  struct Sample {
    int x = 0, y = 0;
    int main_frame = -1;  // Of the source that counts most,
    int main = 0;         // and its number.
    float value = 0;      // Composed; the correction is added at the end.
    float correction = 0;
    float pull = 0;    // Sum of what neighbours that are known ask of the correction, and of seams.
    float weight = 0;  // How many neighbours there are.
  };
  // What a sample is composed of; made again where it is needed, since there may be millions.
  struct Recipe {
    Sources sources{};  // Shifts in samples of this plane.
    int main = 0;
  };

  int& Index(int x, int y) { return index_.at<int>(y - area_.y, x - area_.x); }
  int IndexOrNone(int x, int y) { return area_.contains({x, y}) ? Index(x, y) : -1; }

  const SourcePlane& SourceOf(int frame) {
    const auto f = static_cast<size_t>(frame);
    if (f >= planes_.size()) planes_.resize(f + 1);
    if (!planes_[f]) planes_[f] = source_(frame);
    return *planes_[f];
  }

  // Of the nearest hidden place; shifts are read between those places that have the same frame.
  Recipe RecipeFor(int sample_x, int sample_y) const {
    Recipe s;
    const cv::Size size = hidden_.index.size();
    const cv::Point2f p = MapPlace({static_cast<float>(sample_x), static_cast<float>(sample_y)},
                                   target_.size(), size);
    const int cx = std::clamp(static_cast<int>(std::lround(p.x)), 0, size.width - 1);
    const int cy = std::clamp(static_cast<int>(std::lround(p.y)), 0, size.height - 1);
    const int nearest = hidden_.index.at<int>(cy, cx);
    if (nearest < 0) return s;
    s.sources = hidden_.sources[static_cast<size_t>(nearest)];
    const int x0 = static_cast<int>(std::floor(p.x)), y0 = static_cast<int>(std::floor(p.y));
    const float fx = p.x - static_cast<float>(x0), fy = p.y - static_cast<float>(y0);
    float most = 0;
    for (size_t i = 0; i < kSources; ++i) {
      Source& source = s.sources[i];
      if (source.frame < 0) continue;
      cv::Point2f shift(0, 0);
      float sum = 0;
      for (const auto& [x, y, w] : {Corner{x0, y0, (1 - fx) * (1 - fy)},
                                    {x0 + 1, y0, fx * (1 - fy)},
                                    {x0, y0 + 1, (1 - fx) * fy},
                                    {x0 + 1, y0 + 1, fx * fy}}) {
        if (w <= 0 || x < 0 || y < 0 || x >= size.width || y >= size.height) continue;
        const int other = hidden_.index.at<int>(y, x);
        if (other < 0) continue;
        const Source& there = hidden_.sources[static_cast<size_t>(other)][i];
        if (there.frame != source.frame) continue;
        shift += there.shift * w;
        sum += w;
      }
      if (sum > 0) source.shift = shift / sum;
      source.shift.x *= scale_.x;
      source.shift.y *= scale_.y;
      if (source.weight > most) most = source.weight, s.main = static_cast<int>(i);
    }
    return s;
  }
  struct Corner {
    int x, y;
    float weight;
  };

  // As far as the sources are trusted, what they show; else the smooth fill. Forms (what is left of
  // the difference when it is blurred) and details each for themselves.
  void Blend() {
    double least = 1;
    cv::minMaxIdx(hidden_.trust, &least);
    if (least >= 1) return;
    const float unit = static_cast<float>((max_value_ + 1) / 256);
    const cv::Rect box =
        GrownBox(area_, static_cast<int>(std::ceil(3 * kDetail * std::max(scale_.x, scale_.y))),
                 target_.size());
    cv::Mat beyond = cv::Mat::zeros(box.size(), CV_32F), weight(box.size(), CV_32F, cv::Scalar(1));
    weight(area_ - box.tl()).setTo(0, hole_.inside);
    for (const Sample& s : samples_) {
      const cv::Point at(s.x - box.x, s.y - box.y);
      beyond.at<float>(at) = s.value - unit * ReadBetween<uint8_t, 1>(smooth_, Working(s))[0];
      weight.at<float>(at) = 1;
    }
    cv::Mat forms = Blurred(beyond), weights = Blurred(weight);
    for (Sample& s : samples_) {
      const cv::Point at(s.x - box.x, s.y - box.y);
      const auto trust = ReadBetween<float, 2>(hidden_.trust, Working(s));
      const float all = beyond.at<float>(at), form = forms.at<float>(at) / weights.at<float>(at);
      s.value += trust[0] * form + trust[1] * (all - form) - all;
    }
  }

  // At about working size, whatever the plane's.
  cv::Mat Blurred(const cv::Mat& values) const {
    const cv::Size small_size(
        std::max(1, static_cast<int>(std::lround(static_cast<float>(values.cols) / scale_.x))),
        std::max(1, static_cast<int>(std::lround(static_cast<float>(values.rows) / scale_.y))));
    const bool shrinks = small_size.width < values.cols && small_size.height < values.rows;
    cv::Mat small = values, out;
    if (shrinks) cv::resize(values, small, small_size, 0, 0, cv::INTER_AREA);
    cv::GaussianBlur(small, out, cv::Size(), shrinks ? kDetail : kDetail * scale_.x,
                     shrinks ? kDetail : kDetail * scale_.y);
    if (shrinks) cv::resize(out, out, values.size(), 0, 0, cv::INTER_LINEAR);
    return out;
  }

  cv::Point2f Working(const Sample& s) const {
    return MapPlace({static_cast<float>(s.x), static_cast<float>(s.y)}, target_.size(),
                    smooth_.size());
  }

  template <class T, int kChannels>
  static std::array<float, kChannels> ReadBetween(const cv::Mat& m, const cv::Point2f& p) {
    const Bilinear b(p, m.size());
    const T *upper = m.ptr<T>(b.y0), *lower = m.ptr<T>(b.y1);
    std::array<float, kChannels> out;
    for (int c = 0; c < kChannels; ++c) {
      const int left = kChannels * b.x0 + c, right = kChannels * b.x1 + c;
      out[static_cast<size_t>(c)] = b.Mix(upper[left], upper[right], lower[left], lower[right]);
    }
    return out;
  }

  // What its sources show at sample (x, y), which is the recipe's own or beside it.
  bool Read(const Recipe& s, int x, int y, float& value) {
    float sum = 0, weight = 0;
    for (const Source& source : s.sources) {
      if (source.frame < 0) continue;
      const SourcePlane& from = SourceOf(source.frame);
      float v = 0;
      if (!SampleKnown(from.plane, from.hole, static_cast<float>(x) + source.shift.x,
                       static_cast<float>(y) + source.shift.y, v)) {
        continue;
      }
      sum += source.weight * (v + from.light);
      weight += source.weight;
    }
    if (weight <= 0) return false;
    value = sum / weight;
    return true;
  }

  static bool SameSource(const Sample& a, const Sample& b) {
    return a.main == b.main && a.main_frame == b.main_frame;
  }

  bool IsInside(int x, int y) const {
    return x >= 0 && y >= 0 && x < target_.cols && y < target_.rows;
  }

  // What the corrections of neighbours should be apart: nothing where both come from the same
  // source, and at known samples what they differ from what the source shows there.
  void MakeEdges() {
    border_ = cv::Mat::zeros(area_.height / kCellSide + 1, area_.width / kCellSide + 1, CV_32FC2);
    for (Sample& s : samples_) {
      std::optional<Recipe> recipe;  // Only at borders and seams.
      const auto own = [&]() -> const Recipe& {
        if (!recipe) recipe = RecipeFor(s.x, s.y);
        return *recipe;
      };
      for (const auto& [dx, dy] : {std::pair{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
        const int x = s.x + dx, y = s.y + dy;
        if (!IsInside(x, y)) continue;
        float shown = 0, back = 0;
        if (!hole_.At(x, y)) {
          if (!Read(own(), x, y, shown)) continue;
          const float apart = At(target_, x, y) - shown;
          s.pull += apart;
          s.weight += 1;
          border_.at<cv::Vec2f>((s.y - area_.y) / kCellSide, (s.x - area_.x) / kCellSide) +=
              cv::Vec2f(apart, 1);
          continue;
        }
        const int other = IndexOrNone(x, y);
        if (other < 0) continue;
        s.weight += 1;
        const Sample& q = samples_[static_cast<size_t>(other)];
        if (SameSource(s, q)) continue;
        // The mean of both sources' steps, less the step that is there.
        float jump = 0;
        if (Read(own(), x, y, shown)) jump += 0.5f * (shown - q.value);
        if (Read(RecipeFor(x, y), s.x, s.y, back)) jump += 0.5f * (s.value - back);
        s.pull -= jump;
      }
    }
  }

  void Relax() {
    StartCorrections();
    // Tight, since this is where the time goes; a neighbour that is none is the last entry, 0.
    const size_t count = samples_.size(), none = count;
    std::vector<float> corrections(count + 1, 0.0f), shares(count);
    std::vector<std::array<uint32_t, 4>> neighbours(count);
    for (size_t n = 0; n < count; ++n) {
      const Sample& s = samples_[n];
      corrections[n] = s.correction;
      shares[n] = 1 / (s.weight + kHold);
      size_t i = 0;
      for (const auto& [dx, dy] : {std::pair{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
        const int other = IndexOrNone(s.x + dx, s.y + dy);
        neighbours[n][i++] = static_cast<uint32_t>(other >= 0 ? static_cast<size_t>(other) : none);
      }
    }
    // As on a chessboard, white fields first: those of one colour do not wait for each other.
    std::vector<uint32_t> order;
    for (const int colour : {0, 1}) {
      for (size_t n = 0; n < count; ++n) {
        if ((samples_[n].x + samples_[n].y) % 2 == colour)
          order.push_back(static_cast<uint32_t>(n));
      }
    }
    for (int sweep = 0; sweep < kSeamSweeps; ++sweep) {
      for (const uint32_t n : order) {
        const auto& [right, left, down, up] = neighbours[n];
        const float sum = samples_[n].pull + (corrections[right] + corrections[left]) +
                          (corrections[down] + corrections[up]);
        corrections[n] += kSeamOverRelaxation * (sum * shares[n] - corrections[n]);
      }
    }
    for (size_t n = 0; n < count; ++n) samples_[n].correction = corrections[n];
  }

  // A coarse solution, from the border alone.
  void StartCorrections() {
    cv::Mat parts[2];
    cv::split(border_, parts);
    cv::Mat start = parts[0] / cv::max(parts[1], 1);
    FillHarmonic(start, parts[1] == 0);
    for (Sample& s : samples_) {
      s.correction = start.at<float>((s.y - area_.y) / kCellSide, (s.x - area_.x) / kCellSide);
    }
  }

  cv::Mat& target_;
  const Hole& hole_;
  const HiddenPlaces& hidden_;
  const cv::Mat& smooth_;
  const std::function<SourcePlane(int)>& source_;
  const int max_value_;
  const cv::Rect area_;
  const cv::Point2f scale_;  // Samples of this plane in a working pixel.
  cv::Mat index_;            // 32S over `area_`: number of the sample; -1: known, or no source.
  cv::Mat border_;  // 32FC2, cells of kCellSide: sum and number of what the border asks for.
  std::vector<Sample> samples_;
  std::vector<std::optional<SourcePlane>> planes_;  // By frame, those that were asked for.
};

}  // namespace

cv::Mat ComposePlane(cv::Mat& target, const Hole& hole, const HiddenPlaces& hidden,
                     const cv::Mat& smooth, const std::function<SourcePlane(int frame)>& source,
                     int max_value) {
  return Composer(target, hole, hidden, smooth, source, max_value).Run();
}

}  // namespace tapmask
