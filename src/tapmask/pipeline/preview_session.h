// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "tapmask/core/coordinates.h"
#include "tapmask/core/mask.h"
#include "tapmask/core/prompt.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/read_options.h"
#include "tapmask/track/segmenter.h"

namespace tapmask {

struct PreviewOptions {
  ReadOptions read;
  std::string engine = "auto";  // As JobOptions.
  int threads = 0;              // 0: as many as there are cores. No result depends on it.
  // How many frames the video has, as its ingest found by decoding. Then a frame is reached by
  // seeking; without it everything before is decoded first, once.
  std::optional<int64_t> frames;
};

struct PreviewMask {
  int object = 1;
  Mask in_mask;           // Upright stored pixels.
  double confidence = 0;  // 0 to 1: the probability that it is what was meant.
  CandidateScale scale = CandidateScale::kObject;
};

struct PreviewAnswer {
  int64_t frame = 0;
  Rational sample_aspect{1, 1};  // Of upright stored pixels.
  // By rising object number; of one object the answer first, then its alternatives, best first.
  // An answer with an empty mask says that nothing was found.
  std::vector<PreviewMask> candidates;
};

// Shows what points would take in one frame of a video, again and again while the user taps.
//
// Keeps what costs time: the decoder where it stands, working-size frames around those last asked
// for (at most 64 MiB), and what was computed for the last frame and points of each of the four
// objects asked for last. The answer to the same points is the same, whatever was asked before.
//
// Not thread-safe; uses `threads` threads while it answers and none in between.
class PreviewSession {
 public:
  static constexpr int64_t kMemoryBytes = int64_t{64} << 20;

  // Opens the video and decodes its first frame. Throws as VideoReader does, kInvalidArgument for
  // an engine that is not there.
  PreviewSession(const InputName& input, const PreviewOptions& options);
  ~PreviewSession();

  const FrameGeometry& geometry() const;

  // All points must be in one frame, and each object needs one that is on it. After an error the
  // session can be used on.
  //
  // Throws Error: kInvalidArgument with a sentence for points that do not fit or are outside the
  // video, kCancelled, kUnavailable when the model could not run now, and what reading throws.
  PreviewAnswer Find(const std::vector<Point>& points, std::stop_token stop);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tapmask
