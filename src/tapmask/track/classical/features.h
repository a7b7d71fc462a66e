// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <opencv2/core/mat.hpp>

#include "tapmask/core/state_archive.h"

namespace tapmask {

// What the trackers' trees know of a pixel: kFeatureCount bytes, in these groups.
//
//   kColour     9  Lab of the pixel, lightly, more and strongly blurred
//   kGradient   4  how much changes horizontally and vertically, at two scales
//   kAround    48  blurred Lab at 8 places around, near and far
//   kPlace      4  where in the object: offsets from its centre in units of its size
//   kMotion     3  motion against the background's
//   kRegion     3  Lab of the wide surroundings
enum class FeatureGroup { kColour, kGradient, kAround, kPlace, kMotion, kRegion };

inline constexpr int kFeatureCount = 71;
inline constexpr int kFeatureStride = 72;  // Bytes from one pixel's features to the next.

FeatureGroup GroupOf(int feature);

// A picture at the working grid, blurred in the ways that the features need. Made once a frame,
// for all objects. 8-bit; a and b are stretched about 128 so that colour counts more.
struct FeatureImages {
  cv::Mat lab;        // As it is.
  cv::Mat lab_fine;   // Blurred with sigma 0.7,
  cv::Mat lab_soft;   // 2,
  cv::Mat lab_wide;   // 5,
  cv::Mat lab_area;   // and 10.
  cv::Mat gradients;  // |d/dx|, |d/dy| of L at sigma 2, then at sigma 6.

  cv::Size size() const { return lab.size(); }
};

FeatureImages MakeFeatureImages(const cv::Mat& bgr);

// Where an object is and how large, as its features count it. What is looked at around a pixel lies
// further away when the object has grown since it was learnt, so that it is the same spot of it.
struct ObjectPlace {
  double x = 0;
  double y = 0;
  double side = 1;  // Square root of the area, > 0.
  double zoom = 1;  // Its size now by its size when it was learnt, > 0.

  void Archive(StateArchive& archive) { archive(x, y, side, zoom); }
};

// The centre and size of what is set in `mask`; the default place when nothing is.
ObjectPlace PlaceOf(const cv::Mat& mask);

// Reads the features of single pixels.
class FeatureReader {
 public:
  // `residual`: 32FC2 motion against the background, or empty when not known. The images must
  // outlive the reader.
  FeatureReader(const FeatureImages& images, const cv::Mat& residual, const ObjectPlace& place);

  // Writes kFeatureStride bytes.
  void Read(int x, int y, uint8_t* out) const;

 private:
  const FeatureImages& images_;
  const cv::Mat residual_;
  const ObjectPlace place_;
  std::array<cv::Point, 8> near_, far_;  // Where to look around a pixel.
};

}  // namespace tapmask
