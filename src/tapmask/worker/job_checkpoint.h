// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "tapmask/jobs/job.h"
#include "tapmask/storage/blob_store.h"
#include "tapmask/telemetry/log.h"

namespace tapmask {

// What the attempts of one mask job hand on to each other: the windows that were tracked
// (pipeline/track_checkpoint.h), and then the finished masks. In storage it lies in
// {user}/{job}/checkpoint, whichever attempt it is of: a window's files are the same, whoever makes
// them. Job::checkpoint says {"window": N} or {"masks": true}.
//
// Not thread-safe. It only spares later attempts work: nothing of it fails a job.
class JobCheckpoint {
 public:
  // All must outlive it. `frames`: of the video.
  JobCheckpoint(BlobStore& blobs, const Log& log, const Job& job, int64_t frames)
      : blobs_(blobs), log_(log), job_(job), most_windows_(frames / 100 + 10) {}

  // Puts what was kept into the scratch folder of a new child. True: the masks are whole.
  bool Bring(const std::filesystem::path& scratch);

  // Takes what the child has: `word`, JSON, says which as Job::checkpoint does. Returns the new
  // Job::checkpoint; nothing when it could not be kept.
  std::optional<std::string> Keep(const std::filesystem::path& scratch, const std::string& word);

 private:
  bool BringFile(const BlobKey& key, const std::filesystem::path& file);
  std::optional<std::string> KeepMasks(const std::filesystem::path& scratch);
  std::optional<std::string> KeepWindow(const std::filesystem::path& scratch, int64_t number);
  BlobKey Key(const char* kind, int64_t number) const;

  BlobStore& blobs_;
  const Log& log_;
  const Job& job_;
  const int64_t most_windows_;
  int64_t kept_records_ = 0;  // Windows whose records are in storage: 1 to this.
  int64_t window_ = 0;        // The one whose state is.
  bool has_masks_ = false;    // They are there: nothing else is needed.
};

}  // namespace tapmask
