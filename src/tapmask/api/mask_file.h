// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tapmask/core/geometry.h"
#include "tapmask/core/mask_record.h"
#include "tapmask/storage/blob_store.h"

namespace tapmask::api {

// Reads parts of a mask track (docs/mask_track.md) that a job has stored, without reading it all:
// its lines are in the order of their frames, so the first line of a frame is found by halving the
// file, and what is read to find it hardly grows with the file's length.
//
// The file was written by a child process that works on strangers' videos: whatever it holds,
// nothing worse happens than that kInternal is thrown. No line may be longer than 64 MiB.
class MaskFile {
 public:
  struct Header {
    int width = 0, height = 0;  // Of every mask, in upright stored pixels.
    Rational sample_aspect, time_base;
    std::string engine;
  };
  struct Record {
    int object = 1;
    int64_t frame = 0;
    int64_t pts = 0;  // In the header's time base.
    TrackState state = TrackState::kTracked;
    double confidence = 0;
    Rect bounding_box;
    std::string rle;  // Of the header's size; not looked at.
  };

  // Reads the first and the last line. `file` must outlive this.
  explicit MaskFile(BlobReader& file);

  const Header& header() const { return header_; }
  int64_t frames() const { return frames_; }  // Of the whole video.

  // Calls `take` with the records of frame `from` and later ones, by frame, then by object, until
  // it says false or there are no more.
  void ForEachFrom(int64_t from, const std::function<bool(Record&&)>& take);

 private:
  class Lines;
  // Where a line begins that is the first of `from`, or some lines before it.
  int64_t FindLine(int64_t from);

  BlobReader& file_;
  Header header_;
  int64_t frames_ = 0;
  int64_t begin_ = 0, end_ = 0;  // Of the records.
};

}  // namespace tapmask::api
