// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace tapmask {

// A folder for one job's intermediate files, gone with the object.
class Scratch {
 public:
  // Inside `parent`, or the system's temporary folder when that is empty.
  explicit Scratch(const std::filesystem::path& parent);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

}  // namespace tapmask
