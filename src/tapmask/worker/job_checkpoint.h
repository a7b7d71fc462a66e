// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "tapmask/jobs/job.h"
#include "tapmask/storage/blob_store.h"
#include "tapmask/telemetry/log.h"

namespace tapmask {

// What the attempts of one mask job hand on to each other: the windows that were tracked, then the
// finished masks, then the windows that were rendered, where that is slow. In storage it lies in
// {user}/{job}/checkpoint, whichever attempt it is of: a window's files are the same, whoever makes
// them. Job::checkpoint says {"window": N}, {"masks": true} or {"masks": true, "rendered": N}.
//
// Not thread-safe. It only spares later attempts work: nothing of it fails a job.
class JobCheckpoint {
 public:
  // All must outlive it. `frames`: of the video.
  JobCheckpoint(BlobStore& blobs, const Log& log, const Job& job, int64_t frames);

  // Puts what was kept into the scratch folder of a new child. True: the masks are whole.
  bool Bring(const std::filesystem::path& scratch);

  // Takes what the child has: `text`, JSON, says which (child_tasks.h). Returns the new
  // Job::checkpoint; nothing when it could not be kept.
  std::optional<std::string> Keep(const std::filesystem::path& scratch, const std::string& text);

 private:
  // The windows of one pass.
  struct Windows {
    const char* word;         // What says how many there are.
    const char* folder;       // In scratch and in storage.
    const char* part;         // What the parts are called.
    Term taken_up;            // The event, for the log.
    int64_t parts = 0;        // In storage: 1 to this.
    int64_t number = 0;       // The window whose state is.
    bool is_brought = false;  // By an attempt before; the child may have no use for it.
  };
  bool BringFile(const BlobKey& key, const std::filesystem::path& file);
  void BringWindows(const std::filesystem::path& scratch, const nlohmann::json& word,
                    Windows& windows);
  bool KeepMasks(const std::filesystem::path& scratch);
  bool KeepWindow(const std::filesystem::path& scratch, const nlohmann::json& word,
                  Windows& windows);
  BlobKey Key(const Windows& windows, const char* kind, int64_t number) const;

  BlobStore& blobs_;
  const Log& log_;
  const Job& job_;
  const int64_t most_windows_;
  Windows tracked_;
  Windows rendered_;
  bool has_masks_ = false;  // They are there: tracked windows are not needed.
};

}  // namespace tapmask
