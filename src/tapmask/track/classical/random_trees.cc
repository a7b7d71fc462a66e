// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/random_trees.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace tapmask {
namespace {

constexpr int kQuestions = 14;  // Random ones, of which a node keeps the best.
constexpr int kMaxDepth = 14;
constexpr int kMaxJudged = 600;   // Samples on which a question is judged.
constexpr double kMinWeight = 6;  // A lighter node is not split.
constexpr int kBlock = 64;        // Pixels asked together, so that their features stay near.
constexpr float kClear = 0.06f;   // Agreement of the first trees, from 0 or 1.

// Weight times Gini impurity of a node with these weights of object and background.
double Impurity(double object, double background) {
  const double sum = object + background;
  return sum > 0 ? object * background / sum : 0;
}

}  // namespace

uint8_t* Samples::Add(bool object, float weight) {
  is_object.push_back(object);
  weights.push_back(weight);
  features.resize(features.size() + kFeatureStride);
  return &features[features.size() - kFeatureStride];
}

void Samples::Append(const Samples& other, float weight_factor) {
  features.insert(features.end(), other.features.begin(), other.features.end());
  is_object.insert(is_object.end(), other.is_object.begin(), other.is_object.end());
  for (float w : other.weights) weights.push_back(w * weight_factor);
}

void Samples::AppendOne(const Samples& other, size_t index, float weight) {
  std::memcpy(Add(other.is_object[index], weight), &other.features[index * kFeatureStride],
              kFeatureStride);
}

// Grows trees on one set of samples, whose features it holds one after the other rather than
// sample after sample: a question then reads one short column.
class TreeGrower {
 public:
  TreeGrower(const Samples& samples, std::span<const uint8_t> draw, Random& random)
      : samples_(samples), draw_(draw), random_(random), columns_(samples.features.size()) {
    const size_t n = samples.size();
    for (size_t i = 0; i < n; ++i) {
      for (size_t f = 0; f < kFeatureStride; ++f) {
        columns_[f * n + i] = samples.features[i * kFeatureStride + f];
      }
    }
    double object = 0, background = 0;
    for (size_t i = 0; i < n; ++i)
      (samples.is_object[i] ? object : background) += samples.weights[i];
    one_sided_ = object <= 0 || background <= 0;
    const double half = 0.5 * static_cast<double>(n);
    for (size_t i = 0; i < n && !one_sided_; ++i) {
      const double balance = half / (samples.is_object[i] ? object : background);
      weights_.push_back(static_cast<float>(samples.weights[i] * balance));
    }
  }

  bool one_sided() const { return one_sided_; }

  RandomTree Grow() {
    order_.clear();
    for (int i = 0; i < static_cast<int>(samples_.size()); ++i) {
      if (random_.Below(3) < 2) order_.push_back(i);
    }
    tree_ = RandomTree();
    NewNodes(1);
    Split(0, 0, static_cast<int>(order_.size()), 0);
    return std::move(tree_);
  }

 private:
  struct Question {
    int feature = -1;
    int threshold = 0;
    double impurity = 1e30;
  };

  void NewNodes(size_t count) {
    tree_.nodes_.resize(tree_.nodes_.size() + count);
    tree_.probability_.resize(tree_.nodes_.size());
  }

  // Makes `node` decide over samples order_[begin, end).
  void Split(size_t node, int begin, int end, int depth) {
    tree_.depth_ = std::max(tree_.depth_, depth);
    double object = 0, background = 0;
    for (int i = begin; i < end; ++i) {
      const auto s = static_cast<size_t>(order_[static_cast<size_t>(i)]);
      (samples_.is_object[s] ? object : background) += weights_[s];
    }
    tree_.probability_[node] = static_cast<float>((object + 1) / (object + background + 2));
    tree_.nodes_[node].left = static_cast<uint16_t>(node);  // A leaf, so far.
    if (depth >= kMaxDepth || object < 1 || background < 1 || object + background < kMinWeight) {
      return;
    }
    const Question best = BestQuestion(begin, end);
    if (best.feature < 0 || best.impurity > Impurity(object, background) * 0.9999) return;

    const uint8_t* column = Column(best.feature);
    const auto middle = std::partition(order_.begin() + begin, order_.begin() + end,
                                       [&](int s) { return column[s] <= best.threshold; });
    const int split = static_cast<int>(middle - order_.begin());
    if (split == begin || split == end) return;
    const size_t left = tree_.nodes_.size();
    NewNodes(2);
    tree_.nodes_[node] = {static_cast<uint8_t>(best.feature), static_cast<uint8_t>(best.threshold),
                          static_cast<uint16_t>(left)};
    Split(left, begin, split, depth + 1);
    Split(left + 1, split, end, depth + 1);
  }

