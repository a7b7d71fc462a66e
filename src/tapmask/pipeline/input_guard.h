// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "tapmask/media/input_file.h"
#include "tapmask/media/input_name.h"

namespace tapmask {

// Notices when an input is replaced or changed while it is worked on, since it is opened more than
// once: masks of one video must not be laid over another. Behind a descriptor nothing can be
// replaced, but the file may be written to.
class InputGuard {
 public:
  explicit InputGuard(InputName input) : input_(std::move(input)), seen_(Look()) {}

  // Throws kConflict when the file is not the one of the beginning, or one of the numbered pictures
  // is not, or there are more or fewer of them.
  void Check() const;

 private:
  std::vector<FileIdentity> Look() const;

  const InputName input_;
  const std::vector<FileIdentity> seen_;  // Of the file, or of each picture.
};

}  // namespace tapmask
