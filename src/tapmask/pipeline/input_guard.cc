// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/input_guard.h"

#include <sys/stat.h>

#include "tapmask/core/error.h"

namespace tapmask {

InputGuard::Identity InputGuard::Look() const {
  struct stat facts {};
  if (stat(input_.c_str(), &facts) != 0) return {};
  return {facts.st_dev, facts.st_ino, facts.st_size,
          facts.st_mtim.tv_sec * int64_t{1'000'000'000} + facts.st_mtim.tv_nsec};
}

void InputGuard::Check() const {
  if (Look() == seen_) return;
  throw Error(Code::kConflict,
              "The input was changed while it was worked on; nothing was written. Try again.");
}

}  // namespace tapmask
