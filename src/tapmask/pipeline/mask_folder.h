// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <vector>

#include "tapmask/media/input_name.h"
#include "tapmask/media/read_options.h"
#include "tapmask/media/temporary_file.h"

namespace tapmask {

// True for the names that masks have in a folder: numbered pictures, and the track.
bool IsMaskFileName(const std::filesystem::path& name);

// Old masks among new ones would be taken for theirs, and may have been drawn by hand.
// Throws kInvalidArgument when there are masks in the folder; it need not be there.
void CheckHoldsNoMasks(const std::filesystem::path& folder);

// The folder that --masks-out names, while a job works: masks wait in `waiting` until `Commit`.
// Without it nothing is left, also of the folders that were made on the way.
class MaskFolder {
 public:
  // The folder is made when it is not there. Throws kInvalidArgument when that cannot be, or when
  // it holds masks.
  explicit MaskFolder(std::filesystem::path folder);
  ~MaskFolder();
  MaskFolder(const MaskFolder&) = delete;
  MaskFolder& operator=(const MaskFolder&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  const std::filesystem::path& waiting() const { return waiting_->path(); }

  // Puts every file in its place, the mask track last. Throws kUnavailable.
  void Commit();

 private:
  void RemoveMade() const;

  const std::filesystem::path folder_;
  std::vector<std::filesystem::path> made_;  // What was not there before, the innermost first.
  std::optional<TemporaryFolder> waiting_;
  bool committed_ = false;
};

// Writes a mask track as one PNG a frame, 00000.png ..., 0 or 255, all objects in one, and the
// track itself as masks.jsonl.
void WriteMasks(const std::filesystem::path& track_file, const MaskFolder& to,
                std::stop_token stop);

// Makes a mask track from a folder of numbered PNGs, one a frame from 0: object 1, state given.
// A frame without a picture has no record. Where the folder has a masks.jsonl and a picture is what
// that says, its objects and states count instead. `input` tells the times and the size.
// Throws kInvalidArgument when there is no picture, or one has another size than the video.
void TrackFromMaskFolder(const std::filesystem::path& folder, const InputName& input,
                         const ReadOptions& read, const std::filesystem::path& track_file,
                         std::stop_token stop);

}  // namespace tapmask
