// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/core/error.h"
#include "tapmask/core/state_archive.h"

namespace tapmask {

struct CheckpointOptions {
  // Where it lies; made when it is not there. Empty: nothing is kept. One folder a pass and job,
  // since masks and boxes drawn by hand are not compared.
  std::filesystem::path folder;
  int64_t frames = 250;  // A window: so many frames are worked on from one to the next, >= 1.
  int64_t most_bytes = int64_t{4} << 30;  // Of all parts: then no further checkpoint is made.
  // Checkpoint `number`, from 1, can be gone on from. What may be taken away from the folder then,
  // to be put back later: parts 1 to `number`, and state.NUMBER.
  std::function<void(int64_t number)> on_saved;
};

// What was there cannot be gone on from after all: remove it, and begin anew.
class ResumeFailed : public Error {
 public:
  explicit ResumeFailed(const std::string& log_text)
      : Error(Code::kUnavailable, "What was saved of the work before is of no use; try again.",
              log_text) {}
};

// The files from which a pass goes on that was killed:
//
//   state.N    the inner state after window N, with its build, and the hashes of all parts
//   PART.N     what window N made; it never changes once it is there
//
// A window's files are the same whoever makes them, on the same kind of machine and where the video
// is not damaged; that parts of several makers are not mixed, the hashes see to.
//
// What is of another build or another job, or damaged, is passed over. Not thread-safe.
class CheckpointFolder {
 public:
  // `part`: what its parts are called. `job`: what they are of, for comparing.
  CheckpointFolder(CheckpointOptions options, std::string part, const std::string& job);

  bool Keeps() const { return !options_.folder.empty(); }
  const CheckpointOptions& options() const { return options_; }

  // What `archive` of the latest `Save` whose parts are all here is to be restored from; nothing
  // when there is none. Before the first `Save`.
  std::optional<StateArchive> Latest();

  int64_t parts() const { return static_cast<int64_t>(parts_.size()); }
  int64_t bytes() const;                             // Of all parts.
  std::filesystem::path Part(int64_t number) const;  // From 1.
  std::filesystem::path NextPart() const;            // Makes the folder.

  // `NextPart` was written, and belongs to the state that `archive` saves. Throws kStorageFull or
  // kUnavailable, and nothing has changed.
  void Save(const std::function<void(StateArchive&)>& archive);

  void Remove() const;

 private:
  struct Written {
    int64_t bytes = 0;
    std::string hash;
    void Archive(StateArchive& archive) { archive(bytes, hash); }
  };
  std::filesystem::path State(int64_t number) const;
  std::optional<StateArchive> Read(const std::filesystem::path& state);

  const CheckpointOptions options_;
  const std::string part_;
  const std::string job_;
  std::vector<Written> parts_;
};

}  // namespace tapmask
