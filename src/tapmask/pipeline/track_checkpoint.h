// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tapmask/core/state_archive.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {

struct CheckpointOptions {
  // Where it lies; made when it is not there. Empty: nothing is kept. One folder a job, since
  // masks and boxes drawn by hand are not compared.
  std::filesystem::path folder;
  int64_t frames = 250;  // A window: so many frames are tracked from one to the next, >= 1.
  // Checkpoint `number`, from 1, can be gone on from. What may be taken away from the folder then,
  // to be put back later: records.1 to records.NUMBER, and state.NUMBER.
  std::function<void(int64_t number)> on_saved;
};

// What a track pass needs to go on after it was killed: all that it knows, and the records that it
// has made. Files of the folder:
//
//   state.N     the inner state after window N, with its build, and the hashes of all files
//   records.N   the records of window N; it never changes once it is there
//
// What is of another build or another job, or damaged, is passed over, and the pass begins anew. A
// checkpoint that cannot be written is no reason to stop: the next one holds its records too.
class TrackCheckpoint {
 public:
  // `archive` saves and restores the passes. Those and `track` must outlive it.
  TrackCheckpoint(CheckpointOptions options, const MaskTrackHeader& header, MaskTrackWriter& track,
                  std::function<void(StateArchive&)> archive);

  // Goes on from the latest checkpoint, if there is one. Before anything is done.
  void Restore();

  // Saves, when a window is done.
  void FrameDone();

  // The track is whole: nothing of this is needed any more.
  void Remove();

 private:
  struct Part {
    int64_t bytes = 0;
    std::string hash;
    void Archive(StateArchive& archive) { archive(bytes, hash); }
  };
  bool RestoreFrom(const std::filesystem::path& state);
  void Save();
  std::filesystem::path File(const char* kind, size_t number) const;

  const CheckpointOptions options_;
  const std::string job_;  // What it is a checkpoint of.
  MaskTrackWriter& track_;
  const std::function<void(StateArchive&)> archive_;
  std::vector<Part> parts_;
  int64_t saved_bytes_ = 0;  // Of the track's records.
  int64_t frames_ = 0;       // Since the last checkpoint.
};

}  // namespace tapmask