  Question BestQuestion(int begin, int end) {
    Question best;
    const int step = std::max(1, (end - begin) / kMaxJudged);
    for (int k = 0; k < kQuestions; ++k) {
      const int feature = draw_[static_cast<size_t>(random_.Below(static_cast<int>(draw_.size())))];
      const uint8_t* column = Column(feature);
      const auto chosen = [&] {
        const int sample = begin + random_.Below(end - begin);
        return static_cast<int>(column[order_[static_cast<size_t>(sample)]]);
      };
      const int a = chosen(), b = chosen();
      if (a == b) continue;
      const int threshold = std::min(a, b) + random_.Below(std::abs(a - b));
      // By answer (left, right) and label.
      std::array<double, 4> weight{};
      for (int i = begin; i < end; i += step) {
        const auto s = static_cast<size_t>(order_[static_cast<size_t>(i)]);
        weight[2 * static_cast<size_t>(column[s] > threshold) + samples_.is_object[s]] +=
            weights_[s];
      }
      if (weight[0] + weight[1] <= 0 || weight[2] + weight[3] <= 0) continue;
      const double impurity =
          (Impurity(weight[1], weight[0]) + Impurity(weight[3], weight[2])) * step;
      if (impurity < best.impurity) best = {feature, threshold, impurity};
    }
    return best;
  }

  const uint8_t* Column(int feature) const {
    return &columns_[static_cast<size_t>(feature) * samples_.size()];
  }

  const Samples& samples_;
  const std::span<const uint8_t> draw_;
  Random& random_;
  std::vector<uint8_t> columns_;
  std::vector<float> weights_;
  bool one_sided_ = false;
  std::vector<int> order_;
  RandomTree tree_;
};

void RandomTree::Accumulate(const uint8_t* features, int count, float* sums) const {
  constexpr int kLanes = 8;  // Pixels that walk down together, to hide the time of loads.
  const Node* nodes = nodes_.data();
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const uint8_t* f = features + static_cast<ptrdiff_t>(i) * kFeatureStride;
    std::array<uint32_t, kLanes> at{};
    for (int d = 0; d < depth_; ++d) {
      for (size_t k = 0; k < kLanes; ++k) {
        const Node node = nodes[at[k]];
        at[k] = node.left +
                static_cast<uint32_t>(f[k * kFeatureStride + node.feature] > node.threshold);
      }
    }
    for (size_t k = 0; k < kLanes; ++k) sums[static_cast<size_t>(i) + k] += probability_[at[k]];
  }
  for (; i < count; ++i) {
    const uint8_t* f = features + static_cast<ptrdiff_t>(i) * kFeatureStride;
    uint32_t at = 0;
    for (int d = 0; d < depth_; ++d) {
      at = nodes[at].left + static_cast<uint32_t>(f[nodes[at].feature] > nodes[at].threshold);
    }
    sums[i] += probability_[at];
  }
}

void Forest::Grow(int trees, const Samples& samples, std::span<const uint8_t> draw,
                  Random& random) {
  if (samples.size() == 0 || draw.empty()) return;
  TreeGrower grower(samples, draw, random);
  if (grower.one_sided()) return;
  for (int i = 0; i < trees; ++i) trees_.push_back(grower.Grow());
}

void Forest::DropOldestBeyond(size_t trees) {
  while (trees_.size() > trees) trees_.pop_front();
}

void Forest::Evaluate(const uint8_t* features, int count, float* probabilities) const {
  if (trees_.empty()) {
    std::fill_n(probabilities, count, 0.5f);
    return;
  }
  const size_t first = (trees_.size() + 2) / 3;
  std::array<uint8_t, kBlock * kFeatureStride> unclear;
  std::array<float, kBlock> sums, rest;
  std::array<int, kBlock> where;
  for (int begin = 0; begin < count; begin += kBlock) {
    const int n = std::min(kBlock, count - begin);
    const uint8_t* block = features + static_cast<ptrdiff_t>(begin) * kFeatureStride;
    sums.fill(0);
    for (size_t t = 0; t < first; ++t) trees_[t].Accumulate(block, n, sums.data());
    int left = 0;
    for (int i = 0; i < n; ++i) {
      const float p = sums[static_cast<size_t>(i)] / static_cast<float>(first);
      probabilities[begin + i] = p;
      if (p < kClear || p > 1 - kClear) continue;
      where[static_cast<size_t>(left)] = i;
      std::memcpy(&unclear[static_cast<size_t>(left) * kFeatureStride],
                  block + static_cast<ptrdiff_t>(i) * kFeatureStride, kFeatureStride);
      ++left;
    }
    rest.fill(0);
    for (size_t t = first; t < trees_.size(); ++t) {
      trees_[t].Accumulate(unclear.data(), left, rest.data());
    }
    for (int k = 0; k < left; ++k) {
      const auto i = static_cast<size_t>(where[static_cast<size_t>(k)]);
      probabilities[begin + static_cast<int>(i)] =
          (sums[i] + rest[static_cast<size_t>(k)]) / static_cast<float>(trees_.size());
    }
  }
}

std::vector<uint8_t> FeaturesToDraw(bool with_place, bool with_motion) {
  std::vector<uint8_t> draw;
  for (int f = 0; f < kFeatureCount; ++f) {
    int times = 1;
    switch (GroupOf(f)) {
      case FeatureGroup::kColour:
      case FeatureGroup::kGradient: times = 2; break;
      case FeatureGroup::kPlace: times = with_place ? 2 : 0; break;
      case FeatureGroup::kMotion: times = with_motion ? 2 : 0; break;
      case FeatureGroup::kAround:
      case FeatureGroup::kRegion: break;
    }
    draw.insert(draw.end(), static_cast<size_t>(times), static_cast<uint8_t>(f));
  }
  return draw;
}

}  // namespace tapmask
