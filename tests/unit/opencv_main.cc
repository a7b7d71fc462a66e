// SPDX-License-Identifier: Apache-2.0
// Entry point of the unit tests that use OpenCV: its thread pool is off, as it is in the program.
#include <gtest/gtest.h>

#include "tapmask/motion/opencv_threads.h"

int main(int argc, char** argv) {
  tapmask::UseNoOpenCvThreads();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
