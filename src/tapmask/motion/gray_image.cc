// SPDX-License-Identifier: Apache-2.0
#include "tapmask/motion/gray_image.h"

#include <opencv2/imgproc.hpp>

#include "tapmask/core/error.h"
#include "tapmask/motion/opencv_errors.h"

namespace tapmask {

GrayImage GrayFromBgr(const BgrImage& image, const Size& size) {
  if (image.Empty() || size.width <= 0 || size.height <= 0) {
    throw Error(Code::kInvalidArgument, "A picture without pixels cannot be tracked.");
  }
  return TranslateOpenCvErrors([&] {
    const cv::Mat bgr(image.height(), image.width(), CV_8UC3, const_cast<uint8_t*>(image.data()));
    const bool shrinks = size.width <= image.width() && size.height <= image.height();
    cv::Mat resized = bgr;
    if (!(size == image.size())) {
      cv::resize(bgr, resized, cv::Size(size.width, size.height), 0, 0,
                 shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    }
    GrayImage gray{size.width, size.height, {}};
    gray.samples.resize(static_cast<size_t>(size.width) * static_cast<size_t>(size.height));
    cv::Mat view(size.height, size.width, CV_8U, gray.samples.data());
    cv::cvtColor(resized, view, cv::COLOR_BGR2GRAY);
    return gray;
  });
}

}  // namespace tapmask
