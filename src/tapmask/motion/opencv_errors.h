// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core.hpp>

#include "tapmask/core/error.h"

namespace tapmask {

// Internal to motion and track: runs `work` and turns what OpenCV throws into our Error, so that
// no cv::Exception leaves the folder.
template <class Work>
auto TranslateOpenCvErrors(Work&& work) {
  try {
    return work();
  } catch (const cv::Exception& e) {
    if (e.code == cv::Error::StsNoMem) {
      throw Error(Code::kUnavailable, "There is not enough memory to follow the object.", e.what());
    }
    throw Error(Code::kInternal, "Following the object failed because of a mistake in TapMask.",
                e.what());
  }
}

}  // namespace tapmask
