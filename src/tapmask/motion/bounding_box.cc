// SPDX-License-Identifier: Apache-2.0
#include "tapmask/motion/bounding_box.h"

#include <algorithm>

namespace tapmask {

cv::Rect BoundingBoxOf(const cv::Mat& mask) {
  int left = mask.cols, right = -1, top = -1, bottom = -1;
  for (int y = 0; y < mask.rows; ++y) {
    const uint8_t* row = mask.ptr(y);
    const uint8_t* end = row + mask.cols;
    const auto is_set = [](uint8_t v) { return v != 0; };
    const uint8_t* first = std::find_if(row, end, is_set);
    if (first == end) continue;
    if (top < 0) top = y;
    bottom = y;
    left = std::min(left, static_cast<int>(first - row));
    const uint8_t* last = end - 1;
    while (*last == 0) --last;
    right = std::max(right, static_cast<int>(last - row));
  }
  return top < 0 ? cv::Rect() : cv::Rect(left, top, right - left + 1, bottom - top + 1);
}

cv::Rect GrownBox(const cv::Rect& box, int margin, const cv::Size& size) {
  if (box.empty()) return {};
  return cv::Rect(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin) &
         cv::Rect(cv::Point(0, 0), size);
}

}  // namespace tapmask
