// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/track_checkpoint.h"

#include <exception>
#include <optional>
#include <utility>

#include "tapmask/core/error.h"
#include "tapmask/track/mask_track_lines.h"

namespace tapmask {

TrackCheckpoint::TrackCheckpoint(CheckpointOptions options, const MaskTrackHeader& header,
                                 MaskTrackWriter& track, std::function<void(StateArchive&)> archive)
    : folder_(std::move(options), "records", HeaderLine(header)),
      track_(track),
      archive_(std::move(archive)) {}

void TrackCheckpoint::Restore() {
  std::optional<StateArchive> archive = folder_.Latest();
  if (!archive) return;
  try {
    archive_(*archive);
    for (int64_t i = 1; i <= folder_.parts(); ++i) track_.AddRecords(folder_.Part(i));
  } catch (const Error& error) {
    if (error.code() == Code::kStorageFull) throw;  // It is as good as before, later.
    throw ResumeFailed(error.what());
  } catch (const std::exception& error) {
    throw ResumeFailed(error.what());
  }
  saved_bytes_ = track_.bytes();
}

void TrackCheckpoint::FrameDone() {
  if (!folder_.Keeps() || ++frames_ < folder_.options().frames) return;
  frames_ = 0;
  try {
    track_.CopyRecords(saved_bytes_, folder_.NextPart());
    folder_.Save(archive_);
    saved_bytes_ = track_.bytes();
  } catch (const Error&) {
    return;
  }
  if (folder_.options().on_saved) folder_.options().on_saved(folder_.parts());
}

}  // namespace tapmask
