// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/graph_cut.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include <opencv2/imgproc.hpp>
#include <opencv2/imgproc/detail/gcgraph.hpp>

#include "tapmask/motion/bounding_box.h"

namespace tapmask {
namespace {

constexpr float kUnit = 1.0f / 1024;  // All weights are multiples of this.
constexpr float kMaxLogit = 1000;
constexpr float kFlatWeight = 0.05f;  // What a border costs even across the strongest edge.

float Quantised(float weight) {
  return std::round(weight / kUnit) * kUnit;
}

// Half of the 8-neighbourhood: every pair of neighbours is met once.
struct Step {
  int dx, dy;
  float length_weight;
};
constexpr std::array<Step, 4> kSteps{{{1, 0, 1.0f}, {0, 1, 1.0f}, {1, 1, 0.71f}, {-1, 1, 0.71f}}};

int SquaredDifference(const cv::Vec3b& a, const cv::Vec3b& b) {
  int sum = 0;
  for (int c = 0; c < 3; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}

// The price of a border between two pixels, by their squared difference in colour.
class BorderPrice {
 public:
  BorderPrice(const cv::Mat& lab, const cv::Rect& box, float lambda) : lambda_(lambda) {
    double sum = 0;
    int64_t pairs = 0;
    for (int y = box.y; y < box.y + box.height; ++y) {
      for (int x = box.x; x < box.x + box.width; ++x) {
        for (const Step& step : kSteps) {
          const cv::Point other(x + step.dx, y + step.dy);
          if (!box.contains(other)) continue;
          sum += SquaredDifference(lab.at<cv::Vec3b>(y, x), lab.at<cv::Vec3b>(other));
          ++pairs;
        }
      }
    }
    const double beta = sum > 0 ? static_cast<double>(pairs) / (2 * sum) : 0;
    // Beyond exp(-12) the rest is less than a unit.
    const int last = beta > 0 ? static_cast<int>(std::min(12 / beta, 3.0 * 255 * 255)) : 0;
    table_.resize(static_cast<size_t>(last) + 1);
    for (int d = 0; d <= last; ++d) {
      table_[static_cast<size_t>(d)] = static_cast<float>(std::exp(-beta * d));
    }
  }

  float operator()(const cv::Vec3b& a, const cv::Vec3b& b, float length_weight) const {
    const auto d = static_cast<size_t>(SquaredDifference(a, b));
    const float likeness = d < table_.size() ? table_[d] : 0.0f;
    return Quantised(lambda_ * length_weight * (kFlatWeight + likeness));
  }

 private:
  const float lambda_;
  std::vector<float> table_;  // exp(-beta * d) by squared difference d.
};

}  // namespace

cv::Mat CutGraph(const cv::Mat& lab8uc3, const cv::Mat& unary32f, const cv::Mat& domain8u,
                 const cv::Mat& fixed8u, float lambda) {
  CV_Assert(lab8uc3.type() == CV_8UC3 && unary32f.type() == CV_32FC1 &&
            domain8u.type() == CV_8UC1 && fixed8u.type() == CV_8UC1);
  CV_Assert(lab8uc3.size() == unary32f.size() && lab8uc3.size() == domain8u.size() &&
            lab8uc3.size() == fixed8u.size());

  cv::Mat labels = fixed8u != 0;
  const cv::Rect box = BoundingBoxOf(domain8u);
  if (box.empty()) return labels;

  const cv::Rect image(0, 0, lab8uc3.cols, lab8uc3.rows);
  const BorderPrice price(lab8uc3, box, lambda);

  const auto domain_size = static_cast<unsigned>(cv::countNonZero(domain8u(box)));
  cv::detail::GCGraph<float> graph(domain_size, 8 * domain_size);
  cv::Mat node(box.size(), CV_32SC1, cv::Scalar(-1));  // Vertex of a pixel of the box, or -1.
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      if (domain8u.at<uint8_t>(box.y + y, box.x + x)) node.at<int>(y, x) = graph.addVtx();
    }
  }

  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      const int vertex = node.at<int>(y, x);
      if (vertex < 0) continue;
      const cv::Point here(box.x + x, box.y + y);
      const float logit = std::clamp(unary32f.at<float>(here), -kMaxLogit, kMaxLogit);
      float to_object = Quantised(std::max(logit, 0.0f));
      float to_background = Quantised(std::max(-logit, 0.0f));

      // A pair is met from its first pixel; with one end outside the domain, from either end.
      const auto meet = [&](const cv::Point& there, float length_weight, bool first) {
        if (!image.contains(there)) return;
        const bool free = box.contains(there) && node.at<int>(there - box.tl()) >= 0;
        if (free && !first) return;
        const float weight =
            price(lab8uc3.at<cv::Vec3b>(here), lab8uc3.at<cv::Vec3b>(there), length_weight);
        if (free) {
          graph.addEdges(vertex, node.at<int>(there - box.tl()), weight, weight);
        } else {
          (fixed8u.at<uint8_t>(there) ? to_object : to_background) += weight;
        }
      };
      for (const Step& step : kSteps) {
        meet({here.x + step.dx, here.y + step.dy}, step.length_weight, true);
        meet({here.x - step.dx, here.y - step.dy}, step.length_weight, false);
      }
      graph.addTermWeights(vertex, to_object, to_background);
    }
  }

  graph.maxFlow();
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      const int vertex = node.at<int>(y, x);
      if (vertex >= 0) {
        labels.at<uint8_t>(box.y + y, box.x + x) = graph.inSourceSegment(vertex) ? 255 : 0;
      }
    }
  }
  return labels;
}

}  // namespace tapmask
