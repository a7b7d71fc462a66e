// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/core/geometry.h"
#include "tapmask/core/mask_record.h"
#include "tapmask/core/prompt.h"

namespace tapmask {

// The first line of a mask track.
struct MaskTrackHeader {
  int width = 0;                // Upright stored pixels.
  int height = 0;
  Rational sample_aspect{1, 1}; // Of those pixels.
  Rational time_base{1, 1000};
  std::string engine;           // "classical", a model's name, "external".
  struct Object {
    int id = 1;
    std::vector<Point> points;
  };
  std::vector<Object> objects;  // By rising id.
};

// Writes a mask track, the file between tracking and rendering (`docs/mask_track.md` has the
// format). Records may come in any order of frames, since tracking also runs backwards; they wait
// in a scratch file beside `path` and only their places are kept in memory (16 bytes a record).
//
// Not thread-safe. Without `Finish` nothing is left at `path`.
class MaskTrackWriter {
 public:
  // Throws kInvalidArgument when the place cannot be written, kStorageFull when the disk is full.
  MaskTrackWriter(std::filesystem::path path, MaskTrackHeader header);
  ~MaskTrackWriter();
  MaskTrackWriter(const MaskTrackWriter&) = delete;
  MaskTrackWriter& operator=(const MaskTrackWriter&) = delete;

  // A second record of the same object and frame replaces the first.
  void Add(const MaskRecord& record);

  // Writes header, records by frame then object, and the end line, and puts the file in place.
  // `frames` is the number of frames of the video.
  void Finish(int64_t frames);

 private:
  struct Place {
    int64_t offset = 0;
    int64_t length = 0;
  };
  std::filesystem::path path_;
  std::filesystem::path scratch_path_;
  MaskTrackHeader header_;
  std::fstream scratch_;
  int64_t scratch_size_ = 0;
  std::map<std::pair<int64_t, int>, Place> places_;  // By frame, object.
};

// Reads a mask track; only the places of its lines are kept in memory. Not thread-safe.
class MaskTrackReader {
 public:
  // Throws kInvalidArgument with a clear sentence when the file is not a complete, valid track:
  // not there, another format or version, no end line, a record outside the header's objects or
  // sizes, a duplicate, a line longer than 64 MiB.
  explicit MaskTrackReader(const std::filesystem::path& path);
  ~MaskTrackReader();

  const MaskTrackHeader& header() const { return header_; }
  int64_t frames() const { return frames_; }

  // The records of one frame by rising object number; none when the track has none for it.
  std::vector<MaskRecord> Frame(int64_t frame);

  // State, confidence, box and time of every record without decoding its mask, for planning.
  struct Summary {
    int object = 1;
    int64_t frame = 0;
    int64_t pts = 0;
    TrackState state = TrackState::kTracked;
    double confidence = 0;
    Rect box;
  };
  const std::vector<Summary>& summaries() const { return summaries_; }  // By frame, then object.

 private:
  MaskTrackHeader header_;
  int64_t frames_ = 0;
  std::ifstream file_;
  std::vector<Summary> summaries_;
  std::vector<int64_t> offsets_;  // Of the line of each summary.
};

}  // namespace tapmask
