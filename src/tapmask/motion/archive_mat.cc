// SPDX-License-Identifier: Apache-2.0
#include "tapmask/motion/archive_mat.h"

#include "tapmask/core/error.h"

namespace tapmask {

void Archive(StateArchive& archive, cv::Mat& mat) {
  constexpr int kMostBytesOfAnElement = 32;
  int rows = mat.rows, cols = mat.cols, type = mat.type();
  archive(rows, cols, type);
  const bool can_be = rows >= 0 && cols >= 0 && type >= 0 && type < CV_MAKETYPE(CV_DEPTH_MAX, 4) &&
                      CV_ELEM_SIZE(type) <= kMostBytesOfAnElement;
  if (!can_be) throw Error(Code::kInvalidArgument, "What was saved of the work before is damaged.");
  const size_t bytes_of_row = static_cast<size_t>(cols) * static_cast<size_t>(CV_ELEM_SIZE(type));
  if (bytes_of_row == 0) {
    if (!archive.saves()) mat = cv::Mat();
    return;
  }
  archive.Count(static_cast<size_t>(rows), bytes_of_row);  // Not more than there is.
  if (!archive.saves()) mat = cv::Mat(rows, cols, type);
  for (int y = 0; y < rows; ++y) archive.Raw(mat.ptr(y), bytes_of_row);
}

void Archive(StateArchive& archive, cv::Vec2f& vector) {
  archive(vector[0], vector[1]);
}

void Archive(StateArchive& archive, cv::Point2f& point) {
  archive(point.x, point.y);
}

void Archive(StateArchive& archive, cv::Rect& box) {
  archive(box.x, box.y, box.width, box.height);
}

}  // namespace tapmask
