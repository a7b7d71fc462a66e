// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/output_name.h"

#include <gtest/gtest.h>

namespace tapmask::api {
namespace {

TEST(SavedName, IsTheUsersWithWhatItIs) {
  EXPECT_EQ(SavedName("street.MOV", "processed.mp4"), "street-tapmask.mp4");
  EXPECT_EQ(SavedName("street.MOV", "report.json"), "street-report.json");
  EXPECT_EQ(SavedName("street.MOV", "original.mov"), "street.mov");
  EXPECT_EQ(SavedName("a.b.c", "processed.mkv"), "a.b-tapmask.mkv");
}

TEST(SavedName, IsThereForAnyName) {
  EXPECT_EQ(SavedName("", "processed.mp4"), "video-tapmask.mp4");
  EXPECT_EQ(SavedName("street", "processed.mp4"), "street-tapmask.mp4");
  EXPECT_EQ(SavedName(".mp4", "processed.mp4"), ".mp4-tapmask.mp4");
  EXPECT_EQ(SavedName("Dr. Who and the others", "processed.mp4"),
            "Dr. Who and the others-tapmask.mp4");
  EXPECT_EQ(SavedName("street.mp4", "none"), "street-none");
}

}  // namespace
}  // namespace tapmask::api
