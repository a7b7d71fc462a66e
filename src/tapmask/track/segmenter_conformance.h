// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "tapmask/track/segmenter.h"

namespace tapmask {

// One kind of segmenter under test.
struct SegmenterMaker {
  std::string name;
  // Returns null where the engine cannot run (no weights); its tests are then skipped.
  std::function<std::unique_ptr<Segmenter>(int threads)> make;
};

inline void PrintTo(const SegmenterMaker& maker, std::ostream* out) {
  *out << maker.name;
}

inline std::string NameOfMaker(const testing::TestParamInfo<SegmenterMaker>& info) {
  return info.param.name;
}

// What every Segmenter promises. To run it on another one, link segmenter_conformance.cc and write
//   INSTANTIATE_TEST_SUITE_P(Mine, SegmenterConformance, testing::Values(SegmenterMaker{...}),
//                            NameOfMaker);
class SegmenterConformance : public testing::TestWithParam<SegmenterMaker> {
 protected:
  void SetUp() override;

  std::unique_ptr<Segmenter> Make(int threads = 1) { return GetParam().make(threads); }
  std::unique_ptr<Segmenter> segmenter_;  // With one thread.
};

}  // namespace tapmask
