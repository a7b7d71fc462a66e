// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tapmask {

// Notices when an input is replaced or changed while it is worked on, since it is opened more than
// once: masks of one video must not be laid over another.
class InputGuard {
 public:
  explicit InputGuard(std::string input) : input_(std::move(input)), seen_(Look()) {}

  // Throws kConflict when the file is not the one of the beginning, or one of the numbered pictures
  // is not, or there are more or fewer of them.
  void Check() const;

 private:
  struct Identity {
    uint64_t device = 0, inode = 0;
    int64_t size = 0, changed_ns = 0;
    bool operator==(const Identity&) const = default;
  };
  static Identity LookAt(const std::filesystem::path& file);
  std::vector<Identity> Look() const;

  const std::string input_;
  const std::vector<Identity> seen_;  // Of the file, or of each picture.
};

}  // namespace tapmask
