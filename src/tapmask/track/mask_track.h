// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/core/geometry.h"
#include "tapmask/core/mask_record.h"
#include "tapmask/core/prompt.h"

namespace tapmask {

class PartFile;

// The first line of a mask track.
struct MaskTrackHeader {
  int width = 0;  // Upright stored pixels.
  int height = 0;
  Rational sample_aspect{1, 1};  // Of those pixels.
  Rational time_base{1, 1000};
  std::string engine;  // "classical", a model's name, "external".
  struct Object {
    int id = 1;  // From 1.
    std::vector<Point> points;
  };
  std::vector<Object> objects;  // By rising id.
};

// Writes a mask track, the file between tracking and rendering (`docs/mask_track.md` has the
// format). Records may come in any order of frames, since tracking also runs backwards; they wait
// in a scratch file beside `path` and only their places are kept in memory (24 bytes a record).
//
// Not thread-safe. Without `Finish` nothing is left at `path`, and the scratch file is gone with
// the writer. Every function throws kStorageFull when the disk is full.
class MaskTrackWriter {
 public:
  // Throws kInvalidArgument when no file can be made at `path`, or the header is not one that the
  // reader takes.
  MaskTrackWriter(std::filesystem::path path, MaskTrackHeader header);
  ~MaskTrackWriter();
  MaskTrackWriter(const MaskTrackWriter&) = delete;
  MaskTrackWriter& operator=(const MaskTrackWriter&) = delete;

  // A second record of the same object and frame replaces the first. The record must be of one of
  // the header's objects, its mask of the header's size and all zero when it is absent.
  // Throws kTooLarge when the mask is so ragged that its line would be refused by the reader.
  void Add(const MaskRecord& record);

  // The mask of the record that was added last for this object and frame; nothing when there is
  // none.
  std::optional<Mask> Find(int object, int64_t frame);

  // How long all lines of records are together so far.
  int64_t bytes() const;

  // Writes the lines from `begin`, which `bytes` had been before, to a file of their own, durably.
  void CopyRecords(int64_t begin, const std::filesystem::path& to);

  // Adds the records of such a file. Throws kInvalidArgument when it has other lines than records
  // that fit the header.
  void AddRecords(const std::filesystem::path& from);

  // Writes header, records by frame then object, and the end line, and puts the file in place,
  // over one that was there. `frames` is the number of frames of the video; every record must be
  // of one of them. The last call on this writer.
  void Finish(int64_t frames);

 private:
  struct Place {
    int64_t frame = 0;
    int64_t offset = 0;  // In the scratch file.
    int object = 1;
    int length = 0;
  };
  void Append(int object, int64_t frame, const std::string& line);

  std::filesystem::path path_;
  MaskTrackHeader header_;
  std::unique_ptr<PartFile> scratch_;  // Empty after `Finish`.
  std::vector<Place> places_;          // In the order of `Add`.
};

// Reads a mask track; only the places of its lines are kept in memory. Not thread-safe.
class MaskTrackReader {
 public:
  // Reads the whole file once and throws kInvalidArgument with a sentence that names the line when
  // it is not a complete, valid track: not there, another format or version, no end line, a record
  // outside the header's objects or sizes, a mask that does not fit its run lengths or its box, a
  // duplicate, a line longer than 64 MiB.
  explicit MaskTrackReader(const std::filesystem::path& path);
  ~MaskTrackReader();

  const MaskTrackHeader& header() const { return header_; }
  int64_t frames() const { return frames_; }

  // The records of one frame by rising object number; none when the track has none for it.
  // Throws kInvalidArgument when the file was changed since it was opened.
  std::vector<MaskRecord> Frame(int64_t frame);

  // State, confidence, box and time of every record without decoding its mask, for planning.
  struct Summary {
    int object = 1;
    int64_t frame = 0;
    int64_t pts = 0;
    TrackState state = TrackState::kTracked;
    double confidence = 0;
    Rect box;  // Of the mask, checked against it.
    bool operator==(const Summary&) const = default;
  };
  const std::vector<Summary>& summaries() const { return summaries_; }  // By frame, then object.

 private:
  void SortByFrame();

  MaskTrackHeader header_;
  int64_t frames_ = 0;
  std::ifstream file_;
  std::vector<Summary> summaries_;
  std::vector<int64_t> offsets_;  // Of the line of each summary.
};

}  // namespace tapmask
