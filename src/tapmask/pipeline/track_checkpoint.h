// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "tapmask/core/state_archive.h"
#include "tapmask/pipeline/checkpoint_folder.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {

// What a track pass needs to go on after it was killed: all that it knows, and the records that it
// has made (`records.N`). A checkpoint that cannot be written is no reason to stop: the next one
// holds its records too.
class TrackCheckpoint {
 public:
  // `archive` saves and restores the passes. Those and `track` must outlive it.
  TrackCheckpoint(CheckpointOptions options, const MaskTrackHeader& header, MaskTrackWriter& track,
                  std::function<void(StateArchive&)> archive);

  // Goes on from the latest checkpoint, if there is one. Before anything is done. Throws
  // ResumeFailed, kStorageFull.
  void Restore();

  // Saves, when a window is done.
  void FrameDone();

  // The track is whole: nothing of this is needed any more.
  void Remove() const { folder_.Remove(); }

 private:
  CheckpointFolder folder_;
  MaskTrackWriter& track_;
  const std::function<void(StateArchive&)> archive_;
  int64_t saved_bytes_ = 0;  // Of the track's records.
  int64_t frames_ = 0;       // Since the last checkpoint.
};

}  // namespace tapmask
