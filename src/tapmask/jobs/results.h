// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/core/geometry.h"

namespace tapmask {

// What came out of jobs: written into Job::result by the worker, read by the API. Reading throws
// kInternal for what is not of this form: nobody but us writes it.

struct PreviewResult {
  struct Candidate {
    int object = 1;
    int width = 0, height = 0;  // Of the mask, in upright stored pixels.
    std::string rle;            // core/rle.h
    double confidence = 0;
    std::string scale;  // "part", "object", "group"
  };
  int64_t frame = 0;
  Rational sample_aspect{1, 1};
  std::vector<Candidate> candidates;  // The likeliest first.
};
std::string ToJson(const PreviewResult& result);
PreviewResult PreviewResultFromJson(const std::string& json);

// The outputs are in Job::output_key: the file, masks.jsonl, report.json.
struct MaskResult {
  struct ReviewSpan {
    bool is_of_fill = false;    // Else of the mask.
    std::optional<int> object;  // Of masks,
    std::string state;          // with "tracked", "held", "lost", "absent".
    int64_t first_frame = 0, last_frame = 0, look_at = 0;
    double confidence = 0;  // Of the frame to look at.
  };
  std::string file;  // "processed.mp4"
  int64_t bytes = 0;
  int64_t frames = 0;
  bool truncated = false;
  std::string engine;                 // That found the masks.
  std::vector<ReviewSpan> to_review;  // By their first frame.
  std::vector<std::string> notices;   // Sentences: what was changed or left out.
};
std::string ToJson(const MaskResult& result);
MaskResult MaskResultFromJson(const std::string& json);

}  // namespace tapmask
