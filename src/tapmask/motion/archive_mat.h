// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>

#include "tapmask/core/state_archive.h"

namespace tapmask {

// For StateArchive. A matrix has up to two dimensions here, and is its own when it was restored.
void Archive(StateArchive& archive, cv::Mat& mat);
void Archive(StateArchive& archive, cv::Vec2f& vector);
void Archive(StateArchive& archive, cv::Point2f& point);
void Archive(StateArchive& archive, cv::Rect& box);

}  // namespace tapmask
