// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tapmask/core/frame.h"
#include "tapmask/media/encode_plan.h"
#include "tapmask/media/input_name.h"
#include "tapmask/media/notices.h"
#include "tapmask/media/read_options.h"
#include "tapmask/media/video_info.h"
#include "tapmask/media/write_options.h"

namespace tapmask {

// Something that must hold for an output, found by reading it again.
struct Invariant {
  std::string name;  // "frame times", "audio packets", ...
  bool held = false;
  std::string detail;  // What was expected and found, when it does not hold.
};

// Writes one output: a video file with everything of the input that is kept, or numbered pictures.
//
//   Write every frame -> Finish -> Check -> Commit
//
// Nothing is at the output's name before `Commit`, and nothing is left anywhere without it.
// Not thread-safe.
class OutputWriter {
 public:
  virtual ~OutputWriter() = default;

  // Frames of the source, in order, with its size and format; times in its time base.
  virtual void Write(const Frame& frame) = 0;
  virtual void Finish() = 0;
  // Reads what was written again and compares it with what was meant.
  virtual std::vector<Invariant> Check() = 0;
  // Where everything lies before `Commit`: a file, or a picture pattern.
  virtual std::string waiting() const = 0;
  virtual void Commit() = 0;

  virtual const EncodePlan& plan() const = 0;
};

// Refuses before any work what `OpenOutput` would refuse after it: options that do not fit each
// other or the source, and a kind of video that the encoder cannot code. Writes nothing.
// Throws kInvalidArgument, kUnavailable.
void CheckCanWrite(const std::string& output, const WriteOptions& write, const VideoInfo& source);

// `source` is what VideoReader says of `input` with the same options. What will not be as in the
// input is added to `notices`. Throws kInvalidArgument when the options or the place do not fit.
std::unique_ptr<OutputWriter> OpenOutput(const std::string& output, const InputName& input,
                                         const ReadOptions& read, const WriteOptions& write,
                                         const VideoInfo& source, Notices& notices);

}  // namespace tapmask
