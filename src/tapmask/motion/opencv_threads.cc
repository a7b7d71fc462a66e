// SPDX-License-Identifier: Apache-2.0
#include "tapmask/motion/opencv_threads.h"

#include <opencv2/core/utility.hpp>

namespace tapmask {

void UseNoOpenCvThreads() {
  cv::setNumThreads(1);
}

}  // namespace tapmask
