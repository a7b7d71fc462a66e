// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "tapmask/core/state_archive.h"
#include "tapmask/track/classical/features.h"
#include "tapmask/track/classical/random.h"

namespace tapmask {

// Pixels to learn from: features, weights (> 0) and labels.
struct Samples {
  std::vector<uint8_t> features;  // kFeatureStride bytes each.
  std::vector<float> weights;
  std::vector<uint8_t> is_object;  // 0 or 1.

  size_t size() const { return is_object.size(); }
  // Adds room for one sample and returns where its features go.
  uint8_t* Add(bool object, float weight);
  void Append(const Samples& other, float weight_factor);
  void AppendOne(const Samples& other, size_t index, float weight);

  void Archive(StateArchive& archive) { archive(features, weights, is_object); }
};

// One extremely randomised tree: a node keeps the best of a few random questions.
//
// A node is 4 bytes. Its right child follows the left one, and a leaf is its own left child with a
// question that is always answered "left", so that a fixed number of steps without a branch leads
// from the root to the leaf.
class RandomTree {
 public:
  struct Node {
    uint8_t feature = 0;
    uint8_t threshold = 255;  // Features above it go right.
    uint16_t left = 0;
  };

  // Adds, to each of `count` sums, the probability that the pixel belongs to the object.
  void Accumulate(const uint8_t* features, int count, float* sums) const;

  void Archive(StateArchive& archive) { archive(nodes_, probability_, depth_); }

 private:
  friend class TreeGrower;
  std::vector<Node> nodes_;
  std::vector<float> probability_;  // Of each node; only leaves are asked.
  int depth_ = 0;
};

// The mean opinion of several trees on whether a pixel belongs to the object.
class Forest {
 public:
  // Adds `trees` trees, each grown on a random two thirds of the samples. Object and background
  // count the same, whatever their weights add up to. `draw` lists the features that may be
  // asked for, those that shall be asked more often more than once. Adds nothing when there are
  // only samples of one kind.
  void Grow(int trees, const Samples& samples, std::span<const uint8_t> draw, Random& random);
  void Clear() { trees_.clear(); }
  void DropOldestBeyond(size_t trees);
  bool Empty() const { return trees_.empty(); }
  size_t size() const { return trees_.size(); }

  // The probabilities of `count` pixels; 0.5 when there are no trees. Pixels on which the first
  // third of the trees agrees clearly are not shown to the others.
  void Evaluate(const uint8_t* features, int count, float* probabilities) const;

  void Archive(StateArchive& archive) { archive(trees_); }

 private:
  std::deque<RandomTree> trees_;  // Oldest first.
};

// The features of some groups, colour and gradient, place and motion listed twice.
std::vector<uint8_t> FeaturesToDraw(bool with_place, bool with_motion);

}  // namespace tapmask
